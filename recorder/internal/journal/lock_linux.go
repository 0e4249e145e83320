package journal

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Open file description locks: they belong to the open file, not to the
// process, and can be asked for without being taken.

func ofd(f *os.File, cmd int, kind int16) (*unix.Flock_t, error) {
	lk := &unix.Flock_t{Type: kind, Whence: io.SeekStart}
	err := control(f, func(fd int) error { return unix.FcntlFlock(uintptr(fd), cmd, lk) })
	switch {
	case err == nil:
		return lk, nil
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES):
		return nil, fmt.Errorf("%w (%s)", ErrLocked, f.Name())
	case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
		return nil, fmt.Errorf("%w (%s: %w)", ErrNoLocks, f.Name(), err)
	}
	return nil, fmt.Errorf("cannot lock %s: %w", f.Name(), err)
}

// retryShared needs no retry here: nobody's look disturbs.
func retryShared(f *os.File) error {
	_, err := ofd(f, unix.F_OFD_SETLK, unix.F_RDLCK)
	return err
}

func lockExclusive(f *os.File) error {
	_, err := ofd(f, unix.F_OFD_SETLK, unix.F_WRLCK)
	return err
}

// upgrade changes the kind of the lock in one step; where it fails the shared
// lock stays.
func upgrade(f *os.File) error { return lockExclusive(f) }

func isHeld(f *os.File) (bool, error) {
	lk, err := ofd(f, unix.F_OFD_GETLK, unix.F_WRLCK)
	return err == nil && lk.Type != unix.F_UNLCK, err
}
