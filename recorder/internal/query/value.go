package query

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind is what a value is.
type Kind uint8

// The kinds of values. A flag is a bool or nothing else; times and lengths of
// time, sizes in bytes and other numbers differ in how they are written.
const (
	Missing  Kind = iota
	Text          // Text
	Number        // Num, and Text where its digits are known
	Time          // When
	Duration      // Num, in seconds
	Size          // Num, in bytes
	Flag          // Num, 0 or 1
	Texts         // List: each of them counts
)

// Value is what a row has under a key.
type Value struct {
	Kind Kind
	Text string
	Num  float64
	When time.Time
	List []string
}

// TextOf is a text, missing where it is empty.
func TextOf(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{Kind: Text, Text: s}
}

// NumberOf is a number.
func NumberOf(v float64) Value { return Value{Kind: Number, Num: v} }

// TimeOf is a time, missing where it is zero.
func TimeOf(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{Kind: Time, When: t}
}

// FlagOf is a yes or no.
func FlagOf(v bool) Value {
	if v {
		return Value{Kind: Flag, Num: 1}
	}
	return Value{Kind: Flag}
}

// numeric gives the value as a number for comparing, of a time its
// nanoseconds. A text of digits is a number too: some programs pass all
// parameters as text.
func (v Value) numeric() (float64, bool) {
	switch v.Kind {
	case Number, Duration, Size:
		return v.Num, !math.IsNaN(v.Num)
	case Flag:
		return v.Num, true
	case Text:
		return parseNumber(v.Text)
	}
	return 0, false
}

// String is the value as text, as "contains" sees it.
func (v Value) String() string {
	switch v.Kind {
	case Text:
		return v.Text
	case Number:
		if v.Text != "" {
			return v.Text
		}
		return strconv.FormatFloat(v.Num, 'g', -1, 64)
	case Duration, Size:
		return strconv.FormatFloat(v.Num, 'f', -1, 64)
	case Time:
		return v.When.Format(time.RFC3339)
	case Flag:
		return strconv.FormatBool(v.Num != 0)
	case Texts:
		return strings.Join(v.List, ", ")
	}
	return ""
}

// parseNumber reads a decimal number. NaN is none: it compares with nothing.
func parseNumber(s string) (float64, bool) {
	if s == "" || strings.ContainsAny(s, "xX_pP") {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, false
	}
	return v, true
}

// Compare orders values for sorting: numbers, then times, then texts; in each
// from the least to the greatest, or the other way round. What is missing, and
// NaN, is last either way.
func Compare(a, b Value, descending bool) int {
	x, y := a.rank(), b.rank()
	if x != y || x == last {
		return x - y
	}
	c := 0
	switch x {
	case numbers:
		c = cmp.Compare(a.Num, b.Num)
	case times:
		c = a.When.Compare(b.When)
	default:
		c = strings.Compare(a.String(), b.String())
	}
	if descending {
		return -c
	}
	return c
}

// The kinds of values as they follow each other.
const (
	numbers = iota
	times
	words
	last
)

func (v Value) rank() int {
	switch v.Kind {
	case Number, Duration, Size, Flag:
		if !math.IsNaN(v.Num) {
			return numbers
		}
	case Time:
		return times
	case Text:
		return words
	case Texts:
		if len(v.List) > 0 {
			return words
		}
	}
	return last
}
