package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/exprec/exprec/views/console"
)

// sanitize makes text from anywhere harmless for a terminal: control
// characters (but newline and tab), format characters such as those that turn
// the direction of writing, line separators, and bytes that are not UTF-8
// become visible escapes like \x1b. The rest stays as it is.
func sanitize(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(escape(r))
		}
		s = s[n:]
	}
	return b.String()
}

// sanitizeLine does the same for text that has to stay on its line, as in a
// cell of a table: newlines and tabs are escaped too.
func sanitizeLine(s string) string {
	s = strings.ReplaceAll(sanitize(s), "\n", `\n`)
	return strings.ReplaceAll(s, "\t", `\t`)
}

func harmless(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// escape gives the visible form of a character.
func escape(r rune) string {
	switch {
	case r == '\n' || r == '\t' || !console.Hidden(r):
		return string(r)
	case r == '\r':
		return `\r`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// A style is the parameter of the terminal's sequence for a colour.
type style string

const (
	plainStyle style = ""
	boldStyle  style = "1"
	dimStyle   style = "2"
	red        style = "31"
	green      style = "32"
	yellow     style = "33"
	magenta    style = "35"
	cyan       style = "36"
)

// text is a piece of output: words from anywhere, and how to show them.
type text struct {
	style style
	words string
}

func plain(format string, args ...any) text {
	return text{plainStyle, fmt.Sprintf(format, args...)}
}

func styled(s style, format string, args ...any) text {
	return text{s, fmt.Sprintf(format, args...)}
}

// A screen is where a command writes: a terminal, a pipe or a file. The first
// error is kept, later writes do nothing.
type screen struct {
	buffer *bufio.Writer
	tty    bool
	colour bool
	width  int  // columns of the terminal, 0 where there is no limit
	passes bool // a line of progress stands there, without an end
	err    error
}

func newScreen(f *os.File) *screen {
	s := &screen{buffer: bufio.NewWriterSize(f, 32<<10)}
	s.tty = term.IsTerminal(int(f.Fd()))
	if s.tty {
		s.width, _, _ = term.GetSize(int(f.Fd()))
		s.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return s
}

// print writes pieces of text. Nothing reaches a screen as text but through
// here, so nothing reaches it unsanitized.
func (s *screen) print(pieces ...text) {
	for _, p := range pieces {
		words := sanitize(p.words)
		if s.colour && p.style != plainStyle && words != "" {
			words = "\x1b[" + string(p.style) + "m" + words + "\x1b[0m"
		}
		s.raw([]byte(words))
	}
}

// line prints pieces of text and ends the line.
func (s *screen) line(pieces ...text) {
	s.print(pieces...)
	s.raw([]byte("\n"))
}

// raw writes bytes as they are: content that was asked for, into a pipe or a
// file, or what has been made harmless already.
func (s *screen) raw(b []byte) {
	if s.passes && s.err == nil {
		s.passes = false
		_, s.err = s.buffer.WriteString("\r\x1b[K")
	}
	if s.err == nil {
		_, s.err = s.buffer.Write(b)
	}
}

// Write is raw for what wants a writer.
func (s *screen) Write(b []byte) (int, error) {
	s.raw(b)
	return len(b), s.err
}

// flush writes what is still held back and gives the first error of all.
func (s *screen) flush() error {
	if s.err == nil {
		s.err = s.buffer.Flush()
	}
	return s.err
}
