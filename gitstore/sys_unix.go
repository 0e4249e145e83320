//go:build unix

package gitstore

import (
	"errors"
	"os"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// umask is the process's file creation mask. It can only be read by setting
// it, which is done once.
var umask = sync.OnceValue(func() os.FileMode {
	mask := syscall.Umask(0o022)
	syscall.Umask(mask)
	return os.FileMode(mask)
})

func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// writable tells whether files can be made in a folder, without making one.
func writable(dir string) error {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// ownedByUser follows git: the effective user, and under sudo the user who
// called it.
func ownedByUser(path string) bool {
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		return false
	}
	me := os.Geteuid()
	if int(stat.Uid) == me {
		return true
	}
	sudo, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	return me == 0 && err == nil && int(stat.Uid) == sudo
}

func sameDevice(a, b string) bool {
	var x, y unix.Stat_t
	if unix.Stat(a, &x) != nil || unix.Stat(b, &y) != nil {
		return true
	}
	return x.Dev == y.Dev
}

// lockFile takes a lock that ends with the file, or the process. It does not
// wait: held is false where another one has it.
func lockFile(f *os.File) (held bool, err error) {
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// shareFile is lockFile for a lock that several can have at once.
func shareFile(f *os.File) (held bool, err error) {
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// openWithoutWaiting opens a file for reading, also a FIFO that nobody writes.
func openWithoutWaiting(file string) (*os.File, error) {
	return os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
