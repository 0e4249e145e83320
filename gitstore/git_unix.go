//go:build unix

package gitstore

import (
	"errors"
	"os/exec"
	"syscall"
)

// ownGroup makes a command the head of a group of processes, so that all of
// them are ended with it.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}

// ownSession is ownGroup, and takes the terminal away from a command: what would
// ask for a password fails at once.
func ownSession(c *exec.Cmd) {
	ownGroup(c)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

// processAlive reports whether there is a process of this number.
func processAlive(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
