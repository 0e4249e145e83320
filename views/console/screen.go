package console

import (
	"time"
	"unicode/utf8"
)

// Streams is how many streams a screen shows: 0 is what a program prints, 1 what
// it complains about.
const Streams = 2

// Bounds of a screen.
const (
	// Reach is how many lines back the cursor gets: as far as the tallest
	// terminals. Lines above are final.
	Reach = 100
	// Columns is how many characters of a line are kept. What lies beyond is
	// counted, see [Line.Cut].
	Columns = 5000
	// home is how many lines above the last one the first line of the screen is
	// for programs that go there.
	home = 50
)

// cell is a character with its style.
type cell struct {
	char  rune
	style style
}

// row is a line that the cursor can reach.
type row struct {
	cells   []cell
	over    int   // characters beyond the last column
	changed int64 // bytes that the screen had been given by its last change
	at      time.Duration
	known   bool // at is known
}

// Screen is what a terminal would show, without edges. Its zero value is not
// ready: see [NewScreen].
type Screen struct {
	parser
	cursor
	final func(Line)
	first int64  // number of rows[0], from 1
	rows  []*row // the lines within reach; the last one is the lowest so far
	now   time.Duration
	timed bool
}

// cursor is the place and style of what comes next, by the numbers of lines.
type cursor struct {
	line   int64 // from 1
	col    int   // from 0
	max    int64 // the lowest line so far
	origin int64 // the line that the screen begins with for programs that clear it
	fresh  bool  // nothing was printed on the lowest line
	style  style
	saved  struct {
		line int64
		col  int
	}
}

// printed notes that something was printed.
func (c *cursor) printed() {
	if c.line == c.max {
		c.fresh = false
	}
}

// next goes to the next line, and reports whether that is a new one.
func (c *cursor) next() bool {
	c.line++
	if c.line <= c.max {
		return false
	}
	c.max, c.fresh = c.line, true
	return true
}

// NewScreen makes an empty screen. Lines that become final go to the function
// that is given, in their order; it may be nil. They are valid until it returns.
func NewScreen(final func(Line)) *Screen { return Checkpoint{}.Screen(final) }

// Write gives the screen what was printed on a stream, by a time that counts
// from the start; a negative one is unknown.
func (s *Screen) Write(stream int, at time.Duration, p []byte) {
	s.now, s.timed = at, at >= 0
	s.style.err = stream == 1
	s.feed(s, stream, p)
}

// Total is how many bytes the screen was given.
func (s *Screen) Total() int64 { return s.read[0] + s.read[1] }

// First is the number of the first line of [Screen.Lines].
func (s *Screen) First() int64 { return s.first }

// Last is the number of the lowest line so far. It may be empty: a line feed
// begins the next line.
func (s *Screen) Last() int64 { return s.max }

// Fresh reports whether nothing was printed yet on the lowest line.
func (s *Screen) Fresh() bool { return s.fresh }

// Lines are the lines that may still change, the highest first. They are valid
// until the next Write.
func (s *Screen) Lines() []Line {
	lines := make([]Line, len(s.rows))
	for i, r := range s.rows {
		lines[i] = r.line(s.first + int64(i))
	}
	return lines
}

// here is the line of the cursor.
func (s *Screen) here() *row { return s.rows[s.line-s.first] }

// touch is the line of the cursor, about to be changed.
func (s *Screen) touch() *row {
	r := s.here()
	r.changed = s.Total()
	r.at, r.known = s.now, s.timed
	return r
}

// text prints characters without control characters.
func (s *Screen) text(p []byte) {
	r := s.touch()
	s.printed()
	for len(p) > 0 {
		if s.col >= Columns {
			n := utf8.RuneCount(p)
			s.col += n
			r.over = max(r.over, s.col-Columns)
			return
		}
		c, n := rune(p[0]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRune(p)
		}
		p = p[n:]
		r.put(s.col, cell{c, s.style})
		s.col++
	}
}

// put sets the cell of a column.
func (r *row) put(col int, c cell) {
	if col == len(r.cells) {
		r.cells = append(r.cells, c)
		return
	}
	for len(r.cells) <= col {
		r.cells = append(r.cells, cell{char: ' '})
	}
	r.cells[col] = c
}

// lineFeed goes to the beginning of the next line.
func (s *Screen) lineFeed() {
	s.down()
	s.col = 0
}

// down goes to the next line, a new one below the lowest.
func (s *Screen) down() {
	if s.next() {
		s.rows = append(s.rows, s.newRow())
	}
}

// newRow is an empty line. The highest one becomes final, if the others fill the
// reach, and its memory is used again.
func (s *Screen) newRow() *row {
	if len(s.rows) < Reach {
		return &row{changed: s.Total()}
	}
	r := s.rows[0]
	if s.final != nil {
		s.final(r.line(s.first))
	}
	s.rows = append(s.rows[:0], s.rows[1:]...)
	s.first++
	*r = row{cells: r.cells[:0], changed: s.Total()}
	return r
}

// goTo moves the cursor to a line within reach.
func (s *Screen) goTo(line int64) { s.line = min(max(line, s.first), s.max) }

// erase makes a part of the cursor's line empty.
func (s *Screen) erase(from, to int) {
	r := s.touch()
	if to >= len(r.cells) {
		r.cells = r.cells[:min(from, len(r.cells))]
		r.over = 0
		return
	}
	for i := from; i < to; i++ {
		r.cells[i] = cell{char: ' '}
	}
}

// eraseLines makes lines empty, from one up to another.
func (s *Screen) eraseLines(from, to int64) {
	for n := max(from, s.first); n <= min(to, s.max); n++ {
		s.rows[n-s.first] = &row{changed: s.Total(), at: s.now, known: s.timed}
	}
}

// clear begins a new screen below what is there: nothing that was printed is
// lost.
func (s *Screen) clear() {
	s.goTo(s.max)
	if !s.fresh {
		s.down()
	}
	s.col, s.origin = 0, s.line
}

// shift moves the characters at the cursor to the left (n < 0, they are
// deleted) or to the right (room is made).
func (s *Screen) shift(n int) {
	r := s.touch()
	if s.col >= len(r.cells) {
		return
	}
	tail := r.cells[s.col:]
	if n < 0 {
		r.cells = append(r.cells[:s.col], tail[min(-n, len(tail)):]...)
		return
	}
	n = min(n, Columns)
	moved := make([]cell, s.col+n, s.col+n+len(tail))
	copy(moved, r.cells[:s.col])
	for i := range n {
		moved[s.col+i] = cell{char: ' '}
	}
	r.cells = append(moved, tail...)
	r.cells = r.cells[:min(len(r.cells), Columns)]
}
