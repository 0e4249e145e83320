package gitstore

import "golang.org/x/sys/unix"

// boundMemory bounds what a process and those that it starts from now on may
// have of memory that is no file's.
func boundMemory(pid int, bytes uint64) {
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes}, nil)
}
