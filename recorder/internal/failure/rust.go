package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

var (
	rustPanic = lazy.New(`^thread '[^']*'(?: \(\d+\))? panicked at (.*)$`)
	// oldPanic is what follows before Rust 1.73: the message stands first.
	oldPanic = lazy.New(`^'(.*)', \S+:\d+:\d+$`)
)

// rust finds the last panic of a Rust program.
func rust(lines []string) (found, bool) {
	at := lastLine(lines, rustPanic.MatchString)
	if at < 0 {
		return found{}, false
	}
	place := rustPanic.FindStringSubmatch(lines[at])[1]
	end := at + 1 + block(lines[at+1:], 0, func(line string) bool {
		return !blank(line) && line != "stack backtrace:" && !strings.HasPrefix(line, "note: ")
	})
	message := strings.Join(lines[at+1:end], "\n")
	if m := oldPanic.FindStringSubmatch(place); m != nil {
		message = m[1]
	}
	end += block(lines[end:], 0, func(line string) bool {
		return indented(line) || line == "stack backtrace:" || strings.HasPrefix(line, "note: ")
	})
	return found{kind: "panic", message: message, stack: lines[at:end], begin: at, end: end}, true
}
