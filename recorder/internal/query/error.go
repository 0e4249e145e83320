package query

import (
	"fmt"
	"unicode/utf8"
)

// Error says what is wrong with a query, and where.
type Error struct {
	Query   string
	At, End int    // bytes of the query that are meant
	What    string // one sentence, without the place
	Instead string // what was perhaps meant, or empty
}

// Error is one sentence.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s, at character %d of the query", e.What, utf8.RuneCountInString(e.Query[:e.At])+1)
	if e.Instead != "" {
		s += "; did you mean " + e.Instead + "?"
	}
	return s
}

// Place gives the query around the place, cut to about width characters, with
// the first character that is meant and how many are: for a line of carets
// below it.
func (e *Error) Place(width int) (text string, at, length int) {
	before, meant := []rune(e.Query[:e.At]), []rune(e.Query[e.At:e.End])
	after := []rune(e.Query[e.End:])
	meant = meant[:min(len(meant), max(1, width/2))]
	left := max(0, min(len(before), (width-len(meant))/2))
	if len(after) < width-len(meant)-left {
		left = min(len(before), width-len(meant)-len(after))
	}
	right := max(0, min(len(after), width-len(meant)-left))
	text = string(before[len(before)-left:]) + string(meant) + string(after[:right])
	if cut := len(before) - left; cut > 0 {
		text, left = "…"+text, left+1
	}
	if right < len(after) {
		text += "…"
	}
	return text, left, max(1, len(meant))
}
