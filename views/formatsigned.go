package views

import (
	"strings"

	"github.com/dustin/go-humanize"
)

// signed shows a difference: its sign always, and a minus as wide as the plus.
func signed(v float64) string {
	switch {
	case v > 0:
		return "+" + number(v)
	case v < 0:
		return "−" + strings.TrimPrefix(number(v), "-")
	}
	return number(v)
}

// wholeNumber shows a count or step with its thousands apart.
func wholeNumber(n int64) string { return humanize.Comma(n) }
