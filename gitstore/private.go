package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const privateConfig = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[gc]\n\tauto = 0\n"

// OpenPrivate opens a bare repository of the store's own, and makes it on
// first use. Only its user can read it. No git binary is needed.
func OpenPrivate(dir string) (*Store, error) {
	for _, sub := range []string{"objects/pack", "objects/info", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("make a private store: %w", err)
		}
	}
	// HEAD goes last: without it the folder is no repository yet.
	for _, file := range [][2]string{{"config", privateConfig}, {"HEAD", "ref: refs/heads/main\n"}} {
		err := writeNew(filepath.Join(dir, file[0]), []byte(file[1]), 0o600)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make a private store: %w", err)
		}
	}
	return &Store{dir: dir, private: true, lfs: filepath.Join(dir, "lfs")}, nil
}

// Close releases what the store holds open.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects = nil
	return nil
}
