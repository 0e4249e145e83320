package plot_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

func TestRobustRangeIsThatOfTheSortedValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := values(400).Draw(t, "y")
		before := slices.Clone(y)
		lo, hi := plot.RobustRange(y)
		if !equal(y, before) {
			t.Fatal("the values were moved")
		}
		sorted := slices.DeleteFunc(y, func(v float64) bool { return math.IsNaN(v - v) })
		if len(sorted) == 0 {
			if !math.IsNaN(lo) || !math.IsNaN(hi) {
				t.Fatalf("got %v…%v of nothing", lo, hi)
			}
			return
		}
		slices.Sort(sorted)
		last := float64(len(sorted) - 1)
		if want := sorted[int(math.Floor(last*0.01))]; lo != want {
			t.Fatalf("low is %v, want %v", lo, want)
		}
		if want := sorted[int(math.Ceil(last*0.99))]; hi != want {
			t.Fatalf("high is %v, want %v", hi, want)
		}
	})
}

func TestRobustRangeLeavesOutliersOut(t *testing.T) {
	y := walk(1000).Y
	want, _ := plot.Range(y, false)
	y[500], y[600] = 1e12, -1e12
	if lo, hi := plot.RobustRange(y); lo < want || hi > 3 {
		t.Errorf("got %v…%v", lo, hi)
	}
}

func TestLogAxesHideWhatHasNoPlace(t *testing.T) {
	nan := math.NaN()
	y := []float64{1, 0, -2, nan, math.Inf(-1), 10}
	shown, hidden := plot.LogY(y)
	if hidden != 2 || !equal(shown, []float64{1, nan, nan, nan, math.Inf(-1), 10}) || y[1] != 0 {
		t.Errorf("got %v, %d hidden", shown, hidden)
	}
	p, hidden := plot.LogX(plot.Points{X: []float64{-1, 0, 1, 1000}, Y: []float64{1, 2, 3, 4}})
	if hidden != 2 || !equal(p.X, []float64{0, 3}) || !equal(p.Y, []float64{3, 4}) {
		t.Errorf("got %v, %d hidden", p, hidden)
	}
}
