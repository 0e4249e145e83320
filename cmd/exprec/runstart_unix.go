//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/recorder"
)

// startProgram starts a command. One that is text without #! is for the shell,
// as execvp has it.
func startProgram(c *exec.Cmd) error {
	err := c.Start()
	if !errors.Is(err, syscall.ENOEXEC) {
		return err
	}
	again := &exec.Cmd{Path: "/bin/sh", Args: append([]string{"sh", c.Path}, c.Args[1:]...)}
	again.Env, again.Stdin, again.Stdout, again.Stderr, again.SysProcAttr = c.Env, c.Stdin, c.Stdout, c.Stderr, c.SysProcAttr
	*c = *again
	return c.Start()
}

// endingOf says how a process ended.
func endingOf(state *os.ProcessState) recorder.Ending {
	code, name := state.ExitCode(), ""
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code, name = 128+int(status.Signal()), unix.SignalName(status.Signal())
	}
	return recorder.Ending{ExitCode: &code, Signal: name}
}

// replaceBy becomes the command. It returns only where that is not possible.
func replaceBy(path string, words []string, err error) error {
	if err == nil {
		err = syscall.Exec(path, words, os.Environ())
	}
	if errors.Is(err, syscall.ENOEXEC) {
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, words[1:]...), os.Environ())
	}
	return notStarted(words[0], err)
}
