package main

import (
	"bytes"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

const (
	// lastLines is how many of the last lines that a program printed are shown.
	lastLines = 20
	// lastBytes is in how much of the end of a stream they are looked for.
	lastBytes = 64 << 10
	// searchedBytes is through how much output the way to its end may lead: what
	// comes from elsewhere can be of any size.
	searchedBytes = 256 << 20
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

// showFailure says what went wrong, and what the program printed last. It gives
// the end of what was printed.
func (a *app) showFailure(r *recorder.Run) (last []byte, err error) {
	a.out.line(plain(""))
	a.showEnd(r.Info())
	o, err := outputOf(r)
	if err != nil || o.kept == 0 || o.kept > searchedBytes {
		return nil, err
	}
	a.heading("Last lines of its output")
	indent := func(time.Duration) string { return "" }
	p := &printer{screen: a.out, last: lastLines, width: lastWidth, stamp: indent}
	err = r.Printed(lastBytes, func(piece recorder.Piece) error {
		p.take(piece)
		last = append(last, piece.Text...)
		return nil
	})
	p.end()
	return last, err
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

// showRemarks prints what else is to be said of a run: what it was warned of,
// where it failed. Of what the program printed last the last lines were shown:
// a stack that ends there needs no saying twice.
func (a *app) showRemarks(info *recorder.Info, last []byte) {
	if info.Dropped > 0 {
		a.field("dropped", "%d values lost to a full disk", info.Dropped)
	}
	for _, w := range info.Warnings {
		a.field("warning", "%s", w)
	}
	if e := info.Error; e != nil && e.Stack != "" && !endsIn(last, e.Stack) {
		a.heading("Stack")
		for line := range strings.Lines(e.Stack) {
			a.out.line(plain("  %s", strings.TrimRight(line, "\n")))
		}
	}
}

// endsIn reports whether the last lines of a text hold all of a stack.
func endsIn(text []byte, stack string) bool {
	lines := bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
	shown := bytes.Join(lines[max(0, len(lines)-lastLines):], []byte("\n"))
	return bytes.Contains(shown, bytes.TrimRight([]byte(stack), "\n"))
}
