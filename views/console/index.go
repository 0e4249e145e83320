package console

import (
	"bytes"
	"math"
	"slices"
	"sort"
)

// apart is how many lines there are between two checkpoints at least.
const apart = 500

// Checkpoint is a place in what was printed from which lines can be shown
// without what comes before. The zero value is the beginning.
type Checkpoint struct {
	Line int64          // the first line from there, from 1 (0 at the beginning)
	At   [Streams]int64 // how many bytes of each stream come before

	style  style
	origin int64
}

// Screen is a screen that goes on from the checkpoint: it shows what one shows
// that was fed from the beginning, from Line on.
func (c Checkpoint) Screen(final func(Line)) *Screen {
	line := max(c.Line, 1)
	s := &Screen{final: final, first: line, rows: []*row{{}}}
	s.read = c.At
	s.cursor = cursor{line: line, max: line, fresh: true, origin: c.origin, style: c.style}
	s.saved.line = line
	return s
}

// Index counts the lines of what was printed. It is given the same bytes as a
// screen, in any pieces, and looks at little but line feeds. Its zero value is
// ready.
type Index struct {
	parser
	cursor
	points []Checkpoint
	begun  bool

	// Where the next line feed and the next sequence are in what is being read,
	// as bytes from its end: each is looked for once.
	feedAt, escapeAt int
}

// Write gives the index what was printed on a stream.
func (x *Index) Write(stream int, p []byte) {
	if !x.begun {
		x.begun, x.line, x.max, x.fresh = true, 1, 1, true
		x.saved.line = 1
	}
	x.feedAt, x.escapeAt = unknown, unknown
	x.feed(x, stream, p)
}

// unknown is no place.
const unknown = math.MaxInt

// At is how many bytes of each stream the index was given.
func (x *Index) At() [Streams]int64 { return x.read }

// Lines is the number of lines. A line that was begun and holds nothing does not
// count.
func (x *Index) Lines() int64 {
	if x.fresh {
		return max(x.max-1, 0)
	}
	return x.max
}

// Before is the last checkpoint from which a line can be shown.
func (x *Index) Before(line int64) Checkpoint {
	n := sort.Search(len(x.points), func(i int) bool { return x.points[i].Line > line })
	if n == 0 {
		return Checkpoint{}
	}
	return x.points[n-1]
}

// skim passes over text up to the next line feed or sequence.
func (x *Index) skim(p []byte) int {
	if x.feedAt > len(p) {
		x.feedAt = fromEnd(p, '\n')
	}
	if x.escapeAt > len(p) {
		x.escapeAt = fromEnd(p, escapeByte)
	}
	return len(p) - max(x.feedAt, x.escapeAt)
}

// fromEnd is where a byte is first, counted from the end; 0 where it is not.
func fromEnd(p []byte, c byte) int {
	if i := bytes.IndexByte(p, c); i >= 0 {
		return len(p) - i
	}
	return 0
}

func (x *Index) text(p []byte) {
	if x.fresh && x.line == x.max && slices.ContainsFunc(p, shows) {
		x.fresh = false
	}
}

// shows reports whether a byte shows something.
func shows(c byte) bool {
	switch c {
	case 0, bell, backspace, '\t', '\r', deleteByte:
		return false
	}
	return true
}

func (x *Index) picture(byte)    { x.printed() }
func (x *Index) carriageReturn() {}
func (x *Index) backspace()      {}
func (x *Index) tab()            {}

func (x *Index) lineFeed() {
	if !x.next() {
		return
	}
	last := int64(1)
	if n := len(x.points); n > 0 {
		last = x.points[n-1].Line
	}
	if x.line >= last+apart && x.atRest(-1) {
		x.points = append(x.points, Checkpoint{Line: x.line, At: x.read, style: x.style, origin: x.origin})
	}
}

// goTo moves the cursor. Checkpoints below it are none: lines from there on may
// be changed by what comes before them.
func (x *Index) goTo(line int64) {
	x.line = min(max(line, x.max-Reach+1, 1), x.max)
	for n := len(x.points); n > 0 && x.points[n-1].Line > x.line; n-- {
		x.points = x.points[:n-1]
	}
}

func (x *Index) escaped(c byte) {
	switch c {
	case 'D':
		x.next()
	case 'E':
		x.lineFeed()
	case 'M':
		x.goTo(x.line - 1)
	case '7':
		x.saved.line = x.line
	case '8':
		x.goTo(x.saved.line)
	case 'c':
		x.style = style{}
	}
}

func (x *Index) controlled(final byte, word []byte) {
	if private(word) {
		return
	}
	if final == 'm' {
		x.style.set(word)
		return
	}
	arg := arguments(word)
	if line, moved := x.moves(final, arg); moved {
		x.goTo(line)
		return
	}
	switch {
	case final == 's':
		x.saved.line = x.line
	case final == 'J' && argument(arg, 0, 0) >= 2:
		x.goTo(x.max)
		if !x.fresh {
			x.next()
		}
		x.origin = x.line
	}
}

func (x *Index) commanded(p []byte) {
	if rest, ok := bytes.CutPrefix(p, []byte("8;")); ok {
		_, target, _ := bytes.Cut(rest, []byte{';'})
		x.style.link = linkTo(string(target))
	}
	if bytes.HasPrefix(p, []byte("1337;File=")) {
		x.printed()
	}
}
