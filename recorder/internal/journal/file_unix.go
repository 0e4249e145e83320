//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// plainFile is a file that tells its length without allocating.
type plainFile struct {
	*os.File
	stat unix.Stat_t
}

// Size is the file's length in bytes.
func (f *plainFile) Size() (int64, error) {
	err := unix.Fstat(int(f.Fd()), &f.stat)
	return f.stat.Size, err
}

// linkCount is how many names a file has.
func linkCount(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink)
	}
	return 1
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil // the file system has nothing to do for folders
	}
	return errors.Join(err, d.Close())
}
