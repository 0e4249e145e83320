//go:build unix

package main

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// caught are the signals that a command gets from us, and those of our
// terminal.
var caught = []os.Signal{
	syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2,
	syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGWINCH,
}

// asks is the name of a signal that asks a command to end, else empty.
func asks(sig os.Signal) string {
	switch sig {
	case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP:
		return unix.SignalName(sig.(syscall.Signal))
	}
	return ""
}

// obey does what a signal to exprec means for the command.
func (j *job) obey(sig os.Signal) {
	switch sig {
	case syscall.SIGWINCH:
		j.terminal.resize()
	case syscall.SIGCONT:
		j.suspending.Lock() // not while we are about to stop
		j.terminal.enter()
		j.suspending.Unlock()
	case syscall.SIGTSTP:
		j.suspend(unix.Getpid())
	case syscall.SIGHUP:
		j.hangUp()
	default:
		if !j.reachedAnyway(sig) {
			_ = j.cmd.Process.Signal(sig) // it may have ended
		}
	}
}

// reachedAnyway reports whether the command has this signal already: our
// terminal gives what its keys mean to its whole foreground group, in which a
// command with pipes is beside us. Who sends such a signal to exprec alone,
// while exprec is there, is not heard: nothing tells the two apart.
func (j *job) reachedAnyway(sig os.Signal) bool {
	keys := sig == syscall.SIGINT || sig == syscall.SIGQUIT || sig == syscall.SIGTSTP
	return j.terminal == nil && keys && inForeground()
}

// hangUp tells the command that its terminal has gone: all of its group, as a
// terminal does.
func (j *job) hangUp() {
	if j.terminal == nil {
		_ = j.cmd.Process.Signal(syscall.SIGHUP)
	} else if j.cmd.Process.Signal(syscall.Signal(0)) == nil {
		_ = unix.Kill(-j.cmd.Process.Pid, unix.SIGHUP)
	}
}

// inForeground reports whether our group is the one that our terminal listens
// to.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// signalCode is the exit code of a command that a signal ended.
func signalCode(name string) int { return 128 + int(unix.SignalNum(name)) }

// echoOfStop is how long after a stop it may take until the signal that we sent
// to our group comes back to us.
const echoOfStop = 100 * time.Millisecond

// suspend stops the command and exprec, and whom else the stop is for: 0 is
// our group, as the terminal's key does, else it is exprec alone. It returns
// when somebody lets us go on.
func (j *job) suspend(whom int) {
	j.suspending.Lock()
	defer j.suspending.Unlock()
	if whom != 0 && time.Now().Before(j.echo) {
		return
	}
	if orphaned() {
		return // nobody would let us go on; the system ignores such a stop too
	}
	stopped := j.cmd.Process.Pid
	if j.terminal != nil {
		stopped = -j.terminal.foreground(stopped)
	}
	_ = unix.Kill(stopped, unix.SIGSTOP)
	j.terminal.leave()
	if whom == 0 {
		_ = unix.Kill(0, unix.SIGTSTP)
	}
	stopSelf()
	if whom == 0 {
		j.echo = time.Now().Add(echoOfStop)
	}
	j.terminal.enter()
	_ = unix.Kill(stopped, unix.SIGCONT)
}

// stopSelf stops this process and returns once it goes on.
func stopSelf() {
	began := time.Now()
	_ = unix.Kill(unix.Getpid(), unix.SIGSTOP)
	// The call may return a moment before the process is stopped.
	for time.Since(began) < 50*time.Millisecond {
		time.Sleep(time.Millisecond)
	}
}

// orphaned reports whether nobody in our session minds a stop of our group:
// none of our ancestors in the group has a parent in another group of it.
func orphaned() bool {
	session, _ := unix.Getsid(0)
	group := unix.Getpgrp()
	for pid := unix.Getppid(); pid > 1; pid = parentOf(pid) {
		if s, err := unix.Getsid(pid); err != nil || s != session {
			return true
		}
		if g, err := unix.Getpgid(pid); err == nil && g != group {
			return false
		}
	}
	return true
}
