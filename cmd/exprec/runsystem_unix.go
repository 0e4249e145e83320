//go:build unix && !linux

package main

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
	noKey      = 0xff // of a meaning that no key has
)

// parentOf is the parent of a process, 0 where it is not known.
func parentOf(int) int { return 0 }

// ignoresStops reports whether a process ignores the stop of a terminal, as
// far as can be told.
func ignoresStops(int) bool { return false }
