//go:build unix

package gitstore

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// umask is the process's file creation mask. It can only be read by setting
// it, which is done once.
var umask = sync.OnceValue(func() os.FileMode {
	mask := syscall.Umask(0o022)
	syscall.Umask(mask)
	return os.FileMode(mask)
})

func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
