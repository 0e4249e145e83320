//go:build unix

package environ

import (
	"fmt"
	"os"
	"syscall"
)

// stampOf changes with a file's content: its size, time and inode; empty where
// there is no regular file.
func stampOf(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	inode := uint64(0)
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		inode = stat.Ino
	}
	return fmt.Sprintf("%d %d %d", info.Size(), info.ModTime().UnixNano(), inode)
}
