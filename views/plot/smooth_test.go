package plot_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

// equal says whether two columns are the same, bit for bit.
func equal(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

var weights = rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 0.5, 0.9, 0.99, plot.MaxWeight, 1, 2, -1, math.NaN()}))

// The average told the long way: the weighted mean of all values so far.
func TestSmoothIsTheWeightedMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOf(rapid.OneOf(rapid.Float64Range(-10, 10), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)))).Draw(t, "y")
		w := rapid.Float64Range(0, 0.999).Draw(t, "weight")
		var seen []float64
		for i, got := range plot.Smooth(y, w) {
			if math.IsNaN(y[i]) || math.IsInf(y[i], 0) {
				if !equal([]float64{got}, y[i:i+1]) {
					t.Fatalf("%v became %v", y[i], got)
				}
				continue
			}
			seen = append(seen, y[i])
			sum, weight := 0.0, 0.0
			for n, value := range seen {
				share := math.Pow(w, float64(len(seen)-1-n))
				sum, weight = sum+share*value, weight+share
			}
			if want := sum / weight; math.Abs(got-want) > 1e-9 {
				t.Fatalf("at %d: got %v, want %v", i, got, want)
			}
		}
	})
}

func TestSmoothDependsOnWhatWasBeforeAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := values(200).Draw(t, "y")
		w := weights.Draw(t, "weight")
		whole := plot.Smooth(y, w)
		if n := rapid.IntRange(0, len(y)).Draw(t, "prefix"); !equal(plot.Smooth(y[:n], w), whole[:n]) {
			t.Fatalf("the first %d points are others alone", n)
		}
		s := plot.NewSmoother(w)
		var pieces []float64
		for rest := y; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			saved := *s // a copy goes on as well as the first
			pieces = s.Append(pieces, rest[:n])
			if again := saved.Append(nil, rest[:n]); !equal(again, pieces[len(pieces)-n:]) {
				t.Fatalf("a saved state gives %v", again)
			}
			rest = rest[n:]
		}
		if !equal(pieces, whole) {
			t.Fatalf("in pieces: %v\nwhole:     %v", pieces, whole)
		}
	})
}

func TestSmoothStaysInTheRangeOfTheValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := values(200).Draw(t, "y")
		got := plot.Smooth(y, weights.Draw(t, "weight"))
		for i := range got {
			low, high := plot.Range(y[:i+1], false)
			if !math.IsNaN(y[i]-y[i]) && !(low <= got[i] && got[i] <= high) {
				t.Fatalf("%v at %d is not within %v…%v", got[i], i, low, high)
			}
		}
	})
}

func TestSmoothAtItsEnds(t *testing.T) {
	constant := slices.Repeat([]float64{0.1}, 5000)
	for _, w := range []float64{0, 0.3, 0.999, 1, math.NaN()} {
		if !equal(plot.Smooth(constant, w), constant) {
			t.Errorf("weight %v moves a constant", w)
		}
		if got := plot.Smooth([]float64{7}, w); got[0] != 7 {
			t.Errorf("weight %v makes %v of one 7", w, got)
		}
	}
	if got := plot.Smooth(nil, 0.9); len(got) != 0 {
		t.Errorf("nothing became %v", got)
	}
	y := walk(1000).Y
	if !equal(plot.Smooth(y, 0), y) {
		t.Error("weight 0 changes values")
	}
	if !equal(plot.Smooth(y, 1), plot.Smooth(y, plot.MaxWeight)) {
		t.Error("weight 1 is not the most there is")
	}
	all := []float64{math.NaN(), math.NaN()}
	if !equal(plot.Smooth(all, 0.9), all) {
		t.Error("NaN did not stay")
	}
}

// Smoothing what was thinned out is another curve: the order of the two matters,
// and it is the caller's to keep.
func TestSmoothThenDownsampleIsNotTheOther(t *testing.T) {
	p := walk(100_000)
	smooth := plot.Smooth(p.Y, 0.99)
	picked := plot.Downsample(plot.Points{X: p.X, Y: smooth}, math.NaN(), math.NaN(), 200)
	after := plot.Smooth(plot.Pick(p.Y, picked), 0.99)
	worst := 0.0
	for n, i := range picked {
		worst = max(worst, math.Abs(after[n]-smooth[i]))
	}
	if worst < 0.1 {
		t.Errorf("the two differ by %v at most", worst)
	}
}
