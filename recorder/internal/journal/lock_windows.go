package journal

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// LockFileEx locks on a byte far behind the data. A look must take the lock
// for a moment, so takers try again.

const (
	lookPatience = 200 * time.Millisecond
	lockOffset   = 1 << 30
)

func lockFile(f *os.File, flags uint32) error {
	at := &windows.Overlapped{Offset: lockOffset}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return fmt.Errorf("%w (%s)", ErrLocked, f.Name())
	}
	if err != nil {
		return fmt.Errorf("cannot lock %s: %w", f.Name(), err)
	}
	return nil
}

func retryShared(f *os.File) error {
	deadline := time.Now().Add(lookPatience)
	for {
		err := lockFile(f, 0)
		if !errors.Is(err, ErrLocked) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func lockExclusive(f *os.File) error { return lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// upgrade lets go of the shared lock first; the seal mark keeps a run from
// being sealed twice all the same.
func upgrade(f *os.File) error {
	at := &windows.Overlapped{Offset: lockOffset}
	if err := windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, at); err != nil {
		return fmt.Errorf("cannot unlock %s: %w", f.Name(), err)
	}
	return lockExclusive(f)
}

// look asks for the lock of a path.
func look(path string) (held bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	held, err = isHeld(f)
	return held, errors.Join(err, f.Close())
}

func isHeld(f *os.File) (bool, error) {
	err := lockExclusive(f)
	if errors.Is(err, ErrLocked) {
		return true, nil
	}
	return false, err
}
