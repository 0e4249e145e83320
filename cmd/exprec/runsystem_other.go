//go:build !unix

package main

import (
	"os"
	"os/exec"

	"github.com/exprec/exprec/recorder"
)

// caught are the signals that a command gets from us.
var caught = []os.Signal{os.Interrupt}

// asks is the name of a signal that asks a command to end, else empty.
func asks(sig os.Signal) string {
	if sig == os.Interrupt {
		return "SIGINT"
	}
	return ""
}

// obey does nothing: the console gives its keys to every process in it.
func (j *job) obey(os.Signal) {}

// press is never called: there are no terminals to give.
func (j *job) press([]byte) {}

// signalCode is the exit code of a command that was interrupted.
func signalCode(string) int { return exitInterrupted }

// endingOf says how a process ended.
func endingOf(state *os.ProcessState) recorder.Ending {
	code := state.ExitCode()
	return recorder.Ending{ExitCode: &code}
}

func startProgram(c *exec.Cmd) error { return c.Start() }

// replaceBy runs the command as nearly in our place as it can be.
func replaceBy(path string, words []string, err error) error {
	c := &exec.Cmd{Path: path, Args: words, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return notStarted(words[0], err)
	}
	_ = c.Wait()
	return &exited{code: c.ProcessState.ExitCode()}
}

// descriptor is one of our own standard streams.
type descriptor struct{ fd int }

func (d *descriptor) write(b []byte) error {
	f := os.Stdout
	if d.fd == 2 {
		f = os.Stderr
	}
	_, err := f.Write(b)
	return err
}

// terminal is never there: commands have pipes, and the console that exprec
// has where they open it.
type terminal struct{ ours, end *os.File }

func openTerminal(*messages) *terminal      { return nil }
func isTerminal(int) bool                   { return false }
func (t *terminal) give(*exec.Cmd)          {}
func (t *terminal) enter()                  {}
func (t *terminal) leave()                  {}
func (t *terminal) close()                  {}
func (t *terminal) carryInput(func([]byte)) {}
