package failure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/exprec/exprec/recorder/internal/lazy"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// escapes are the sequences by which a program colours text and moves the
// cursor.
var escapes = lazy.New(`\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)?|\x1b[ -/]*[0-~]`)

// lines are the lines of the end of a text as a terminal would show them:
// without colours, and of a line that was written over the last state. Blank
// lines at both ends are left out.
func lines(text []byte) []string {
	if len(text) > maxTail {
		text = text[len(text)-maxTail:]
	}
	plain := escapes.ReplaceAllString(strings.ToValidUTF8(string(text), "\uFFFD"), "")
	all := strings.Split(plain, "\n")
	for i, line := range all {
		all[i] = printable(shown(line))
	}
	for len(all) > 0 && blank(all[len(all)-1]) {
		all = all[:len(all)-1]
	}
	for len(all) > 0 && blank(all[0]) {
		all = all[1:]
	}
	return all
}

// shown is what remains of a line after its carriage returns.
func shown(line string) string {
	parts := strings.Split(line, "\r")
	for at := len(parts) - 1; at >= 0; at-- {
		if parts[at] != "" {
			return parts[at]
		}
	}
	return ""
}

// printable is a line without control characters other than tabs.
func printable(line string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && c != '\n' && unicode.IsControl(c) {
			return -1
		}
		return c
	}, line)
}

// Clean is a text fit for a record: valid UTF-8 without colours and control
// characters, secrets masked, at most so many bytes. The middle of a longer one
// is left out.
func Clean(text string, limit int) string {
	text = printable(escapes.ReplaceAllString(strings.ToValidUTF8(text, "\uFFFD"), ""))
	text = redact.Text(text)
	if len(text) <= limit {
		return text
	}
	const left = "…"
	head, tail := (limit-len(left))*2/3, (limit-len(left))/3
	end, begin := head, len(text)-tail
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	for begin < len(text) && !utf8.RuneStart(text[begin]) {
		begin++
	}
	return text[:end] + left + text[begin:]
}
