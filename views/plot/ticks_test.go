package plot_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

func labels(ticks []plot.Tick) string {
	var all []string
	for _, tick := range ticks {
		all = append(all, tick.Label)
	}
	return strings.Join(all, " ")
}

func TestTicks(t *testing.T) {
	tests := []struct {
		lo, hi float64
		n      int
		log    bool
		want   string
	}{
		{0, 1, 5, false, "0 0.2 0.4 0.6 0.8 1"},
		{0, 1, 4, false, "0 0.5 1"},
		{0.25, 0.35, 5, false, "0.26 0.28 0.3 0.32 0.34"},
		{0, 0.5, 10, false, "0 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5"},
		{0, 0.0003, 3, false, "0 0.0001 0.0002 0.0003"},
		{-1e-300, 1e-300, 2, false, "-1e-300 0 1e-300"},
		{0, 1e300, 2, false, "0 5e299 1e300"},
		{-math.MaxFloat64, math.MaxFloat64, 4, false, "-1e308 0 1e308"},
		{999998, 1000002, 4, false, "999998 999999 1e6 1.000001e6 1.000002e6"},
		{7, 7, 5, false, "7"},
		{0.1, math.Nextafter(0.1, 1), 5, false, "0.1 0.10000000000000002"},
		{0, 5e-324, 5, false, "0 5e-324"},
		{1, 1000, 5, true, "1 10 100 1000"},
		{1e-300, 1e300, 4, true, "1e-300 1e-150 1 1e150 1e300"},
		{1, 20, 6, true, "1 2 5 10 20"},
		{1.1, 1.3, 2, true, "1.1 1.2 1.3"},
		{0, 100, 4, true, "0.1 1 10 100"},
		{-3, 0, 4, true, ""},
		{math.NaN(), 1, 4, false, ""},
		{0, math.Inf(1), 4, false, ""},
	}
	for _, test := range tests {
		if got := labels(plot.Ticks(test.lo, test.hi, test.n, test.log)); got != test.want {
			t.Errorf("%v…%v, %d, log %v: got %q, want %q", test.lo, test.hi, test.n, test.log, got, test.want)
		}
	}
}

func TestTickLabelsAreTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-2, 2), rapid.Float64Range(0, 1e-3),
			rapid.SampledFrom([]float64{0, 1e-300, 1e300, 5e-324, math.MaxFloat64, -math.MaxFloat64}))
		lo, hi := number.Draw(t, "lo"), number.Draw(t, "hi")
		if rapid.Bool().Draw(t, "near") {
			hi = lo + math.Abs(lo)*1e-9
		}
		n, log := rapid.IntRange(-1, 12).Draw(t, "n"), rapid.Bool().Draw(t, "log")
		ticks := plot.Ticks(lo, hi, n, log)
		lo, hi = min(lo, hi), max(lo, hi)
		if math.IsInf(hi, 0) || log && hi <= 0 {
			if ticks != nil {
				t.Fatalf("got %v", ticks)
			}
			return
		}
		if len(ticks) == 0 || len(ticks) > 3*max(n, 2)+3 {
			t.Fatalf("%d ticks", len(ticks))
		}
		before, label := math.Inf(-1), ""
		for _, tick := range ticks {
			read, err := strconv.ParseFloat(tick.Label, 64)
			if err != nil || read != tick.At {
				t.Fatalf("the label %q says %v, it is at %v", tick.Label, read, tick.At)
			}
			if tick.At < lo || tick.At > hi || tick.At <= before || tick.Label == label {
				t.Fatalf("%v is out of %v…%v or order", ticks, lo, hi)
			}
			before, label = tick.At, tick.Label
		}
	})
}

func TestNumbersAsText(t *testing.T) {
	tests := []struct {
		value        float64
		short, exact string
	}{
		{0, "0", "0"},
		{math.Copysign(0, -1), "0", "0"},
		{0.25, "0.25", "0.25"},
		{3e-4, "0.0003", "0.0003"},
		{1.0 / 3, "0.3333", "0.3333333333333333"},
		{-123456.789, "-123500", "-123456.789"},
		{99999.9, "100000", "99999.9"},
		{1234567, "1.235e6", "1.234567e6"},
		{1e-300, "1e-300", "1e-300"},
		{5e-324, "4.941e-324", "5e-324"},
		{math.MaxFloat64, "1.798e308", "1.7976931348623157e308"},
		{math.NaN(), "NaN", "NaN"},
		{math.Inf(1), "Infinity", "Infinity"},
		{math.Inf(-1), "-Infinity", "-Infinity"},
	}
	for _, test := range tests {
		if got := plot.Short(test.value); got != test.short {
			t.Errorf("Short(%v) = %q, want %q", test.value, got, test.short)
		}
		if got := plot.Exact(test.value); got != test.exact {
			t.Errorf("Exact(%v) = %q, want %q", test.value, got, test.exact)
		}
	}
}
