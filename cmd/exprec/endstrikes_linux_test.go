package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// What ends a program beside signals, which stand by name.
const (
	power     = "power loss" // all processes of the run die at once
	hangUp    = "its terminal is closed"
	memory    = "out of memory"
	interrupt = "^C is typed"
)

// onTerminal are those that only a terminal can do.
var onTerminal = []string{hangUp, interrupt}

// strike does to a program what ends it. started is the process that the trial
// started, program the one that said it is ready.
func (c *endTrial) strike(t *testing.T, started, program int, terminal io.ReadWriteCloser) {
	switch c.by {
	case memory:
	case interrupt:
		if _, err := terminal.Write([]byte{3}); err != nil {
			t.Error(err)
		}
	case hangUp:
		terminal.Close()
	case power:
		killTrial(t, c.String())
	case "SIGKILL":
		syscall.Kill(program, syscall.SIGKILL)
	default:
		// Who started the program passes it on.
		syscall.Kill(started, unix.SignalNum(c.by))
	}
}

// killTrial kills all processes of a trial, after all were stopped so that
// none sees another die.
func killTrial(t *testing.T, trial string) {
	pids := trialProcesses(trial)
	if len(pids) == 0 {
		t.Error("there is no process to kill")
	}
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range pids {
			syscall.Kill(pid, signal)
		}
	}
}

// trialProcesses are the processes that carry the mark of a trial in their
// environment.
func trialProcesses(trial string) (pids []int) {
	names, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(data, []byte("EXPREC_TEST_TRIAL="+trial+"\x00")) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// memoryGroup makes a control group of little memory: this needs root.
func memoryGroup(t *testing.T) string {
	t.Helper()
	var why error
	for _, limit := range []string{"/sys/fs/cgroup/memory/*/memory.limit_in_bytes", "/sys/fs/cgroup/*/memory.max"} {
		root, file, _ := strings.Cut(limit, "/*/")
		group, err := os.MkdirTemp(root, "exprec-test-")
		if err == nil {
			t.Cleanup(func() { os.Remove(group) })
			err = writeThere(filepath.Join(group, file), strconv.Itoa(256<<20))
		}
		if err == nil {
			return group
		}
		why = err
	}
	t.Fatalf("make a control group of limited memory (this needs root): %v", why)
	return ""
}

// writeThere writes into a file that is there.
func writeThere(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
