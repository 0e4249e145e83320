package plot_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

// raster is a canvas of pixels, lit or not.
type raster struct {
	width, height int
	lit           []bool
}

// draw lights the pixels of the line through the picked points, with Bresenham's
// way from point to point. column gives the column of an x, row the row of a y.
func draw(p plot.Points, picked []int, width, height int, column func(x float64) int, row func(y float64) int) raster {
	r := raster{width, height, make([]bool, width*height)}
	open := false
	var x0, y0 int
	for _, i := range picked {
		if math.IsNaN(p.Y[i]) || math.IsInf(p.Y[i], 0) {
			open = false
			continue
		}
		x1, y1 := column(p.X[i]), row(p.Y[i])
		if !open {
			x0, y0, open = x1, y1, true
		}
		r.line(x0, y0, x1, y1)
		x0, y0 = x1, y1
	}
	return r
}

func (r raster) line(x0, y0, x1, y1 int) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := sign(x1-x0), sign(y1-y0)
	for e := dx + dy; ; {
		if 0 <= x0 && x0 < r.width && 0 <= y0 && y0 < r.height {
			r.lit[y0*r.width+x0] = true
		}
		if x0 == x1 && y0 == y1 {
			return
		}
		twice := 2 * e
		if twice >= dy {
			e, x0 = e+dy, x0+sx
		}
		if twice <= dx {
			e, y0 = e+dx, y0+sy
		}
	}
}

func (r raster) count() int {
	n := 0
	for _, lit := range r.lit {
		if lit {
			n++
		}
	}
	return n
}

// different counts the pixels that two canvases disagree on.
func (r raster) different(other raster) int {
	n := 0
	for i := range r.lit {
		if r.lit[i] != other.lit[i] {
			n++
		}
	}
	return n
}

func abs(v int) int { return max(v, -v) }

func sign(v int) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// drawnLine is a line with gaps, of which no column has more than two.
func drawnLine(t *rapid.T) plot.Points {
	n := rapid.IntRange(2, 3000).Draw(t, "points")
	seed := rapid.Uint64().Draw(t, "seed")
	gapEvery := rapid.SampledFrom([]int{0, 401, 1999}).Draw(t, "gap every")
	next := noise(seed)
	p := plot.Points{X: make([]float64, n), Y: make([]float64, n)}
	x, y := next()*1000, 0.0
	for i := range n {
		x += math.Floor(next()*4) * next() // some are equal to the one before
		y += next() - 0.5
		p.X[i], p.Y[i] = x, y+math.Pow(next(), 20)*30
		if gapEvery > 0 && i%gapEvery == gapEvery/2 {
			p.Y[i] = []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[i%3]
		}
	}
	return p
}

// noise gives numbers in [0,1) from a seed.
func noise(state uint64) func() float64 {
	return func() float64 {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return float64((z^z>>31)>>11) / (1 << 53)
	}
}

// drawnWindow is a range of x, often one in the midst of the points.
func drawnWindow(t *rapid.T, p plot.Points) (from, to float64) {
	first, last := p.X[0], p.X[len(p.X)-1]
	a := rapid.Float64Range(-0.1, 1.1).Draw(t, "from")
	b := rapid.Float64Range(-0.1, 1.1).Draw(t, "to")
	if rapid.Bool().Draw(t, "all") {
		a, b = 0, 1
	}
	return first + min(a, b)*(last-first), first + max(a, b)*(last-first)
}

func all(p plot.Points) []int {
	indices := make([]int, len(p.X))
	for i := range indices {
		indices[i] = i
	}
	return indices
}

// The points of Downsample light the same pixels as all points do: on a canvas
// that puts x into the column it lies in, and on one of half as many columns
// that rounds to the nearest, as browsers' chart libraries do.
func TestDownsampleLightsThePixelsOfAllPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawnLine(t)
		from, to := drawnWindow(t, p)
		if to-from < (p.X[len(p.X)-1]-p.X[0])/1000 {
			return // the lines beyond the canvas would be drawn for ever
		}
		if to == from {
			return // no column has a width
		}
		half := rapid.IntRange(20, 120).Draw(t, "width")
		const height = 80
		low, high := plot.Range(p.Y, false)
		row := func(y float64) int { return int(math.Round((y - low) / (high - low + 1) * height)) }
		scale := float64(2*half) / (to - from)
		floor := func(x float64) int { return int(math.Floor((x - from) * scale)) }
		round := func(x float64) int { return int(math.Round((x - from) * (scale / 2))) }

		picked := plot.Downsample(p, from, to, 2*half)
		compare := func(name string, width int, column func(float64) int) {
			want := draw(p, all(p), width, height, column, row)
			got := draw(p, picked, width, height, column, row)
			if n := want.different(got); n > 0 {
				t.Fatalf("%s: %d of %d pixels differ with %d of %d points", name, n, want.count(), len(picked), len(p.X))
			}
		}
		compare("floor", 2*half+1, floor)
		compare("round", half+1, round)
	})
}

// That test can fail: half as many columns are seen, and so is a canvas that
// nothing was drawn on.
func TestRasterSeesWhatIsMissing(t *testing.T) {
	next := noise(7)
	p := plot.Points{X: make([]float64, 20000), Y: make([]float64, 20000)}
	for i := range p.X {
		p.X[i], p.Y[i] = float64(i), next()
	}
	column := func(x float64) int { return int(x * 200 / 19999) }
	row := func(y float64) int { return int(y * 80) }
	want := draw(p, all(p), 201, 81, column, row)
	if want.count() < 1000 {
		t.Fatalf("only %d pixels are lit", want.count())
	}
	got := draw(p, plot.Downsample(p, math.NaN(), math.NaN(), 50), 201, 81, column, row)
	if want.different(got) == 0 {
		t.Error("a quarter of the columns light the same pixels")
	}
	if exact := draw(p, plot.Downsample(p, math.NaN(), math.NaN(), 200), 201, 81, column, row); want.different(exact) > 0 {
		t.Errorf("%d pixels differ", want.different(exact))
	}
}
