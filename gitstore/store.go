package gitstore

import (
	"os"
	"strconv"
	"sync"
)

// Store holds trees under refs in the object database of a repository. It is
// safe for concurrent use, also by several processes.
type Store struct {
	dir     string // the git directory that is shared by all worktrees
	private bool
	shared  os.FileMode // bits that core.sharedRepository adds
	lfs     string      // folder of the LFS objects

	mu      sync.Mutex
	objects *database
}

// GitDir is the folder that holds the objects and refs.
func (s *Store) GitDir() string { return s.dir }

// Private reports whether the repository is the store's own, not the user's.
func (s *Store) Private() bool { return s.private }

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
