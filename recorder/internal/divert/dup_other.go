//go:build unix && !linux

package divert

import "golang.org/x/sys/unix"

// replace makes descriptor to a copy of from that programs started with exec
// inherit.
func replace(from, to int) error { return unix.Dup2(from, to) }

// ownProcess is a descriptor that tells of the end of this process: there is
// none here.
func ownProcess() int { return -1 }
