package plot_test

import (
	"math"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

func TestSorted(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name  string
		x     []float64
		want  []float64 // the indices, as y
		moved int
	}{
		{"nothing", nil, nil, 0},
		{"in order", []float64{1, 2, 5}, []float64{0, 1, 2}, 0},
		{"written again", []float64{1, 2, 2, 3}, []float64{0, 2, 3}, 1},
		{"goes back, as a run that is continued", []float64{1, 2, 3, 4, 2, 3, 5}, []float64{0, 4, 5, 3, 6}, 4},
		{"backwards", []float64{3, 2, 1}, []float64{2, 1, 0}, 2},
		{"no place", []float64{1, nan, 2, math.Inf(1)}, []float64{0, 2}, 2},
		{"only no place", []float64{nan}, nil, 1},
	}
	for _, test := range tests {
		y := make([]float64, len(test.x))
		for i := range y {
			y[i] = float64(i)
		}
		p, moved := plot.Sorted(test.x, y)
		if !slices.Equal(p.Y, test.want) || moved != test.moved {
			t.Errorf("%s: got %v, %d moved; want %v, %d", test.name, p.Y, moved, test.want, test.moved)
		}
	}
}

func TestSortedKeepsTheLastOfEachStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOf(rapid.IntRange(0, 30)).Draw(t, "steps")
		last := map[float64]float64{}
		x, y := make([]float64, len(steps)), make([]float64, len(steps))
		for i, step := range steps {
			x[i], y[i] = float64(step), float64(i)
			last[x[i]] = y[i]
		}
		p, moved := plot.Sorted(x, y)
		if len(p.X) != len(last) || !sort.Float64sAreSorted(p.X) {
			t.Fatalf("got %v of %v", p.X, x)
		}
		for i, at := range p.X {
			if p.Y[i] != last[at] {
				t.Fatalf("at %v is %v, written last was %v", at, p.Y[i], last[at])
			}
		}
		if moved < len(x)-len(p.X) || moved == 0 && !slices.Equal(p.X, x) {
			t.Fatalf("%d moved from %v to %v", moved, x, p.X)
		}
	})
}

func TestUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []int {
			s := rapid.SliceOf(rapid.IntRange(0, 50)).Draw(t, name)
			slices.Sort(s)
			return slices.Compact(s)
		}
		a, b := draw("a"), draw("b")
		want := append(slices.Clone(a), b...)
		slices.Sort(want)
		if got := plot.Union(a, b); !slices.Equal(got, slices.Compact(want)) {
			t.Fatalf("%v and %v give %v", a, b, got)
		}
	})
}
