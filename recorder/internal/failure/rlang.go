package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

const halted = "Execution halted"

// rError is how R begins an error; the call comes before the colon, and a long
// message on the next line.
var rError = lazy.New("^Error(?: in (.*?) ?)?: ?(.*)$")

// beyond is what R says after an error's message.
var beyond = lazy.New(`^(Calls: |Backtrace:|In addition: |Warning message)`)

// r finds the last error of an R script.
func r(lines []string) (found, bool) {
	stop := lastLine(lines, func(line string) bool { return line == halted })
	at := lastLine(lines[:max(stop, 0)], rError.MatchString)
	if at < 0 {
		return found{}, false
	}
	end := at + 1 + block(lines[at+1:stop], 0, func(line string) bool {
		return !beyond.MatchString(line) && !blank(line)
	})
	message := []string{rError.FindStringSubmatch(lines[at])[2]}
	for _, line := range lines[at+1 : min(end, at+1+maxMessageLines)] {
		message = append(message, strings.TrimPrefix(strings.TrimSpace(line), "! "))
	}
	return found{kind: "Error", message: strings.Join(message, "\n"), stack: lines[at : stop+1], begin: at, end: stop + 1}, true
}
