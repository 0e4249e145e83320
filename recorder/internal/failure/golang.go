package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

var goroutine = lazy.New(`^goroutine \d+( gp=\S+)?( m=\S+)?( mp=\S+)? \[`)

// golang finds a panic or a fatal error of the Go runtime, which no program
// outlives: what follows are its goroutines. Of panics that a deferred call
// raised anew the last one counts.
func golang(lines []string) (found, bool) {
	at := lastLine(lines, goCrash.MatchString)
	if at < 0 {
		return found{}, false
	}
	stack := goroutinesAfter(lines, at)
	if stack < 0 && at < len(lines)-1 {
		return found{}, false
	}
	kind, message, _ := strings.Cut(lines[at], ": ")
	end := at + 1
	for ; end < stack && !blank(lines[end]) && !beside.MatchString(lines[end]); end++ {
		if again, ok := strings.CutPrefix(lines[end], "\tpanic: "); ok {
			message = again
			continue
		}
		message += "\n" + strings.TrimPrefix(lines[end], "\t")
	}
	return found{kind: kind, message: repanicked.ReplaceAllString(message, ""), stack: lines[at:], begin: at, end: len(lines)}, true
}

// goroutinesAfter is where the goroutines begin that follow a panic, -1 without any.
func goroutinesAfter(lines []string, from int) int {
	for at := from; at < len(lines); at++ {
		if goroutine.MatchString(lines[at]) {
			return at
		}
	}
	return -1
}

// goCrash begins such a report; a signal that came from outside, or that the
// runtime does not turn into a panic, stands there by name.
var goCrash = lazy.New(`^(panic|fatal error|SIG[A-Z0-9]+): `)

// beside are lines between the message and the goroutines that are not part of
// the message.
var beside = lazy.New(`^(\[signal |PC=|signal arrived )`)

var repanicked = lazy.New(` \[recovered(, repanicked)?\]`)
