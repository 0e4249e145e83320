//go:build unix && !linux && !solaris && !illumos && !aix

package journal

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// flock locks. A look must take the lock for a moment, so takers try again.

const lookPatience = 200 * time.Millisecond

func flock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = unix.Flock(int(fd), how|unix.LOCK_NB) }); err != nil {
		return err
	}
	switch {
	case inner == nil:
		return nil
	case errors.Is(inner, unix.EWOULDBLOCK):
		return fmt.Errorf("%w (%s)", ErrLocked, f.Name())
	case errors.Is(inner, unix.ENOLCK), errors.Is(inner, unix.EOPNOTSUPP):
		return fmt.Errorf("%w (%s: %w)", ErrNoLocks, f.Name(), inner)
	}
	return fmt.Errorf("cannot lock %s: %w", f.Name(), inner)
}

func retryShared(f *os.File) error {
	deadline := time.Now().Add(lookPatience)
	for {
		err := flock(f, unix.LOCK_SH)
		if !errors.Is(err, ErrLocked) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func lockExclusive(f *os.File) error { return flock(f, unix.LOCK_EX) }

// upgrade may let go of the shared lock before it has the other one; the seal
// mark keeps a run from being sealed twice all the same.
func upgrade(f *os.File) error { return flock(f, unix.LOCK_EX) }

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
	err := flock(f, unix.LOCK_EX)
	if errors.Is(err, ErrLocked) {
		return true, nil
	}
	return false, err
}
