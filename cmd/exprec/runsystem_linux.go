package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
	noKey      = 0 // of a meaning that no key has
)

// parentOf is the parent of a process, 0 where it is not known.
func parentOf(pid int) int {
	n, _ := strconv.Atoi(statusField(pid, "PPid"))
	return n
}

// ignoresStops reports whether a process ignores the stop of a terminal.
func ignoresStops(pid int) bool {
	ignored, err := strconv.ParseUint(statusField(pid, "SigIgn"), 16, 64)
	return err == nil && ignored>>(unix.SIGTSTP-1)&1 == 1
}

// statusField is a field of what the system says of a process.
func statusField(pid int, field string) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(status) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && string(name) == field {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}
