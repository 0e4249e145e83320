package plot

import (
	"math"
	"slices"
	"sort"
)

// Points are the points of one line, column by column. X is finite and
// ascending, equal neighbours allowed; Y has the same length and may hold NaN
// and infinities, which are gaps.
type Points struct{ X, Y []float64 }

// Sorted puts points in the order of x. Where several have the same x, the one
// written last stays: a run that went on from a saved state repeats steps, and
// what it wrote last is what it went on with. Points without a finite x are
// left out. moved counts the points that were out of order, replaced or left
// out, so that a page can say so. Points in order come back without a copy.
func Sorted(x, y []float64) (p Points, moved int) {
	keep, moved := Order(x)
	if keep == nil {
		return Points{X: x, Y: y}, moved
	}
	return Points{X: Pick(x, keep), Y: Pick(y, keep)}, moved
}

// Order is the order that Sorted gives, as indices into x, for callers with
// more columns to bring along. It is nil where x is strictly ascending already.
func Order(x []float64) (keep []int, moved int) {
	if ascending(x) {
		return nil, 0
	}
	keep = make([]int, 0, len(x))
	highest := math.Inf(-1)
	for i, at := range x {
		switch {
		case !finite(at):
			moved++
			continue
		case at < highest:
			moved++
		default:
			highest = at
		}
		keep = append(keep, i)
	}
	sort.SliceStable(keep, func(i, j int) bool { return x[keep[i]] < x[keep[j]] })
	last := keep[:0]
	for n, i := range keep {
		if n+1 < len(keep) && x[keep[n+1]] == x[i] {
			moved++
			continue
		}
		last = append(last, i)
	}
	return slices.Clip(last), moved
}

// Pick is the values at the indices, in their order.
func Pick(values []float64, indices []int) []float64 {
	picked := make([]float64, len(indices))
	for n, i := range indices {
		picked[n] = values[i]
	}
	return picked
}

// Union joins two ascending lists of indices into one: a raw line and its
// smoothed one are drawn from the same points.
func Union(a, b []int) []int {
	joined := make([]int, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			joined, a = append(joined, a[0]), a[1:]
		case b[0] < a[0]:
			joined, b = append(joined, b[0]), b[1:]
		default:
			joined, a, b = append(joined, a[0]), a[1:], b[1:]
		}
	}
	return append(append(joined, a...), b...)
}

// ascending says whether every value is finite and above the one before it.
func ascending(x []float64) bool {
	before := math.Inf(-1)
	for _, at := range x {
		if !(at > before) || !finite(at) {
			return false
		}
		before = at
	}
	return true
}

// finite is false for NaN and both infinities: subtracting those gives NaN.
func finite(v float64) bool { return v-v == 0 }
