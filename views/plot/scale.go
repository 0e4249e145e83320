package plot

import "math"

// A scale puts the values of one axis on a length of pixels.
type scale struct {
	lo, hi float64 // in the units of the data
	log    bool
	length float64 // pixels
}

// newScale is the scale of an axis that shows lo to hi. Where there is nothing
// to show, or one value, it makes room, so that a chart is never blank.
func newScale(lo, hi float64, log bool, length, pad float64) scale {
	if !finite(lo) || !finite(hi) || lo > hi {
		lo, hi = 0, 1
		if log {
			lo, hi = 0.1, 1
		}
		return scale{lo, hi, log, length}
	}
	if log {
		first, last := math.Log10(lo), math.Log10(hi)
		room := (last - first) * pad
		if room == 0 {
			room = 0.5
		}
		if pad > 0 || lo == hi {
			lo, hi = math.Pow(10, first-room), math.Pow(10, last+room)
		}
		return scale{max(lo, math.SmallestNonzeroFloat64), min(hi, math.MaxFloat64), true, length}
	}
	room := (hi/2 - lo/2) * 2 * pad
	if lo == hi {
		room = max(math.Abs(lo)*0.1, math.SmallestNonzeroFloat64)
		if lo == 0 {
			room = 1
		}
	}
	return scale{max(lo-room, -math.MaxFloat64), min(hi+room, math.MaxFloat64), false, length}
}

// at is the place of a value, 0 at lo and length at hi, one pixel beyond at
// most by a thousand lengths: enough for lines that run out of the picture.
func (s scale) at(value float64) float64 {
	var share float64
	if s.log {
		lo := math.Log10(s.lo)
		share = (math.Log10(value) - lo) / (math.Log10(s.hi) - lo)
	} else {
		// Quarters: the difference of two large values does not overflow.
		share = (value/4 - s.lo/4) / (s.hi/4 - s.lo/4)
		if s.hi-s.lo < 1e-290 {
			share = (value - s.lo) / (s.hi - s.lo)
		}
	}
	if math.IsNaN(share) {
		share = 0
	}
	return max(-1000, min(share, 1000)) * s.length
}

// shows says whether a value has a place on the axis.
func (s scale) shows(value float64) bool { return finite(value) && (!s.log || value > 0) }

// valueRange is the range of the values that an axis shows; lo > hi where there
// is none.
func valueRange(lo, hi float64, values []float64, log bool) (float64, float64) {
	for _, value := range values {
		if !finite(value) || log && value <= 0 {
			continue
		}
		if value < lo {
			lo = value
		}
		if value > hi {
			hi = value
		}
	}
	return lo, hi
}

// Range is the lowest and the highest finite value, NaN where there is none; on
// a logarithmic axis of those above 0.
func Range(values []float64, log bool) (lo, hi float64) {
	lo, hi = valueRange(math.Inf(1), math.Inf(-1), values, log)
	if lo > hi {
		return math.NaN(), math.NaN()
	}
	return lo, hi
}

// LogX puts the x of points on a logarithmic axis: their decimal logarithm.
// Points at 0 and below have no place there; hidden counts them.
func LogX(p Points) (logarithmic Points, hidden int) {
	for hidden < len(p.X) && !(p.X[hidden] > 0) {
		hidden++
	}
	x := make([]float64, len(p.X)-hidden)
	for i, at := range p.X[hidden:] {
		x[i] = math.Log10(at)
	}
	return Points{X: x, Y: p.Y[hidden:]}, hidden
}

// LogY makes gaps of the values that have no place on a logarithmic axis, 0 and
// below; hidden counts them. Values stay what they are: what is lowest of a
// column is so on both kinds of axis. Without such values y comes back itself.
func LogY(y []float64) (shown []float64, hidden int) {
	shown = y
	for i, value := range y {
		if !(value <= 0) || math.IsInf(value, -1) {
			continue
		}
		if hidden == 0 {
			shown = append([]float64(nil), y...)
		}
		shown[i] = math.NaN()
		hidden++
	}
	return shown, hidden
}

// Gaps counts the values that are not finite.
func Gaps(values []float64) int {
	count := 0
	for _, value := range values {
		if !finite(value) {
			count++
		}
	}
	return count
}
