package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

var (
	// atFrame is a frame as Node, the JVM and .NET write it.
	atFrame = lazy.New(`^\s+(at \S|\.\.\. \d+ )`)
	// atHead is the line above: the class, with what those languages put
	// before it, and the message.
	atHead = lazy.New(`^(Exception in thread "[^"]*" |Caused by: |Unhandled exception\.? |Uncaught |error: Uncaught (?:\(in promise\) )?)?([A-Za-z_$][\w.$]*)(?: \[\w+\])?(?:: (.*))?$`)
	// className tells a class without a message from a word of one.
	className = lazy.New(`\.|(Error|Exception|Throwable|Rejection)$`)
)

// frames finds the last error whose frames begin with "at", as Node and the
// JVM write them. In a chain of causes that is the first cause.
func frames(lines []string) (found, bool) {
	at := lastLine(lines, atFrame.MatchString)
	if at < 0 {
		return found{}, false
	}
	end := at + 1
	if end < len(lines) && lines[end] == "}" {
		end++
	}
	top := up(lines, at)
	head, ok := headAbove(lines, top)
	if !ok {
		return found{}, false
	}
	m := atHead.FindStringSubmatch(lines[head])
	message := strings.Join(append([]string{m[3]}, lines[head+1:top]...), "\n")
	begin := head
	for strings.HasPrefix(lines[begin], "Caused by: ") && begin > 0 {
		above, ok := headAbove(lines, up(lines, begin-1))
		if !ok || above >= begin {
			break
		}
		begin = above
	}
	return found{kind: m[2], message: message, stack: lines[begin:end], begin: begin, end: end}, true
}

// up is the first of the indented lines that end at the line.
func up(lines []string, at int) int {
	for at > 0 && indented(lines[at-1]) {
		at--
	}
	return at
}

// headAbove finds the line that an error begins with, above its first frame:
// the message may have several.
func headAbove(lines []string, top int) (int, bool) {
	for at := top - 1; at >= 0 && at >= top-maxMessageLines && !blank(lines[at]); at-- {
		m := atHead.FindStringSubmatch(lines[at])
		if m != nil && (m[1] != "" || strings.Contains(lines[at], ": ") || className.MatchString(m[2])) {
			return at, true
		}
	}
	return 0, false
}

// thrown finds a value that Node was thrown and that is no error.
func thrown(lines []string) (found, bool) {
	at := lastLine(lines, func(line string) bool { return strings.HasPrefix(line, "(Use `node --trace-uncaught") })
	caret := lastLine(lines[:max(at, 0)], func(line string) bool { return strings.TrimSpace(line) == "^" })
	if caret < 0 {
		return found{}, false
	}
	begin := max(caret-2, 0)
	return found{kind: "uncaught", message: strings.Join(lines[caret+1:at], "\n"), stack: lines[begin : at+1], begin: begin, end: at + 1}, true
}
