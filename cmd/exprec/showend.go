package main

import (
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

const (
	// lastLines is how many of the last lines that a program printed are shown.
	lastLines = 20
	// lastBytes is in how much of the end of a stream they are looked for.
	lastBytes = 64 << 10
	// lastWidth is how many columns of each are shown.
	lastWidth = 400
)

// unsuccessful reports whether something went wrong with a run.
func unsuccessful(r *recorder.Run) bool {
	switch r.Status() {
	case recorder.Failed, recorder.Stopped, recorder.Lost:
		return true
	}
	return false
}

// showFailure says what went wrong, and what the program printed last.
func (a *app) showFailure(r *recorder.Run) error {
	a.out.line(plain(""))
	a.showEnd(r.Info())
	o, err := outputOf(r)
	if err != nil || o.size == 0 {
		return err
	}
	a.heading("Last lines of its output")
	indent := func(time.Duration) string { return "" }
	p := &printer{screen: a.out, last: lastLines, width: lastWidth, stamp: indent}
	err = r.Printed(lastBytes, func(piece recorder.Piece) error {
		p.take(piece)
		return nil
	})
	p.end()
	return err
}

// showEnd prints how the run ended.
func (a *app) showEnd(info *recorder.Info) {
	if e := info.Error; e != nil {
		a.field("error", "%s", strings.TrimPrefix(e.Type+": "+e.Message, ": "))
	}
	a.field("signal", "%s", info.Signal)
	if info.ExitCode != nil {
		a.field("exit code", "%d", *info.ExitCode)
	}
	if info.Recovered {
		a.field("recovered", "its process died without a word")
	}
}

// showRemarks prints what else is to be said of a run: where it failed, what
// it was warned of.
func (a *app) showRemarks(info *recorder.Info) {
	if info.Dropped > 0 {
		a.field("dropped", "%d values lost to a full disk", info.Dropped)
	}
	for _, w := range info.Warnings {
		a.field("warning", "%s", w)
	}
	if e := info.Error; e != nil && e.Stack != "" {
		a.heading("Stack")
		for line := range strings.Lines(e.Stack) {
			a.out.line(plain("  %s", strings.TrimRight(line, "\n")))
		}
	}
}
