package gitstore

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Store holds trees under refs in the object database of a repository. It is
// safe for concurrent use, also by several processes.
type Store struct {
	dir     string      // the git directory that is shared by all worktrees
	repo    *Repository // nil of a private store
	private bool
	shared  os.FileMode // bits that core.sharedRepository adds
	lfs     *LFS

	userConfig sync.Once
	user       *Config // nil where there is a repository
	swept      sync.Once

	packedRefs packedCache // where there is no repository

	mu      sync.Mutex
	objects *database
	removed time.Time // when something was last removed, as far as objects know
}

// Open is the store of a repository. The error is r.Unsuitable, if that is set.
func (r *Repository) Open() (*Store, error) {
	if r.Unsuitable != nil {
		return nil, r.Unsuitable
	}
	return r.OpenReading()
}

// OpenReading is the store of a repository that may be read only. Its error
// says why it cannot even be read.
func (r *Repository) OpenReading() (*Store, error) {
	if r.format != nil {
		return nil, r.format
	}
	shared, _ := r.Config.Get("core.sharedrepository")
	s := &Store{dir: r.CommonDir, repo: r, shared: sharedBits(shared)}
	s.lfs = &LFS{store: s, dir: filepath.Join(r.CommonDir, "exprec", "lfs", "objects"), others: []string{gitLFSDir(r)}}
	return s, nil
}

// GitDir is the folder that holds the objects and refs.
func (s *Store) GitDir() string { return s.dir }

// Private reports whether the repository is the store's own, not the user's.
func (s *Store) Private() bool { return s.private }

// LFS is the store of large files, which git holds only pointers to.
func (s *Store) LFS() *LFS { return s.lfs }

// Close releases what the store holds open.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects != nil {
		s.objects.close()
		s.objects = nil
	}
	return nil
}

// fileMode is what git would give a file or folder: mode less the umask, and
// what core.sharedRepository adds.
func (s *Store) fileMode(mode os.FileMode) os.FileMode {
	if s.private {
		return mode & 0o700
	}
	mode &^= umask()
	if s.shared == 0 {
		return mode
	}
	add := s.shared
	if mode&0o200 == 0 {
		add &^= 0o222
	}
	if mode&0o100 != 0 {
		add |= (add & 0o444) >> 2
	}
	return mode | add
}

// sharedBits reads core.sharedRepository: the bits it adds to a file's mode.
func sharedBits(value string) os.FileMode {
	switch value {
	case "group", "true", "1":
		return 0o660
	case "all", "world", "everybody", "2":
		return 0o664
	case "", "umask", "false", "0":
		return 0
	}
	if n, err := strconv.ParseUint(value, 8, 16); err == nil && n&0o600 == 0o600 {
		return os.FileMode(n) & 0o666
	}
	return 0
}
