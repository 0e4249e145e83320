package views

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/exprec/exprec/views/console"
)

// visible shows what a reader would not see, or would see in another order than
// it stands: control characters, marks of direction, and bytes that are no
// UTF-8. Tabs stay.
func visible(s string) string {
	if isVisible(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case !hidden(r):
			b.WriteString(s[:n])
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		s = s[n:]
	}
	return b.String()
}

// visibleLines is visible for a text of several lines.
func visibleLines(s string) string {
	if isVisible(s) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = visible(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

func isVisible(s string) bool {
	for i, r := range s {
		if hidden(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return false
		}
	}
	return true
}

// hidden are the characters that are shown by their numbers, all but tabs.
func hidden(r rune) bool { return r != '\t' && console.Hidden(r) }

// shortened is the beginning of a text with at most so many characters, and how
// many bytes are left out.
func shortened(s string, characters int) (string, int) {
	if len(s) <= characters {
		return s, 0
	}
	for i := range s {
		if characters == 0 {
			return s[:i], len(s) - i
		}
		characters--
	}
	return s, 0
}
