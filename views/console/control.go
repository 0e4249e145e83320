package console

import "bytes"

// maxArgument bounds the numbers in sequences.
const maxArgument = 9999

// arguments are the numbers of a sequence such as 1;31. One that is missing is
// -1.
func arguments(p []byte) []int {
	var room [8][]byte
	var all []int
	for _, field := range fields(room[:0], p, ';') {
		all = append(all, number(field))
	}
	return all
}

// fields appends the parts of a text between separators.
func fields(all [][]byte, p []byte, separator byte) [][]byte {
	for {
		i := bytes.IndexByte(p, separator)
		if i < 0 {
			return append(all, p)
		}
		all, p = append(all, p[:i]), p[i+1:]
	}
}

// number is -1 for a text that is none.
func number(p []byte) int {
	if len(p) == 0 {
		return -1
	}
	n := 0
	for _, c := range p {
		if c < '0' || c > '9' {
			return -1
		}
		n = min(n*10+int(c-'0'), maxArgument)
	}
	return n
}

// argument is a number of a sequence, or what it is without one.
func argument(all []int, i, without int) int {
	if i < len(all) && all[i] > 0 {
		return all[i]
	}
	return without
}

// private reports whether a sequence is one of a terminal's own modes.
func private(p []byte) bool { return len(p) > 0 && p[0] >= '<' && p[0] <= '?' }

// moves moves the cursor between lines, as a sequence says. It gives the line to
// go to, and reports whether the sequence is of that kind.
func (c *cursor) moves(final byte, arg []int) (line int64, moved bool) {
	n := int64(argument(arg, 0, 1))
	switch final {
	case 'A', 'F':
		return c.line - n, true
	case 'B', 'E':
		return c.line + n, true
	case 'H', 'f', 'd':
		return max(c.origin, c.max-home+1) + n - 1, true
	case 'u':
		return c.saved.line, true
	}
	return 0, false
}

// skim passes over nothing: every character counts on a screen.
func (s *Screen) skim([]byte) int { return 0 }

func (s *Screen) carriageReturn() { s.col = 0 }
func (s *Screen) backspace()      { s.col = max(0, s.col-1) }
func (s *Screen) tab()            { s.col += 8 - s.col%8 }

// picture shows a control character as its picture.
func (s *Screen) picture(c byte) { s.text([]byte(string(rune(0x2400) + rune(c)))) }

func (s *Screen) escaped(c byte) {
	switch c {
	case 'D':
		s.down()
	case 'E':
		s.lineFeed()
	case 'M':
		s.goTo(s.line - 1)
	case '7':
		s.saved.line, s.saved.col = s.line, s.col
	case '8':
		s.goTo(s.saved.line)
		s.col = s.savedColumn()
	case 'c':
		s.style = style{err: s.style.err}
	}
}

func (s *Screen) controlled(final byte, word []byte) {
	if private(word) {
		return
	}
	if final == 'm' {
		s.style.set(word)
		return
	}
	arg := arguments(word)
	if line, moved := s.moves(final, arg); moved {
		s.goTo(line)
		s.moveColumn(final, arg)
		return
	}
	n := argument(arg, 0, 1)
	switch final {
	case 'C', 'a':
		s.col = min(s.col+n, max(s.col, Columns))
	case 'D':
		s.col = max(0, s.col-n)
	case 'G', '`':
		s.col = n - 1
	case 's':
		s.saved.line, s.saved.col = s.line, s.col
	case 'P':
		s.shift(-n)
	case '@':
		s.shift(n)
	case 'X':
		s.erase(s.col, s.col+n)
	case 'K':
		s.eraseInLine(argument(arg, 0, 0))
	case 'J':
		s.eraseScreen(argument(arg, 0, 0))
	}
}

// moveColumn does the other half of a move between lines.
func (s *Screen) moveColumn(final byte, arg []int) {
	switch final {
	case 'E', 'F':
		s.col = 0
	case 'H', 'f':
		s.col = argument(arg, 1, 1) - 1
	case 'u':
		s.col = s.savedColumn()
	}
}

// savedColumn is the column that was saved. A line that is out of reach takes it
// along.
func (s *Screen) savedColumn() int {
	if s.saved.line < s.first {
		return 0
	}
	return s.saved.col
}

func (s *Screen) eraseInLine(what int) {
	switch what {
	case 0:
		s.erase(s.col, Columns)
	case 1:
		s.erase(0, s.col+1)
	case 2:
		s.erase(0, Columns)
	}
}

func (s *Screen) eraseScreen(what int) {
	switch what {
	case 0:
		s.erase(s.col, Columns)
		s.eraseLines(s.line+1, s.max)
	case 1:
		s.eraseLines(max(s.origin, s.max-home+1), s.line-1)
		s.erase(0, s.col+1)
	case 2, 3:
		s.clear()
	}
}

// commanded obeys a command for the terminal: links only. A picture leaves a
// word where it would be.
func (s *Screen) commanded(p []byte) {
	if rest, ok := bytes.CutPrefix(p, []byte("8;")); ok {
		_, target, _ := bytes.Cut(rest, []byte{';'})
		s.style.link = linkTo(string(target))
	}
	if bytes.HasPrefix(p, []byte("1337;File=")) {
		s.text([]byte("[image]"))
	}
}
