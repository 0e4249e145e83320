//go:build unix

package environ

import "syscall"

// noWait lets nobody make us wait who puts a pipe where a file was.
const noWait = syscall.O_NONBLOCK
