package plot

// MaxWeight is the most that smoothing takes: at 1 nothing new would count.
const MaxWeight = 0.9999

// Smooth is the exponential moving average of y with the weight of what came
// before, 0 ≤ weight ≤ MaxWeight (others are taken to the nearest end, NaN to
// 0), without the pull towards 0 at the start. It averages over about
// 1/(1-weight) points. Values that are not finite stay as they are and do not
// count. The value at a point depends on the points up to it alone, so that a
// line does not change behind its end while it grows.
func Smooth(y []float64, weight float64) []float64 {
	return NewSmoother(weight).Append(make([]float64, 0, len(y)), y)
}

// Smoother smooths a line that grows: what it gives piece by piece is, bit for
// bit, what Smooth gives for the whole. A copy of it is a saved state.
type Smoother struct {
	weight    float64
	sum, bias float64 // the average so far, and the share of nothing in it
	low, high float64 // the range of what was seen
	started   bool
}

// NewSmoother starts a line. The weight is as for Smooth.
func NewSmoother(weight float64) *Smoother {
	if !(weight > 0) {
		weight = 0
	}
	return &Smoother{weight: min(weight, MaxWeight), bias: 1}
}

// Append appends the smoothed values of the next points to dst.
func (s *Smoother) Append(dst, y []float64) []float64 {
	weight, sum, bias, low, high := s.weight, s.sum, s.bias, s.low, s.high
	for _, value := range y {
		if !finite(value) {
			dst = append(dst, value)
			continue
		}
		if !s.started {
			s.started, low, high = true, value, value
		}
		if value < low {
			low = value
		}
		if value > high {
			high = value
		}
		// The conversions keep a compiler from fusing the two operations: a
		// line is the same on every machine.
		sum = float64(weight*sum) + float64((1-weight)*value)
		if bias *= weight; bias < 1e-20 {
			bias = 0 // 1-bias is 1 already, and numbers close to 0 are slow
		}
		// An average lies between its values. Rounding may leave that range by
		// a hair, which shows as spikes on a constant line.
		smoothed := sum / (1 - bias)
		if smoothed < low {
			smoothed = low
		}
		if smoothed > high {
			smoothed = high
		}
		dst = append(dst, smoothed)
	}
	s.sum, s.bias, s.low, s.high = sum, bias, low, high
	return dst
}
