package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
)

// The exit codes of commands that cannot be started, as shells give them.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// exited is how exprec run ends: as its command did. The error, where there is
// one, says why the command could not be started.
type exited struct {
	code int
	err  error
}

func (e *exited) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// findProgram is where the executable of a command lies.
func findProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) {
		return path, nil // the user's PATH names the current folder
	}
	return path, err
}

// notStarted says for people, and by its code, why a command did not start.
func notStarted(name string, err error) *exited {
	var in *fs.PathError
	if errors.As(err, &in) {
		err = in.Err
	}
	var look *exec.Error
	if errors.As(err, &look) {
		err = look.Err
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return &exited{exitNotFound, failed("look at its spelling and at PATH", "there is no command %q", name)}
	}
	return &exited{exitNotExecutable, failed("", "the command %q cannot be executed: %v", name, err)}
}
