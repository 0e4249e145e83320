package query

import "strings"

// Limits of patterns, in bytes: their length, and how much of a text they look
// at.
const (
	maxPattern = 1 << 10
	maxGlobbed = 16 << 10
)

// globMatcher matches whole texts, in upper or lower case, with a pattern in
// lower case: * is any text, ? one character. Pieces between the * are found
// one after the other, so that no pattern takes more than the length of the
// text times its own.
func globMatcher(pattern string) func(string) bool {
	pieces := strings.Split(pattern, "*")
	return func(text string) bool {
		text = strings.ToLower(text[:min(len(text), maxGlobbed)])
		first, rest := pieces[0], pieces[1:]
		n := prefixLength(text, first)
		if n < 0 {
			return false
		}
		text = text[n:]
		for i, piece := range rest {
			if i == len(rest)-1 {
				return hasEnd(text, piece)
			}
			at, n := find(text, piece)
			if at < 0 {
				return false
			}
			text = text[at+n:]
		}
		return text == ""
	}
}

// prefixLength is how many bytes of the text a piece takes up, -1 where the
// text does not begin with it.
func prefixLength(text, piece string) int {
	if !strings.Contains(piece, "?") {
		if !strings.HasPrefix(text, piece) {
			return -1
		}
		return len(piece)
	}
	rest := text
	for _, want := range piece {
		length := 0
		for i, r := range rest {
			if i > 0 {
				break
			}
			if want != '?' && r != want {
				return -1
			}
			length = runeLength(rest)
		}
		if length == 0 {
			return -1
		}
		rest = rest[length:]
	}
	return len(text) - len(rest)
}

// runeLength is the length of a text's first character.
func runeLength(text string) int {
	for i := range text {
		if i > 0 {
			return i
		}
	}
	return len(text)
}

// find is where a piece comes first and how many bytes it takes up.
func find(text, piece string) (at, length int) {
	if !strings.Contains(piece, "?") {
		return strings.Index(text, piece), len(piece)
	}
	for at := range text {
		if n := prefixLength(text[at:], piece); n >= 0 {
			return at, n
		}
	}
	return -1, 0
}

// hasEnd reports whether a text ends with a piece.
func hasEnd(text, piece string) bool {
	if !strings.Contains(piece, "?") {
		return strings.HasSuffix(text, piece)
	}
	for at := range text {
		if prefixLength(text[at:], piece) == len(text)-at {
			return true
		}
	}
	return piece == ""
}
