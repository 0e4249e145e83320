//go:build unix

package main

import (
	"os"
	"os/exec"
	"sync"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// stdin is our own.
const stdin = 0

func isTerminal(fd int) bool { return term.IsTerminal(fd) }

// terminal is the one that a command has while we have one: ours passes keys
// on as they are, and its own gives them their meaning. A nil *terminal does
// nothing.
type terminal struct {
	ours     *os.File // our end of the command's
	end      *os.File // the command's end
	messages *messages

	mu     sync.Mutex
	before *term.State // of ours, nil while it is as it was
	left   bool        // for good
	done   chan struct{}
}

// openTerminal makes a terminal for a command, like ours in its modes and its
// size. It is nil where we have none as stdin and stdout, where ours listens
// to another group, and where no terminal is to be had.
func openTerminal(m *messages) *terminal {
	if !isTerminal(stdin) || !isTerminal(1) || !mayRead() {
		return nil
	}
	ours, end, err := pty.Open()
	if err != nil {
		return nil
	}
	t := &terminal{end: end, messages: m, done: make(chan struct{})}
	if t.ours, err = withDeadlines(ours); err != nil {
		end.Close()
		return nil
	}
	if mode, err := unix.IoctlGetTermios(stdin, getTermios); err == nil {
		_ = unix.IoctlSetTermios(int(end.Fd()), setTermios, mode)
	}
	t.resize()
	return t
}

// withDeadlines is a terminal's end whose reads can be bounded.
func withDeadlines(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// mayRead reports whether our terminal listens to our group. One that controls
// no session listens to everybody.
func mayRead() bool {
	group, err := unix.IoctlGetInt(stdin, unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// give lets a command have the terminal, in a session of its own.
func (t *terminal) give(c *exec.Cmd) {
	c.Stdin, c.Stdout, c.Stderr = t.end, t.end, t.end
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: stdin}
}

// enter makes ours pass keys on as they are, if it listens to us.
func (t *terminal) enter() {
	if t == nil || !mayRead() {
		return
	}
	t.mu.Lock()
	if !t.left {
		if state, err := term.MakeRaw(stdin); err == nil {
			if t.before == nil {
				t.before = state
			}
			t.messages.setRaw(true)
		}
	}
	t.mu.Unlock()
	t.resize()
}

// leave makes ours what it was before. Where it listens to another group by
// now, it is that one's.
func (t *terminal) leave() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.before != nil && mayRead() {
		_ = term.Restore(stdin, t.before)
	}
	t.before = nil
	t.messages.setRaw(false)
}

// close leaves for good: nothing more is read of ours.
func (t *terminal) close() {
	if t == nil {
		return
	}
	t.leave()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.left {
		t.left = true
		close(t.done)
	}
}

// resize gives the command's the size of ours.
func (t *terminal) resize() {
	if t == nil {
		return
	}
	size, err := unix.IoctlGetWinsize(stdin, unix.TIOCGWINSZ)
	if err != nil {
		return
	}
	t.control(func(fd int) { _ = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size) })
}

// control does something with our end of the command's.
func (t *terminal) control(do func(fd int)) {
	if conn, err := t.ours.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { do(int(fd)) })
	}
}

// foreground is the group that the command's terminal listens to, else the
// command's own.
func (t *terminal) foreground(command int) int {
	group := command
	t.control(func(fd int) {
		if g, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && g > 0 {
			group = g
		}
	})
	return group
}

// mode is how the command's terminal is set.
func (t *terminal) mode() *unix.Termios {
	mode := &unix.Termios{}
	t.control(func(fd int) {
		if m, err := unix.IoctlGetTermios(fd, getTermios); err == nil {
			mode = m
		}
	})
	return mode
}
