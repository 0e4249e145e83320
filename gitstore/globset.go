package gitstore

import "strings"

// addSet compiles the bracket expression at `at` and returns where the
// pattern goes on. An unclosed set or an unknown class makes the whole
// pattern match nothing.
func (g *glob) addSet(pattern string, at int) int {
	s := setParser{text: pattern, at: at + 1, set: new(byteSet), fold: g.fold}
	negated := s.negated()
	if !s.parse() {
		g.never = true
		return len(pattern)
	}
	if negated {
		for i := range s.set {
			s.set[i] = ^s.set[i]
		}
	}
	g.add(globToken{kind: globSet, set: s.set})
	return s.at
}

type setParser struct {
	text string
	at   int
	set  *byteSet
	fold bool
}

func (s *setParser) negated() bool {
	if s.at < len(s.text) && (s.text[s.at] == '!' || s.text[s.at] == '^') {
		s.at++
		return true
	}
	return false
}

// parse reads members up to the closing bracket; the first member may be a
// bracket itself. low is the start of a possible range, 0 for none.
func (s *setParser) parse() bool {
	low := byte(0)
	for first := true; ; first = false {
		if s.at >= len(s.text) {
			return false
		}
		c := s.text[s.at]
		switch {
		case c == ']' && !first:
			s.at++
			return true
		case c == '-' && low != 0 && s.at+1 < len(s.text) && s.text[s.at+1] != ']':
			s.at++
			high, ok := s.char()
			if !ok {
				return false
			}
			s.addRange(low, high)
			low = 0
		case strings.HasPrefix(s.text[s.at:], "[:"):
			known, isClass := s.class()
			if isClass && !known {
				return false
			}
			low = 0
			if !isClass {
				s.set.add('[')
				s.at++
				low = '['
			}
		default:
			member, ok := s.char()
			if !ok {
				return false
			}
			s.set.add(member)
			low = member
		}
	}
}

// char reads one byte, behind a backslash literally.
func (s *setParser) char() (byte, bool) {
	if s.text[s.at] == '\\' {
		s.at++
	}
	if s.at >= len(s.text) {
		return 0, false
	}
	s.at++
	return s.text[s.at-1], true
}

// addRange adds low to high. The text is lower-cased when case is ignored, so
// a range of capitals has to take in the small letters.
func (s *setParser) addRange(low, high byte) {
	for c := int(low); c <= int(high); c++ {
		s.set.add(byte(c))
		if s.fold {
			s.set.add(lowerByte(byte(c)))
		}
	}
}

// class reads a class such as [:alpha:]. isClass is false where the closing
// ":]" is missing: then the bracket stands for itself.
func (s *setParser) class() (known, isClass bool) {
	rest := s.text[s.at+2:]
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return false, true
	}
	if end == 0 || rest[end-1] != ':' {
		return false, false
	}
	in := byteClass(rest[:end-1])
	if in == nil {
		return false, true
	}
	for c := range 256 {
		if in(byte(c)) || s.fold && rest[:end-1] == "upper" && isLower(byte(c)) {
			s.set.add(byte(c))
		}
	}
	s.at += 2 + end + 1
	return true, true
}

func byteClass(name string) func(byte) bool {
	switch name {
	case "alnum":
		return func(c byte) bool { return isLetter(c) || isDigit(c) }
	case "alpha":
		return isLetter
	case "blank":
		return func(c byte) bool { return c == ' ' || c == '\t' }
	case "cntrl":
		return func(c byte) bool { return c < ' ' || c == 0x7f }
	case "digit":
		return isDigit
	case "graph":
		return func(c byte) bool { return '!' <= c && c <= '~' }
	case "lower":
		return isLower
	case "print":
		return func(c byte) bool { return ' ' <= c && c <= '~' }
	case "punct":
		return func(c byte) bool { return '!' <= c && c <= '~' && !isLetter(c) && !isDigit(c) }
	case "space":
		return func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
	case "upper":
		return func(c byte) bool { return 'A' <= c && c <= 'Z' }
	case "xdigit":
		return func(c byte) bool { return isDigit(c) || 'a' <= lowerByte(c) && lowerByte(c) <= 'f' }
	}
	return nil
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
