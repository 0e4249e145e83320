package divert

import "golang.org/x/sys/unix"

// replace makes descriptor to a copy of from that programs started with exec
// inherit.
func replace(from, to int) error { return unix.Dup3(from, to, 0) }

// ownProcess is a descriptor that tells of the end of this process, -1 where
// the kernel has none.
func ownProcess() int {
	fd, err := unix.PidfdOpen(unix.Getpid(), 0)
	if err != nil {
		return -1
	}
	return fd
}
