package console

import (
	"bytes"
	"unicode/utf8"
)

// The states of reading a stream.
const (
	ground      = iota
	escape      // after ESC
	escapeWord  // after ESC and a character that wants another one
	control     // after ESC [
	command     // after ESC ]: until BEL, ESC \ or the end of the line
	commandEnd  // in one of those, after ESC
	passage     // after ESC P, X, ^ or _: until ESC \
	passageEnd  // in one of those, after ESC
	maxControl  = 256
	maxCommand  = 4 << 10 // bytes of a command that are kept; the rest is passed over
	maxPassage  = 4 << 20 // bytes without an end are taken for text that begins anew
	escapeByte  = 0x1b
	bell        = 0x07
	cancel      = 0x18
	substitute  = 0x1a
	backspace   = 0x08
	deleteByte  = 0x7f
	lastControl = 0x1f
)

// stream is how far a stream was read.
type stream struct {
	state   int
	word    []byte // of a sequence that is not complete
	length  int    // of a command or passage
	partial []byte // the beginning of a character
}

// parser cuts streams into text and what moves the cursor.
type parser struct {
	streams [Streams]stream
	read    [Streams]int64
}

// A target does what is printed. A screen keeps it; an index counts lines.
type target interface {
	// skim gives the number of bytes at the beginning of text that need not be
	// looked at one by one.
	skim(p []byte) int
	text(p []byte)
	picture(c byte) // a control character that does nothing
	lineFeed()
	carriageReturn()
	backspace()
	tab()
	escaped(c byte)                    // ESC and a character
	controlled(final byte, arg []byte) // ESC [ … and a final character
	commanded(p []byte)                // ESC ] …
}

// atRest reports whether no stream but the given one is within a sequence.
func (ps *parser) atRest(but int) bool {
	for i := range ps.streams {
		if st := &ps.streams[i]; i != but && (st.state != ground || len(st.partial) > 0) {
			return false
		}
	}
	return true
}

// feed reads bytes of a stream.
func (ps *parser) feed(t target, number int, p []byte) {
	st := &ps.streams[number]
	if len(st.partial) > 0 && len(p) > 0 {
		ps.read[number] -= int64(len(st.partial))
		p = append(st.partial, p...)
		st.partial = nil
	}
	for len(p) > 0 {
		n := 1
		if st.state == ground {
			n = ps.plain(t, number, p)
		} else {
			ps.read[number]++
			st.next(t, p[0])
		}
		p = p[n:]
	}
}

// plain reads text up to and with the next control character.
func (ps *parser) plain(t target, number int, p []byte) int {
	if n := t.skim(p); n > 0 {
		return ps.run(t, number, p, n)
	}
	if p[0] > lastControl && p[0] != deleteByte {
		return ps.run(t, number, p, textEnd(p))
	}
	ps.read[number]++
	switch c := p[0]; c {
	case '\n':
		t.lineFeed()
	case '\r':
		t.carriageReturn()
	case backspace:
		t.backspace()
	case '\t':
		t.tab()
	case escapeByte:
		ps.streams[number].state = escape
	case 0, bell, deleteByte:
	default:
		t.picture(c)
	}
	return 1
}

// run hands over n bytes of text. The beginning of a character at the very end
// waits for the rest of it.
func (ps *parser) run(t target, number int, p []byte, n int) int {
	whole := n
	if n == len(p) {
		whole -= partialRune(p)
	}
	ps.read[number] += int64(n)
	if whole > 0 {
		t.text(p[:whole])
	}
	if whole < n {
		ps.streams[number].partial = bytes.Clone(p[whole:n])
	}
	return n
}

// textEnd is where the next control character is.
func textEnd(p []byte) int {
	for i, c := range p {
		if c <= lastControl || c == deleteByte {
			return i
		}
	}
	return len(p)
}

// partialRune is the length of a character at the end that is not complete.
func partialRune(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if c := p[len(p)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(p[len(p)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// next reads a byte of a sequence.
func (st *stream) next(t target, c byte) {
	switch st.state {
	case escape:
		st.escaped(t, c)
	case escapeWord:
		st.end()
	case control:
		st.controlled(t, c)
	case command, commandEnd:
		st.commanded(t, c)
	case passage, passageEnd:
		st.passed(c)
	}
}

func (st *stream) end() { st.state, st.word, st.length = ground, st.word[:0], 0 }

func (st *stream) escaped(t target, c byte) {
	st.end()
	switch {
	case c == '[':
		st.state = control
	case c == ']':
		st.state = command
	case c == 'P' || c == 'X' || c == '^' || c == '_':
		st.state = passage
	case c >= 0x20 && c < 0x30:
		st.state = escapeWord
	case c == escapeByte:
		st.state = escape
	case c == '\n':
		t.lineFeed()
	default:
		t.escaped(c)
	}
}

func (st *stream) controlled(t target, c byte) {
	switch {
	case c >= 0x40 && c < 0x7f:
		word := st.word
		st.end()
		t.controlled(c, word)
	case c == escapeByte:
		st.end()
		st.state = escape
	case c == '\n':
		st.end()
		t.lineFeed()
	case c == cancel || c == substitute || c >= 0x7f || len(st.word) >= maxControl:
		st.end()
	default:
		st.word = append(st.word, c)
	}
}

func (st *stream) commanded(t target, c byte) {
	switch {
	case c == bell || st.state == commandEnd && c == '\\':
		word := st.word
		st.end()
		t.commanded(word)
	case st.state == commandEnd:
		st.end()
		st.escaped(t, c)
	case c == escapeByte:
		st.state = commandEnd
	case c == '\n':
		st.end()
		t.lineFeed()
	case c == cancel || c == substitute:
		st.end()
	case len(st.word) < maxCommand:
		st.word = append(st.word, c)
	}
}

func (st *stream) passed(c byte) {
	st.length++
	switch {
	case st.state == passageEnd && c == '\\', c == cancel, c == substitute, st.length > maxPassage:
		st.end()
	case c == escapeByte:
		st.state = passageEnd
	default:
		st.state = passage
	}
}
