package gitstore

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// cloneFile makes dst share the blocks of src, where the file system can.
func cloneFile(dst, src *os.File) error {
	return unix.IoctlFileClone(int(dst.Fd()), int(src.Fd()))
}

// syncAll makes everything durable that was written to a folder's file system.
func syncAll(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
}
