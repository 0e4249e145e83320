package plot

import (
	"math"
	"slices"
	"sort"
)

// Downsample picks the points to draw when the x from…to is spread over width
// columns of pixels: of each column the first, lowest, highest and last, of
// the lowest and highest the first where several are equal. So it
// is for a column before and one after the range, and the points next to those
// come along, so that lines run out of the picture as they do with all points.
// The indices ascend. NaN for from or to is the first or last x, as an infinity that lies beyond is.
//
// A gap stays one: a column with gaps gives its first and last gap, and the
// four points of each of the parts before, between and after them. Further gaps
// between those two, narrower than a pixel, are not seen.
func Downsample(p Points, from, to float64, width int) []int {
	return downsample(p, from, to, width, scan(p.Y))
}

// extremes answers what a column needs of the y in [i,j).
type extremes interface {
	// lowHigh gives the indices of the first lowest and the first highest
	// finite value, -1 where there is none, and whether there is a gap.
	lowHigh(i, j int) (low, high int, gap bool)
	// gaps gives the first and the last index of a gap; there is one.
	gaps(i, j int) (first, last int)
}

func downsample(p Points, from, to float64, width int, y extremes) []int {
	n := min(len(p.X), len(p.Y))
	if n == 0 {
		return nil
	}
	x := p.X[:n]
	if math.IsNaN(from) || math.IsInf(from, -1) {
		from = x[0]
	}
	if math.IsNaN(to) || math.IsInf(to, 1) {
		to = x[n-1]
	}
	if to < from {
		return nil
	}
	columns := newColumns(from, to, width)
	first, end := columns.window(x)
	picked := make([]int, 0, min(end-first, 4*max(width, 1))+8)
	if first > 0 {
		picked = append(picked, first-1)
	}
	length := 1
	for i := first; i < end; {
		j := columns.end(x, i, end, length)
		picked = appendColumn(picked, i, j, y)
		i, length = j, j-i
	}
	if end < n {
		picked = append(picked, end)
	}
	return picked
}

// appendColumn appends the points to draw of the column of the points [i,j).
func appendColumn(picked []int, i, j int, y extremes) []int {
	if j-i <= 4 {
		for ; i < j; i++ {
			picked = append(picked, i)
		}
		return picked
	}
	low, high, gap := y.lowHigh(i, j)
	if !gap {
		return appendFour(picked, i, low, high, j-1)
	}
	first, last := y.gaps(i, j)
	picked = appendPart(picked, i, first, y)
	picked = append(picked, first)
	if last > first {
		picked = appendPart(picked, first+1, last, y)
		picked = append(picked, last)
	}
	return appendPart(picked, last+1, j, y)
}

// appendPart appends the four points of a part of a column. Its ends are
// values: a part that begins or ends with a gap is the one between two gaps.
func appendPart(picked []int, i, j int, y extremes) []int {
	if i >= j {
		return picked
	}
	low, high, gap := y.lowHigh(i, j)
	if low < 0 {
		return picked
	}
	if gap {
		// Its ends may be gaps, and nothing leads out of it on either side.
		return appendFour(picked, low, low, high, high)
	}
	return appendFour(picked, i, low, high, j-1)
}

// appendFour appends the indices in ascending order, each once.
func appendFour(picked []int, first, low, high, last int) []int {
	low, high = min(low, high), max(low, high)
	four := [4]int{min(first, low), low, high, max(last, high)}
	return append(picked, slices.Compact(four[:])...)
}

// columns tells in which column of pixels an x lies. It is one expression,
// everywhere: two that are equal on paper differ at the borders of columns.
type columns struct {
	from, scale, unit float64
	width             float64
}

func newColumns(from, to float64, width int) columns {
	c := columns{unit: 1, width: float64(max(width, 1))}
	switch span := to - from; {
	case span > math.MaxFloat64:
		c.unit = 0.25
	case 0 < span && span < 1e-290:
		// Dividing by it could overflow. A power of two changes no digit.
		c.unit = 0x1p200
	}
	c.from = from * c.unit
	if span := to*c.unit - c.from; span > 0 {
		c.scale = c.width / span
	}
	return c
}

// of is the column of x, as a place: its whole part counts.
func (c columns) of(x float64) float64 { return (x*c.unit - c.from) * c.scale }

// window is the range of indices of the points in the columns, and in one more
// on each side: a canvas that rounds shows a half of those at its edges.
func (c columns) window(x []float64) (first, end int) {
	if c.scale == 0 { // one x
		from := c.from / c.unit
		first = sort.Search(len(x), func(i int) bool { return x[i] >= from })
		return first, sort.Search(len(x), func(i int) bool { return x[i] > from })
	}
	first = sort.Search(len(x), func(i int) bool { return c.of(x[i]) >= -1 })
	return first, sort.Search(len(x), func(i int) bool { return c.of(x[i]) >= c.width+1 })
}

// end is the first index after i that is in a later column than i's, at most
// n. The guess is how far away it may be.
func (c columns) end(x []float64, i, n, guess int) int {
	border := math.Floor(c.of(x[i])) + 1
	inside, step := i, guess
	for inside+step < n && c.of(x[inside+step]) < border {
		inside, step = inside+step, 2*step
	}
	outside := min(inside+step, n)
	for outside-inside > 1 {
		if middle := int(uint(inside+outside) / 2); c.of(x[middle]) < border {
			inside = middle
		} else {
			outside = middle
		}
	}
	return outside
}

// scan looks at every value.
type scan []float64

func (y scan) lowHigh(i, j int) (low, high int, gap bool) {
	low, high = -1, -1
	least, most := math.Inf(1), math.Inf(-1)
	for n, value := range y[i:j] {
		if !finite(value) {
			gap = true
			continue
		}
		if value < least {
			least, low = value, i+n
		}
		if value > most {
			most, high = value, i+n
		}
	}
	return low, high, gap
}

func (y scan) gaps(i, j int) (first, last int) {
	for first = i; first < j && finite(y[first]); first++ {
	}
	for last = j - 1; last > first && finite(y[last]); last-- {
	}
	return first, last
}
