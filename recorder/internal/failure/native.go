package failure

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

var (
	terminate = lazy.New(`^terminate called after throwing an instance of '(.*)'$`)
	libcxx    = lazy.New(`^libc\+\+abi: terminating (?:due to|with) uncaught exception of type ((?:[^:]|::)+)(?:: (.*))?$`)
	sanitized = lazy.New(`^==\d+==\s?(?:ERROR|WARNING): (\w+Sanitizer): (.*)$`)
)

// cplusplus finds an exception that nothing in a C++ program caught.
func cplusplus(lines []string) (found, bool) {
	at := lastLine(lines, func(line string) bool { return terminate.MatchString(line) || libcxx.MatchString(line) })
	if at < 0 {
		return found{}, false
	}
	if m := libcxx.FindStringSubmatch(lines[at]); m != nil {
		return found{kind: m[1], message: m[2], begin: at, end: at + 1}, true
	}
	end := at + 1 + block(lines[at+1:], 0, func(line string) bool {
		return !blank(line) && !strings.HasPrefix(line, "Aborted")
	})
	message := strings.Join(lines[at+1:min(end, at+1+maxMessageLines)], "\n")
	message = strings.TrimPrefix(strings.TrimSpace(message), "what():")
	if message == "" {
		message = lines[at]
	}
	return found{kind: terminate.FindStringSubmatch(lines[at])[1], message: message, begin: at, end: end}, true
}

// sanitizer finds the report of a compiler's sanitizer: it has no words about
// itself after it but its own.
func sanitizer(lines []string) (found, bool) {
	at := lastLine(lines, sanitized.MatchString)
	if at < 0 {
		return found{}, false
	}
	m := sanitized.FindStringSubmatch(lines[at])
	stop := at + block(lines[at:], 0, func(line string) bool { return !strings.HasPrefix(line, "SUMMARY: ") })
	stop = min(stop+1, len(lines))
	end := stop + block(lines[stop:], 0, func(line string) bool { return !strings.HasSuffix(line, "==ABORTING") })
	return found{kind: m[1], message: m[2], stack: lines[at:stop], begin: at, end: min(end+1, len(lines))}, true
}

// nearEnd is how many lines from the end the words may stand that are one line
// only: a shell adds one or two.
const nearEnd = 4

// oneLiners are errors of one line, the more telling before the others.
var oneLiners = []struct {
	kind string
	line *lazy.Regexp
}{
	{"assertion", lazy.New("Assertion [`'\"(]?.*failed")},
	{"terminate", lazy.New(`^terminate called `)},
	{"undefined behaviour", lazy.New(`^\S+:\d+:\d+: runtime error: `)},
	{"abort", lazy.New(`^(free|malloc|realloc|munmap_chunk)\(\): |^double free or corruption|^corrupted |^\*\*\* .* \*\*\*: terminated`)},
	{"shell", lazy.New(`^[^\s:]+: (line )?\d+: .|^(ba|da|z|k)?sh: .`)},
	{"crash", lazy.New(`^(Segmentation fault|Bus error|Illegal instruction|Floating point exception|Aborted|Killed)( \(core dumped\))?$`)},
}

func oneLiner(lines []string) (found, bool) {
	from := max(len(lines)-nearEnd, 0)
	for _, known := range oneLiners {
		if at := lastLine(lines[from:], known.line.MatchString); at >= 0 {
			at += from
			return found{kind: known.kind, message: lines[at], begin: at, end: at + 1}, true
		}
	}
	return found{}, false
}
