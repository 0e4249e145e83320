package views

import (
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// signed shows a difference with three significant digits, its sign always, and a
// minus as wide as the plus.
func signed(v float64) string {
	words := number(v)
	if v != math.Trunc(v) {
		words = strconv.FormatFloat(v, 'g', 3, 64)
	}
	switch {
	case v > 0:
		return "+" + strings.TrimPrefix(words, "+") // an infinite one has a plus
	case v < 0:
		return "−" + strings.TrimPrefix(words, "-")
	}
	return words
}

// wholeNumber shows a count or step with its thousands apart.
func wholeNumber(n int64) string { return humanize.Comma(n) }
