//go:build linux

package main

import (
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"github.com/exprec/exprec/recorder"
)

// treeSize is how many processes the sampled tree has, this one included.
const treeSize = 50

// sampling measures what it costs to log what a tree of processes uses: the
// processor time of a program that does nothing but record.
func sampling(dir string, s scaling) ([]row, error) {
	var children []*exec.Cmd
	defer func() {
		for _, child := range children {
			child.Process.Kill()
			child.Wait()
		}
	}()
	for range treeSize - 1 {
		child := exec.Command("sleep", "1000")
		if err := child.Start(); err != nil {
			return nil, err
		}
		children = append(children, child)
	}
	exp := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoOutput: true, NoSource: true})
	if err := exp.Err(); err != nil {
		return nil, err
	}
	before, err := processorTime()
	if err != nil {
		return nil, err
	}
	time.Sleep(s.sampled)
	after, err := processorTime()
	if err != nil {
		return nil, err
	}
	exp.Finish()
	return []row{{
		Work: fmt.Sprintf("system metrics of %d processes", treeSize), Took: after - before,
		Baseline: "one core", Other: s.sampled, Goal: "0.005",
		Note: fmt.Sprintf("%.3f %% of a core", 100*float64(after-before)/float64(s.sampled)),
	}}, exp.Err()
}

// processorTime is what this process has used.
func processorTime() (time.Duration, error) {
	var used syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), err
}
