package gitstore

import (
	"os"

	"golang.org/x/sys/unix"
)

// cloneFile makes dst share the blocks of src, where the file system can.
func cloneFile(dst, src *os.File) error {
	return unix.IoctlFileClone(int(dst.Fd()), int(src.Fd()))
}
