//go:build unix

package main

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// press gives keys to the command's terminal. The one that interrupts is noted
// on the way. The one that stops would do nothing there, since nobody in the
// command's session minds a stop: it stops the command and exprec instead.
func (j *job) press(keys []byte) {
	t, pid := j.terminal, j.cmd.Process.Pid
	mode := t.mode()
	if mode.Lflag&unix.ISIG == 0 || t.foreground(pid) != pid {
		t.write(keys) // no key means a signal, or one to somebody's own jobs
		return
	}
	if isKey(mode, unix.VINTR, keys) >= 0 {
		j.wasAsked("SIGINT")
	}
	for len(keys) > 0 {
		at := isKey(mode, unix.VSUSP, keys)
		if at < 0 || ignoresStops(pid) {
			t.write(keys)
			return
		}
		t.write(keys[:at])
		keys = keys[at+1:]
		if mode.Lflag&unix.ECHO != 0 {
			_ = (&descriptor{fd: 1}).write([]byte("^Z"))
		}
		j.suspend(0)
	}
}

// isKey is where a key with that meaning is among keys, -1 where it is not.
func isKey(mode *unix.Termios, meaning int, keys []byte) int {
	key := mode.Cc[meaning]
	if key == noKey {
		return -1
	}
	return bytes.IndexByte(keys, key)
}
