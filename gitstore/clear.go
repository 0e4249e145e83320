package gitstore

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// clearAge is how long nothing must have been written to a private store that
// is cleared.
const clearAge = 10 * time.Second

// Clear removes the objects and large files of a private store that has no
// refs any more, and reports whether it did. Where anything is being written
// to it, or was just now, it does nothing.
func (s *Store) Clear() (bool, error) {
	if !s.private {
		return false, nil
	}
	refs, err := s.Refs("refs/")
	if err != nil || len(refs) > 0 {
		return false, err
	}
	names := namesIn(s.packDir())
	for _, name := range names {
		if strings.HasSuffix(name, keepEnd) || strings.HasSuffix(name, newPackEnd) {
			return false, nil
		}
		info, err := os.Stat(filepath.Join(s.packDir(), name))
		if err != nil || time.Since(info.ModTime()) < clearAge {
			return false, err
		}
	}
	for _, name := range names {
		if base, ok := strings.CutSuffix(name, ".idx"); ok {
			removePack(filepath.Join(s.packDir(), base))
		}
	}
	return len(names) > 0, os.RemoveAll(filepath.Dir(s.lfs.dir))
}
