package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

// Bounds of what Parse returns, in bytes.
const (
	MaxType    = 256
	MaxMessage = 4 << 10
	MaxStack   = 64 << 10
)

// maxTail is how much of a text is looked at, in bytes from its end.
const maxTail = 256 << 10

// maxAfter is how many lines may follow an error that ended a program: words
// of the shell around it, of its other threads, of what cleans up. An error
// with more behind it was survived.
const maxAfter = 40

// found is an error that a parser found in the lines of a text.
type found struct {
	kind, message string
	stack         []string
	begin, end    int // its lines
}

// parser finds the last error of one kind in lines.
type parser func(lines []string) (found, bool)

// Parse reads the tail of what a program printed on stderr. The kind is the
// error's class where the language has such a thing, such as "ValueError" or
// "panic", and empty where nothing was recognized: the message is then the
// last line. The stack holds the whole report, as it was printed. It is false
// when there is no line at all.
func Parse(tail []byte) (kind, message, stack string, ok bool) {
	lines := lines(tail)
	if len(lines) == 0 {
		return "", "", "", false
	}
	f, ok := last(lines, []parser{python, pythonSyntax, pythonGroup, pythonFatal, golang, frames, thrown, rust, julia, r, cplusplus, sanitizer})
	if !ok {
		f, ok = last(lines, []parser{oneLiner})
	}
	if !ok {
		f = lastWords(lines)
	}
	return Clean(f.kind, MaxType), Clean(strings.TrimSpace(f.message), MaxMessage), Clean(strings.Join(f.stack, "\n"), MaxStack), true
}

// lastWords are the last line, with the class of an error where it begins like
// one. Lines below it that are indented tell where it was.
func lastWords(lines []string) found {
	at := lastLine(lines, func(line string) bool { return !indented(line) && !blank(line) })
	if at < 0 || len(lines)-at > maxAfter {
		at = len(lines) - 1
	}
	f := found{message: lines[at], begin: at, end: len(lines)}
	if at < len(lines)-1 {
		f.stack = lines[at:]
	}
	if m := classed.FindStringSubmatch(lines[at]); m != nil {
		f.kind, f.message = m[1], m[2]
	}
	return f
}

// classed is a line that begins with the class of an error.
var classed = lazy.New(`^((?:[A-Za-z_]\w*(?:\.|::))*[A-Z]\w*(?:Error|Exception)|Error): (.+)$`)

// last is the error that begins last of those near the end.
func last(lines []string, parsers []parser) (best found, ok bool) {
	for _, parse := range parsers {
		f, is := parse(lines)
		if is && len(lines)-f.end <= maxAfter && (!ok || f.begin > best.begin) {
			best, ok = f, true
		}
	}
	return best, ok
}

// lastLine is the index of the last line that fits, -1 when none does.
func lastLine(lines []string, fits func(line string) bool) int {
	for at := len(lines) - 1; at >= 0; at-- {
		if fits(lines[at]) {
			return at
		}
	}
	return -1
}

// block is how far from begin on the lines fit.
func block(lines []string, begin int, fits func(line string) bool) (end int) {
	for end = begin; end < len(lines) && fits(lines[end]); end++ {
	}
	return end
}

func indented(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }
