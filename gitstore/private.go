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
	s := &Store{dir: dir, private: true}
	s.lfs = &LFS{store: s, dir: filepath.Join(dir, "exprec", "lfs", "objects")}
	return s, nil
}

// makeOwnDir makes a folder of this package's own, for its user only, and the
// folders above it.
func (s *Store) makeOwnDir(dir string) error {
	if isDir(dir) {
		return nil
	}
	if err := s.makeOwnDir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, s.fileMode(0o700)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
