package console

import "slices"

// style is how a character is shown. Colours are 0 for the usual one, else the
// number in the palette plus 1.
type style struct {
	front, back                                      uint16
	bold, faint, italic, underline, inverse, crossed bool
	err                                              bool // from the stream 1
	link                                             *link
}

// set obeys a sequence such as 1;38;5;208. Parts of a colour may be separated by
// colons too.
func (s *style) set(word []byte) {
	var room [16][]byte
	params := fields(room[:0], word, ';')
	for len(params) > 0 {
		p := params[0]
		params = params[1:]
		if slices.Contains(p, ':') {
			s.setParts(fields(nil, p, ':'))
			continue
		}
		switch n := max(number(p), 0); n {
		case 38, 48:
			colour, used := extended(params)
			params = params[used:]
			s.colour(n == 48, colour)
		default:
			s.setOne(n)
		}
	}
}

// setParts obeys a parameter with colons: a colour, or a kind of underlining.
func (s *style) setParts(parts [][]byte) {
	switch n := number(parts[0]); n {
	case 4:
		s.underline = number(parts[1]) != 0
	case 38, 48:
		rest := parts[1:]
		if len(rest) > 4 && number(rest[0]) == 2 { // 38:2:<colour space>:r:g:b
			rest = append([][]byte{rest[0]}, rest[2:]...)
		}
		colour, _ := extended(rest)
		s.colour(n == 48, colour)
	}
}

// extended is the colour of 5;n or 2;r;g;b, and how many parameters it takes.
func extended(params [][]byte) (colour uint16, used int) {
	at := func(i int) int { return min(max(number(params[i]), 0), 255) }
	switch {
	case len(params) >= 2 && number(params[0]) == 5:
		return uint16(at(1)) + 1, 2
	case len(params) >= 4 && number(params[0]) == 2:
		return uint16(nearest(at(1), at(2), at(3))) + 1, 4
	}
	return 0, len(params)
}

func (s *style) colour(back bool, colour uint16) {
	if back {
		s.back = colour
	} else {
		s.front = colour
	}
}

func (s *style) setOne(n int) {
	switch {
	case n == 0:
		*s = style{err: s.err, link: s.link}
	case n == 1:
		s.bold = true
	case n == 2:
		s.faint = true
	case n == 3:
		s.italic = true
	case n == 4 || n == 21:
		s.underline = true
	case n == 7:
		s.inverse = true
	case n == 9:
		s.crossed = true
	case n == 22:
		s.bold, s.faint = false, false
	case n == 23:
		s.italic = false
	case n == 24:
		s.underline = false
	case n == 27:
		s.inverse = false
	case n == 29:
		s.crossed = false
	case n >= 30 && n <= 37:
		s.front = uint16(n-30) + 1
	case n == 39:
		s.front = 0
	case n >= 40 && n <= 47:
		s.back = uint16(n-40) + 1
	case n == 49:
		s.back = 0
	case n >= 90 && n <= 97:
		s.front = uint16(n-90+8) + 1
	case n >= 100 && n <= 107:
		s.back = uint16(n-100+8) + 1
	}
}
