package recorder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// movingPrefix begins the name of a folder of a run that is being copied.
const movingPrefix = ".moving-"

// moveFolder gives a folder another place, also on another file system, where
// it appears whole or not at all. Files of which others is known to hold the
// content are linked to it.
func moveFolder(from, to string, others map[string]string) error {
	if _, err := os.Lstat(to); err == nil {
		return os.RemoveAll(from) // it was copied whole before
	}
	if err := os.Rename(from, to); err == nil {
		return nil
	}
	tmp := filepath.Join(filepath.Dir(to), movingPrefix+filepath.Base(to))
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := copyFolder(from, tmp, others); err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	if err := os.Rename(tmp, to); err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	return os.RemoveAll(from)
}

// copyFolder copies folders and regular files.
func copyFolder(from, to string, others map[string]string) error {
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		at := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(at, 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		if other, ok := others[rel]; ok && os.Link(other, at) == nil {
			return nil
		}
		return linkOrCopy(file, at)
	})
}
