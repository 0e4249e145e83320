//go:build unix

package main

import (
	"bytes"
	"errors"
	"time"

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

// elsewhere is how often it is looked whether our terminal listens to us again.
const elsewhere = 250 * time.Millisecond

// carryInput hands keys to press until the terminal is left for good. Nothing
// is read while ours listens to another group.
func (t *terminal) carryInput(press func([]byte)) {
	if t == nil {
		return
	}
	keys := make([]byte, 4096)
	for t.awaitKeys() {
		n, err := unix.Read(stdin, keys)
		if n > 0 {
			press(keys[:n])
			continue
		}
		if !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			t.endInput()
			return
		}
	}
}

// awaitKeys returns when there is something to read. It is false when the
// terminal has been left for good.
func (t *terminal) awaitKeys() bool {
	for {
		n := 0
		if mayRead() {
			n, _ = unix.Poll([]unix.PollFd{{Fd: stdin, Events: unix.POLLIN}}, -1)
		} else if t.wait(elsewhere) && mayRead() {
			t.enter()
		}
		if !t.wait(0) {
			return false
		}
		if n > 0 && mayRead() {
			return true
		}
	}
}

// wait waits a while. It is false when the terminal has been left for good.
func (t *terminal) wait(d time.Duration) bool {
	select {
	case <-t.done:
		return false
	default:
	}
	select {
	case <-t.done:
		return false
	case <-time.After(d):
		return true
	}
}

// endInput tells the command that there is no more to read.
func (t *terminal) endInput() {
	if mode := t.mode(); mode.Lflag&unix.ICANON != 0 {
		t.write(mode.Cc[unix.VEOF : unix.VEOF+1])
	}
}

// write gives keys to the command.
func (t *terminal) write(keys []byte) { _, _ = t.ours.Write(keys) }
