package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

var (
	juliaError = lazy.New(`^ERROR: ((?:LoadError: |InitError: )*)(.*)$`)
	juliaType  = lazy.New(`^([A-Z]\w*(?:Error|Exception))\b`)
)

// julia finds the last error of a Julia program.
func julia(lines []string) (found, bool) {
	at := lastLine(lines, juliaError.MatchString)
	if at < 0 {
		return found{}, false
	}
	m := juliaError.FindStringSubmatch(lines[at])
	stack := at + block(lines[at:], 0, func(line string) bool { return line != "Stacktrace:" })
	if stack == len(lines) && m[1] == "" {
		return found{}, false
	}
	end := stack + block(lines[stack:], 0, func(line string) bool {
		return indented(line) || line == "Stacktrace:" || strings.HasPrefix(line, "in expression")
	})
	kind, message := "ErrorException", m[2]
	if t := juliaType.FindStringSubmatch(message); t != nil {
		kind, message = t[1], strings.TrimPrefix(message, t[0]+": ")
	}
	more := lines[at+1 : min(stack, at+1+maxMessageLines)]
	message = strings.Join(append([]string{message}, more...), "\n")
	return found{kind: kind, message: message, stack: lines[at:max(end, at+1)], begin: at, end: max(end, at+1)}, true
}
