package query

import "strings"

// scanner takes a query apart. It reads one piece at a time, since what a
// character means depends on where it stands.
type scanner struct {
	text string
	pos  int
}

// piece is a word, key or value as it was read.
type piece struct {
	text    string
	quoted  bool // some of it was
	at, end int  // where it stands in the query
}

func (s *scanner) skipBlanks() {
	for s.pos < len(s.text) && blank(s.text[s.pos]) {
		s.pos++
	}
}

func (s *scanner) ended() bool { return s.pos == len(s.text) }

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// take passes over a text if it is next.
func (s *scanner) take(text string) bool {
	if strings.HasPrefix(s.text[s.pos:], text) {
		s.pos += len(text)
		return true
	}
	return false
}

func (s *scanner) fail(at, end int, what string) *Error {
	return &Error{Query: s.text, At: at, End: end, What: what}
}

// name reads a bare word or a key: up to a blank or a character that means
// something.
func (s *scanner) name() (piece, *Error) {
	return s.read(func() bool {
		c := s.text[s.pos]
		if c == '!' {
			return strings.HasPrefix(s.text[s.pos:], "!=")
		}
		return blank(c) || c != '"' && strings.IndexByte(special, c) >= 0
	})
}

// value reads what follows an operator: up to a blank, or to a ) that closes
// what was open before. A ( in it has its ).
func (s *scanner) value() (piece, *Error) {
	depth, open := 0, 0
	p, err := s.read(func() bool {
		switch c := s.text[s.pos]; {
		case c == '(':
			depth++
			open = s.pos
		case c == ')' && depth == 0:
			return true
		case c == ')':
			depth--
		default:
			return blank(c)
		}
		return false
	})
	if err == nil && depth > 0 {
		err = s.fail(open, open+1, "the ( is never closed, quote it if it is part of the value")
	}
	return p, err
}

// read collects quoted and other pieces that stand together.
func (s *scanner) read(ends func() bool) (piece, *Error) {
	p := piece{at: s.pos}
	var b strings.Builder
	for s.pos < len(s.text) && !ends() {
		if s.text[s.pos] != '"' {
			b.WriteByte(s.text[s.pos])
			s.pos++
			continue
		}
		inside, err := s.quotes()
		if err != nil {
			return p, err
		}
		b.WriteString(inside)
		p.quoted = true
	}
	p.text, p.end = b.String(), s.pos
	return p, nil
}

// quotes reads "…", in which \" and \\ stand for " and \.
func (s *scanner) quotes() (string, *Error) {
	start := s.pos
	var b strings.Builder
	for s.pos++; s.pos < len(s.text); s.pos++ {
		c := s.text[s.pos]
		if c == '"' {
			s.pos++
			return b.String(), nil
		}
		if c == '\\' && s.pos+1 < len(s.text) && (s.text[s.pos+1] == '"' || s.text[s.pos+1] == '\\') {
			s.pos++
			c = s.text[s.pos]
		}
		b.WriteByte(c)
	}
	return "", s.fail(start, len(s.text), `the " is never closed`)
}

// inside reads the name in the ( ) of a function; the ( was read.
func (s *scanner) inside(open int) (piece, *Error) {
	s.skipBlanks()
	p := piece{at: s.pos}
	if s.peek() == '"' {
		text, err := s.quotes()
		if err != nil {
			return p, err
		}
		p.text, p.quoted, p.end = text, true, s.pos
		s.skipBlanks()
	} else {
		length := strings.IndexAny(s.text[s.pos:], "()")
		if length < 0 {
			length = len(s.text) - s.pos
		}
		p.text = strings.TrimSpace(s.text[s.pos : s.pos+length])
		s.pos += length
		p.end = p.at + len(p.text)
	}
	if !s.take(")") {
		return p, s.fail(open, open+1, "the ( is never closed")
	}
	if p.text == "" {
		return p, s.fail(open, s.pos, "a name is missing in the ( )")
	}
	return p, nil
}
