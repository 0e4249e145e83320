package query

import (
	"cmp"
	"slices"
	"strings"
)

// Ordered is what sorting needs of a value.
type Ordered struct {
	At   int // where the value stands
	rank int
	num  float64
	when int64 // nanoseconds
	text string
}

// Order is what sorting needs of the value that stands at a place.
func Order(v Value, at int) Ordered {
	o := Ordered{At: at, rank: v.rank()}
	switch o.rank {
	case numbers:
		o.num = v.Num
	case times:
		o.when = v.When.UnixNano()
	case words:
		o.text = v.String()
	}
	return o
}

// Sort sorts values as [Compare] orders them; equal ones by their places.
func Sort(list []Ordered, descending bool) {
	sign := 1
	if descending {
		sign = -1
	}
	slices.SortFunc(list, func(a, b Ordered) int {
		c := 0
		switch {
		case a.rank != b.rank:
			return a.rank - b.rank
		case a.rank == numbers:
			c = cmp.Compare(a.num, b.num)
		case a.rank == times:
			c = cmp.Compare(a.when, b.when)
		case a.rank == words:
			c = strings.Compare(a.text, b.text)
		}
		if c == 0 {
			return a.At - b.At
		}
		return sign * c
	})
}
