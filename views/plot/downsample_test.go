package plot_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

// values draws numbers with those that break things among them.
func values(n int) *rapid.Generator[[]float64] {
	one := rapid.OneOf(
		rapid.Float64(),
		rapid.Float64Range(-3, 3),
		rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300, 1e300, math.MaxFloat64, -math.MaxFloat64, 5e-324}),
	)
	return rapid.SliceOfN(one, 0, n)
}

// line draws points with ascending x of any size, and any y.
func line(t *rapid.T, n int) plot.Points {
	y := values(n).Draw(t, "y")
	x := rapid.SliceOfN(rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 10)), len(y), len(y)).Draw(t, "x")
	slices.Sort(x)
	return plot.Points{X: x, Y: y}
}

func TestDownsampleKeepsTheEndsAndTheNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := line(t, 300)
		if len(p.X) == 0 {
			if got := plot.Downsample(p, 0, 1, 10); got != nil {
				t.Fatalf("no points gave %v", got)
			}
			return
		}
		from := rapid.OneOf(rapid.SampledFrom(p.X), rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "from")
		to := rapid.OneOf(rapid.SampledFrom(p.X), rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "to")
		width := rapid.IntRange(-1, 40).Draw(t, "width")
		got := plot.Downsample(p, from, to, width)
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("indices %v do not ascend", got)
		}
		if math.IsNaN(from) {
			from = p.X[0]
		}
		if math.IsNaN(to) {
			to = p.X[len(p.X)-1]
		}
		if to < from {
			if got != nil {
				t.Fatalf("an empty range gave %v", got)
			}
			return
		}
		for _, edge := range []struct {
			name  string
			exist func(x float64) bool
		}{
			{"left of the range", func(x float64) bool { return x < from }},
			{"right of the range", func(x float64) bool { return x > to }},
			{"in the range", func(x float64) bool { return from <= x && x <= to }},
		} {
			kept := slices.ContainsFunc(got, func(i int) bool { return edge.exist(p.X[i]) })
			if slices.ContainsFunc(p.X, edge.exist) && !kept && (edge.name != "in the range" || to > from) {
				t.Fatalf("no point %s %v…%v of %v in %v", edge.name, from, to, p.X, got)
			}
		}
		if most := 14*(max(width, 1)+3) + 2; len(got) > most {
			t.Fatalf("%d indices for %d columns", len(got), width)
		}
	})
}

// Downsample is told here again, the long way: each column's points in a list.
func TestDownsampleIsM4(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 500).Draw(t, "points")
		p := plot.Points{X: make([]float64, n), Y: make([]float64, n)}
		next := noise(rapid.Uint64().Draw(t, "seed"))
		for i := range n {
			p.X[i], p.Y[i] = float64(i), math.Floor(next()*20)
		}
		width := rapid.IntRange(1, 60).Draw(t, "width")
		columns := map[int][]int{}
		for i := range n {
			c := 0
			if n > 1 {
				c = int((p.X[i] - p.X[0]) * (float64(width) / (p.X[n-1] - p.X[0])))
			}
			columns[c] = append(columns[c], i)
		}
		var want []int
		for _, column := range columns {
			low, high := column[0], column[0]
			for _, i := range column {
				if p.Y[i] < p.Y[low] {
					low = i
				}
				if p.Y[i] > p.Y[high] {
					high = i
				}
			}
			if len(column) <= 4 {
				want = append(want, column...)
				continue
			}
			want = append(want, column[0], low, high, column[len(column)-1])
		}
		slices.Sort(want)
		want = slices.Compact(want)
		if got := plot.Downsample(p, math.NaN(), math.NaN(), width); !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func TestPyramidGivesWhatAScanGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p plot.Points
		if rapid.Bool().Draw(t, "small") {
			p = line(t, 700)
		} else {
			p = drawnLine(t)
			// Long gaps, so that whole blocks are empty.
			hole := rapid.IntRange(0, len(p.Y)).Draw(t, "hole")
			end := min(len(p.Y), hole+rapid.IntRange(0, 700).Draw(t, "hole length"))
			for i := hole; i < end; i++ {
				p.Y[i] = math.NaN()
			}
		}
		pyramid := plot.NewPyramid(p)
		for range 3 {
			from, to := math.NaN(), math.NaN()
			if len(p.X) > 0 && rapid.Bool().Draw(t, "zoom") {
				from, to = drawnWindow(t, p)
			}
			width := rapid.IntRange(1, 60).Draw(t, "width")
			want, got := plot.Downsample(p, from, to, width), pyramid.Downsample(from, to, width)
			if !slices.Equal(got, want) {
				t.Fatalf("%v…%v in %d columns:\ngot  %v\nwant %v", from, to, width, got, want)
			}
		}
	})
}

func TestPyramidOfManyLevels(t *testing.T) {
	p := walk(300_000)
	for i := 70_000; i < 75_000; i++ {
		p.Y[i] = math.NaN()
	}
	pyramid := plot.NewPyramid(p)
	for _, width := range []int{1, 2, 7, 1600} {
		for _, zoom := range [][2]float64{{math.NaN(), math.NaN()}, {69_000, 76_000}, {123, 280_001.5}, {71_000, 72_000}} {
			want, got := plot.Downsample(p, zoom[0], zoom[1], width), pyramid.Downsample(zoom[0], zoom[1], width)
			if !slices.Equal(got, want) {
				t.Errorf("%v in %d columns: %d and %d indices differ", zoom, width, len(got), len(want))
			}
		}
	}
}

// walk is a curve that falls, with noise, at the steps 0, 1, 2 …
func walk(n int) plot.Points {
	p := plot.Points{X: make([]float64, n), Y: make([]float64, n)}
	next := noise(1)
	for i := range n {
		p.X[i], p.Y[i] = float64(i), 2*math.Exp(-4*float64(i)/float64(n))+0.1*next()
	}
	return p
}

func ExampleDownsample() {
	p := plot.Points{X: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, Y: []float64{5, 9, 4, 1, 6, 5, 5, 5, 5, 8}}
	fmt.Println(plot.Downsample(p, 0, 9, 1))
	// Output: [0 1 3 8 9]
}
