package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

const traceback = "Traceback (most recent call last):"

// maxMessageLines bounds a message that nothing ends.
const maxMessageLines = 20

// exception is the last line of a traceback: the class, with its module, and
// the message.
var exception = lazy.New(`^([A-Za-z_][\w.]*)(?:: ?(.*))?$`)

// python finds the last traceback, or, where torchrun says by one that a worker
// failed, that of the worker, which says why.
func python(all []string) (found, bool) {
	f, ok := lastTraceback(all)
	if ok && strings.HasSuffix(f.kind, ".ChildFailedError") {
		if worker, ok := lastTraceback(all[:f.begin]); ok && f.begin-worker.end <= maxAfter {
			worker.begin, worker.end = f.begin, f.end
			return worker, true
		}
	}
	return f, ok
}

// lastTraceback finds the last traceback: of a chain that is the error that was
// raised last. Each line may begin with the name of a rank, as torchrun writes.
func lastTraceback(all []string) (found, bool) {
	at := lastLine(all, func(line string) bool {
		return strings.HasSuffix(line, traceback) && !strings.Contains(line, "Group "+traceback) && !strings.Contains(line, "| ")
	})
	if at < 0 {
		return found{}, false
	}
	prefix := strings.TrimSuffix(all[at], traceback)
	end := block(all, at, func(line string) bool { return strings.HasPrefix(line, prefix) })
	lines := cutPrefix(all[at:end], prefix)
	head := 1 + block(lines[1:], 0, func(line string) bool { return indented(line) || blank(line) })
	if head == len(lines) {
		return found{}, false
	}
	m := exception.FindStringSubmatch(lines[head])
	if m == nil {
		return found{}, false
	}
	stop := messageEnd(lines, head+1)
	message := strings.Join(append([]string{m[2]}, lines[head+1:stop]...), "\n")
	chain := cutPrefix(all[chainBegin(all, at):at], prefix)
	return found{kind: m[1], message: message, stack: append(chain, lines[:stop]...), begin: at, end: at + stop}, true
}

// chainBegin is where the first of the tracebacks begins that lead to the one
// at the line.
func chainBegin(all []string, at int) int {
	for at >= 2 && (strings.HasSuffix(all[at-2], "the direct cause of the following exception:") || strings.HasSuffix(all[at-2], "another exception occurred:")) {
		before := lastLine(all[:at-2], func(line string) bool { return strings.HasSuffix(line, traceback) })
		if before < 0 {
			break
		}
		at = before
	}
	return at
}

// messageEnd is where a message that goes on from the line ends: at a blank
// line, or where something else begins.
func messageEnd(lines []string, from int) int {
	end := block(lines, from, func(line string) bool { return !blank(line) && !strings.Contains(line, traceback) })
	return min(end, from+maxMessageLines)
}

func cutPrefix(lines []string, prefix string) []string {
	cut := make([]string, len(lines))
	for i, line := range lines {
		cut[i] = strings.TrimPrefix(line, prefix)
	}
	return cut
}

// pythonSyntax finds an error of the program's text, which Python reports
// without the first line of a traceback.
func pythonSyntax(lines []string) (found, bool) {
	at := lastLine(lines, syntaxError.MatchString)
	if at < 1 {
		return found{}, false
	}
	begin := at
	for begin > 0 && indented(lines[begin-1]) {
		begin--
	}
	if begin == at || !strings.HasPrefix(lines[begin], `  File "`) {
		return found{}, false
	}
	m := exception.FindStringSubmatch(lines[at])
	return found{kind: m[1], message: m[2], stack: lines[begin : at+1], begin: begin, end: at + 1}, true
}

var syntaxError = lazy.New(`^(SyntaxError|IndentationError|TabError): `)

// pythonGroup finds an exception group: its own words are the message, and
// those of its parts are in the stack.
func pythonGroup(lines []string) (found, bool) {
	at := lastLine(lines, func(line string) bool { return strings.HasPrefix(line, "  + Exception Group "+traceback) })
	if at < 0 {
		return found{}, false
	}
	end := at + 1 + block(lines[at+1:], 0, func(line string) bool {
		bar := strings.TrimLeft(line, " ")
		return strings.HasPrefix(bar, "|") || strings.HasPrefix(bar, "+-")
	})
	for _, line := range lines[at+1 : end] {
		rest, own := strings.CutPrefix(line, "  | ")
		if m := exception.FindStringSubmatch(rest); own && m != nil {
			return found{kind: m[1], message: m[2], stack: lines[at:end], begin: at, end: end}, true
		}
	}
	return found{}, false
}

// pythonFatal finds an error of the interpreter itself, as faulthandler
// reports it.
func pythonFatal(lines []string) (found, bool) {
	const fatal = "Fatal Python error: "
	at := lastLine(lines, func(line string) bool { return strings.HasPrefix(line, fatal) })
	if at < 0 {
		return found{}, false
	}
	end := at + block(lines[at:], 0, func(line string) bool {
		return blank(line) || indented(line) || strings.HasPrefix(line, fatal) || strings.HasSuffix(line, "(most recent call first):") || strings.HasPrefix(line, "Python runtime state: ")
	})
	return found{kind: "Fatal Python error", message: strings.TrimPrefix(lines[at], fatal), stack: lines[at:end], begin: at, end: end}, true
}
