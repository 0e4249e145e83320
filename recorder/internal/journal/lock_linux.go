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
	if err != nil {
		return nil, lockError(f.Name(), err)
	}
	return lk, nil
}

func lockError(name string, err error) error {
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES):
		return fmt.Errorf("%w (%s)", ErrLocked, name)
	case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
		return fmt.Errorf("%w (%s: %w)", ErrNoLocks, name, err)
	}
	return fmt.Errorf("cannot lock %s: %w", name, err)
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

// look asks for the lock of a path. It goes around package os, which would
// prepare to wait for the file: a listing looks at every run.
func look(path string) (held bool, err error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	lk := &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}
	if err := unix.FcntlFlock(uintptr(fd), unix.F_OFD_GETLK, lk); err != nil {
		return false, lockError(path, err)
	}
	return lk.Type != unix.F_UNLCK, nil
}
