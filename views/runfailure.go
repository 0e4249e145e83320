package views

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// runFailure is what went wrong with a run: it stands first on its page.
type runFailure struct {
	Title string
	Error string // type and message, empty for none
	Facts []fact
	Stack string // empty where the output ends with it
}

const (
	// lastLines is how many of the last lines that a program printed are shown.
	lastLines = 20
	// lastBytes is in how much of the end of a stream they are looked for.
	lastBytes = 64 << 10
)

// failureOf is nil for a run that went well, or still goes on.
func failureOf(run *recorder.Run) *runFailure {
	info := run.Info()
	f := &runFailure{}
	switch run.Status() {
	case recorder.Failed:
		f.Title = "It failed"
	case recorder.Stopped:
		f.Title = "It was stopped"
	case recorder.Lost:
		f.Title = "Its process died without a word"
	default:
		return nil
	}
	if e := info.Error; e != nil {
		f.Error = strings.TrimPrefix(e.Type+": "+e.Message, ": ")
		if !endsIn(run, e.Stack) {
			f.Stack = strings.TrimRight(e.Stack, "\n")
		}
	}
	f.Facts = factsOf(fact{"Signal", info.Signal}, fact{"Exit code", exitWords(info.ExitCode)})
	if run.Status() == recorder.Lost {
		f.Facts = append(f.Facts, factsOf(fact{"Last heard", isoOrNothing(run.LastHeard())})...)
	}
	return f
}

func exitWords(code *int) string {
	if code == nil {
		return ""
	}
	return strconv.Itoa(*code)
}

// endsIn reports whether the last lines that a run printed hold all of a stack,
// which then needs no saying twice.
func endsIn(run *recorder.Run, stack string) bool {
	stack = strings.TrimRight(stack, "\n")
	if stack == "" {
		return true
	}
	var last []byte
	err := run.Printed(lastBytes, func(piece recorder.Piece) error {
		last = append(last, piece.Text...)
		return nil
	})
	if err != nil {
		return false
	}
	lines := bytes.Split(bytes.TrimRight(last, "\n"), []byte("\n"))
	shown := bytes.Join(lines[max(0, len(lines)-lastLines):], []byte("\n"))
	return bytes.Contains(shown, []byte(stack))
}
