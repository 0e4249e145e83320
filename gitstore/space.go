package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// spacePatience is how long a commit waits for who gives space back, and the
// other way round.
const spacePatience = 10 * time.Second

// spaceFile is what keeps commits and removals apart. A commit holds it shared
// from when it makes sure that all it builds on is there until its ref says
// so; who removes something holds it exclusively from when it looks for what
// is not needed until that is gone. Its time tells when something was removed
// last.
func (s *Store) spaceFile() string { return filepath.Join(s.dir, "exprec", "space") }

// space is a hold on the file, nil where the file system has no locks.
type space struct{ f *os.File }

func (l *space) release() {
	if l != nil {
		l.f.Close()
	}
}

// shareSpace is what a commit takes. Where there are no locks nobody removes
// anything, and it is nil. What was removed since the database was read is
// forgotten.
func (s *Store) shareSpace(ctx context.Context) (*space, error) {
	l, err := s.lockSpace(ctx, shareFile)
	if l == nil || err != nil {
		return nil, err
	}
	info, err := l.f.Stat()
	if err != nil {
		l.release()
		return nil, err
	}
	s.mu.Lock()
	stale := s.objects != nil && !info.ModTime().Equal(s.removed)
	s.removed = info.ModTime()
	s.mu.Unlock()
	if stale {
		s.database().close()
	}
	return l, nil
}

// ownSpace is what a removal takes. The error is ErrNoLocks where commits
// cannot be kept away.
func (s *Store) ownSpace(ctx context.Context) (*space, error) {
	l, err := s.lockSpace(ctx, lockFile)
	if err == nil && l == nil {
		err = fmt.Errorf("%w: %q", ErrNoLocks, s.spaceFile())
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chtimes(s.spaceFile(), time.Time{}, time.Now()); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// lockSpace takes the lock in one of its forms; nil where there is none to be
// had, also because the file is another user's.
func (s *Store) lockSpace(ctx context.Context, take func(*os.File) (bool, error)) (*space, error) {
	if err := s.makeOwnDir(filepath.Dir(s.spaceFile())); err != nil {
		return nil, nil
	}
	f, err := os.OpenFile(s.spaceFile(), os.O_RDWR|os.O_CREATE, s.fileMode(0o600))
	if err != nil {
		return nil, nil
	}
	for start := time.Now(); ; {
		held, err := take(f)
		if held {
			return &space{f}, nil
		}
		if err != nil {
			f.Close()
			return nil, nil
		}
		if time.Since(start) > spacePatience {
			err = fmt.Errorf("%w: %q is held by another exprec; try again", ErrLocked, s.spaceFile())
		} else {
			err = wait(ctx, lockPause)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}

// modified is the time of a file, zero where there is none.
func modified(file string) time.Time {
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
