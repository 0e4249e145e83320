package plot

import "math"

// RobustRange is the range of y without its outliers: from the 1st to the 99th
// percentile of the finite values. NaN, NaN: there is none. It bounds what an
// axis shows, and drops no point.
func RobustRange(y []float64) (lo, hi float64) {
	values := make([]float64, 0, len(y))
	for _, value := range y {
		if finite(value) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return math.NaN(), math.NaN()
	}
	last := float64(len(values) - 1)
	low, high := int(math.Floor(last*0.01)), int(math.Ceil(last*0.99))
	lo = nth(values, low)
	// What is right of the low one is not below it any more.
	return lo, nth(values[low:], high-low)
}

// nth puts the value that would be at index n of the sorted values there, with
// none above it left and none below it right of it. It takes linear time.
func nth(values []float64, n int) float64 {
	for lo, hi := 0, len(values)-1; lo < hi; {
		pivot := middleOf(values[lo], values[(lo+hi)/2], values[hi])
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return values[n]
		}
	}
	return values[n]
}

func middleOf(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }
