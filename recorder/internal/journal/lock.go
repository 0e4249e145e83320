package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// sealMark is what a lock file holds once its run is sealed.
const sealMark = "sealed\n"

// Lock is a hold on a run's lock file. The kernel lets go of it when the
// process dies; processes started with exec do not inherit it.
//
// Each writer holds it shared, from before its first frame. Sealing a run
// needs it exclusively: from before the journals are read until the record is
// durable and [Lock.MarkSealed] was called.
type Lock struct {
	f    *os.File
	path string
}

// LockShared takes the lock as a writer does, and makes the file, mode 0600,
// where it is missing. It does not wait: ErrLocked means that another process
// is sealing the run, ErrSealed that the run was sealed, ErrNoLocks that the
// file system cannot tell.
func LockShared(path string) (*Lock, error) {
	l, err := openLock(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	return l.take(func() error { return retryShared(l.f) })
}

// TryLockExclusive takes the lock for sealing; false while any other holds it.
// ErrSealed means that there is nothing left to do.
func TryLockExclusive(path string) (*Lock, bool, error) {
	l, err := openLock(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, false, err
	}
	l, err = l.take(func() error { return lockExclusive(l.f) })
	if errors.Is(err, ErrLocked) {
		return nil, false, nil
	}
	return l, err == nil, err
}

// LockExclusive is TryLockExclusive again and again until ctx ends.
func LockExclusive(ctx context.Context, path string) (*Lock, error) {
	wait := time.Millisecond
	for {
		l, ok, err := TryLockExclusive(path)
		if ok || err != nil {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s stays locked by another process: %w", path, ctx.Err())
		case <-time.After(wait):
		}
		wait = min(2*wait, 50*time.Millisecond)
	}
}

// Upgrade turns a writer's shared lock into the exclusive one, as the last
// writer does to seal. While others write it gives false, and the caller ends
// without sealing: its shared lock was let go of, and whoever is last gets
// true. Two of them that end at the same moment cannot both get true, nor both
// false. On true the lock must be marked before it is unlocked.
func Upgrade(l *Lock) (bool, error) {
	err := upgrade(l.f)
	if errors.Is(err, ErrLocked) {
		// Others hold it, perhaps only until they too have tried: each lets go
		// first and tries again then, so the last one to let go succeeds.
		if err := l.Unlock(); err != nil {
			return false, err
		}
		again, ok, err := TryLockExclusive(l.path)
		if errors.Is(err, ErrSealed) || errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if !ok || err != nil {
			return false, err
		}
		l.f = again.f
		return true, nil
	}
	return err == nil, err
}

// MarkSealed writes into the lock file that the run is sealed, so that nobody
// joins or seals it after Unlock. The caller holds the lock exclusively. The
// mark need not be durable: the record is, and who would seal looks for it.
func (l *Lock) MarkSealed() error {
	if _, err := l.f.WriteAt([]byte(sealMark), 0); err != nil {
		return fmt.Errorf("cannot mark %s: %w", l.path, err)
	}
	return nil
}

// Unlock lets go of the lock. A second call does nothing.
func (l *Lock) Unlock() error {
	if l == nil || l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}

// Alive says whether any process holds the lock of a run: whether the run's
// program lives or somebody seals it. It takes no lock itself. A missing file
// is held by nobody. The answer means something only in the same world as the
// writer's: see SameWorld.
func Alive(path string) (bool, error) {
	held, err := look(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot tell whether a run lives: %w", err)
	}
	return held, nil
}

// IsSealed says whether the lock file of a run holds the mark of
// [Lock.MarkSealed].
func IsSealed(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// MarkSealed is [Lock.MarkSealed] where the file system has no locks.
func MarkSealed(path string) error {
	l, err := openLock(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	return errors.Join(l.MarkSealed(), l.Unlock())
}

func openLock(path string, flags int) (*Lock, error) {
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open the lock of a run: %w", err)
	}
	return &Lock{f: f, path: path}, nil
}

// take locks the open file and checks what may have happened before.
func (l *Lock) take(lock func() error) (*Lock, error) {
	err := lock()
	if err == nil {
		err = l.check()
	}
	if err != nil {
		return nil, errors.Join(err, l.f.Close())
	}
	return l, nil
}

// check says whether the file that was locked still is the run's, and whether
// the run was sealed while the lock was waited for.
func (l *Lock) check() error {
	mine, err := l.f.Stat()
	if err != nil {
		return err
	}
	now, err := os.Stat(l.path)
	if err != nil || !os.SameFile(mine, now) {
		return fmt.Errorf("%s was removed by another process: %w", l.path, fs.ErrNotExist)
	}
	if mine.Size() > 0 {
		return fmt.Errorf("%w (%s)", ErrSealed, l.path)
	}
	return nil
}
