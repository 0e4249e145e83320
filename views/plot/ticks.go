package plot

import (
	"math"
	"strconv"
	"strings"
)

// A Tick is a place on an axis and what is written there. The label is the
// whole truth: read as a number, it is At.
type Tick struct {
	At    float64
	Label string
}

// Ticks gives about n ticks of an axis from lo to hi, ascending, all of them
// within it: multiples of 1, 2 or 5 times a power of ten, on a logarithmic axis
// powers of ten where there are enough. An axis of one value, or too short for
// such steps, has its ends as ticks. There are none where an end is not finite,
// or where nothing on a logarithmic axis is above 0.
func Ticks(lo, hi float64, n int, log bool) []Tick {
	if !finite(lo) || !finite(hi) || log && max(lo, hi) <= 0 {
		return nil
	}
	lo, hi, n = min(lo, hi), max(lo, hi), max(n, 2)
	if log {
		if lo <= 0 {
			lo = max(hi/1000, math.SmallestNonzeroFloat64)
		}
		if ticks := logTicks(lo, hi, n); len(ticks) >= 2 {
			return ticks
		}
	}
	if ticks := linearTicks(lo, hi, n); len(ticks) >= 2 {
		return ticks
	}
	ends := []Tick{{lo, Exact(lo)}}
	if hi > lo {
		ends = append(ends, Tick{hi, Exact(hi)})
	}
	return ends
}

// maxMultiple bounds the whole numbers that a tick is a multiple by: beyond, a
// step is less than what a float64 tells apart.
const maxMultiple = 1 << 52

func linearTicks(lo, hi float64, n int) []Tick {
	rough := (hi/2 - lo/2) / float64(n) * 2
	if !(rough > 0) || !finite(rough) {
		return nil
	}
	digit, exponent := niceStep(rough)
	step := tickAt(digit, exponent)
	if step == 0 || math.Abs(lo/step) > maxMultiple || math.Abs(hi/step) > maxMultiple {
		return nil
	}
	var ticks []Tick
	first, last := int64(math.Ceil(lo/step))-1, int64(math.Floor(hi/step))+1
	for i := first; i <= last; i++ {
		at := tickAt(i*digit, exponent)
		if at < lo || at > hi || len(ticks) > 0 && at <= ticks[len(ticks)-1].At {
			continue
		}
		ticks = append(ticks, Tick{at, decimal(i*digit, exponent)})
	}
	return ticks
}

// niceStep is the least of 1, 2, 5 times a power of ten that is not below
// rough.
func niceStep(rough float64) (digit int64, exponent int) {
	exponent = int(math.Floor(math.Log10(rough)))
	for ; ; exponent++ {
		for _, digit := range []int64{1, 2, 5} {
			// A hair below is enough: else 0.2 of 1/5 becomes 0.5.
			if tickAt(digit, exponent) >= rough*(1-1e-9) {
				return digit, exponent
			}
		}
	}
}

func logTicks(lo, hi float64, n int) []Tick {
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	digits := []int64{1}
	stride := 1
	switch decades := last - first; {
	case decades > n:
		stride = (decades + n - 1) / n
	case decades <= max(1, n/3):
		digits = []int64{1, 2, 5}
	}
	var ticks []Tick
	for exponent := first; exponent <= last; exponent++ {
		if (exponent%stride+stride)%stride != 0 {
			continue
		}
		for _, digit := range digits {
			at := tickAt(digit, exponent)
			if at < lo || at > hi || len(ticks) > 0 && at <= ticks[len(ticks)-1].At {
				continue
			}
			ticks = append(ticks, Tick{at, decimal(digit, exponent)})
		}
	}
	return ticks
}

// tickAt is the float64 next to whole × 10^exponent, infinite where that is too
// large. Reading the decimal number rounds once; multiplying would twice.
func tickAt(whole int64, exponent int) float64 {
	text := strconv.AppendInt(make([]byte, 0, 32), whole, 10)
	text = append(text, 'e')
	text = strconv.AppendInt(text, int64(exponent), 10)
	at, _ := strconv.ParseFloat(string(text), 64) // out of range is ±Inf, and wanted
	return at
}

// decimal writes whole × 10^exponent with no digit too few and none too many.
func decimal(whole int64, exponent int) string {
	if whole == 0 {
		return "0"
	}
	sign := ""
	if whole < 0 {
		sign, whole = "-", -whole
	}
	digits := strconv.FormatInt(whole, 10)
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	return sign + place(trimmed, exponent)
}

// place writes digits × 10^exponent: plainly while that is short, else with a
// power of ten.
func place(digits string, exponent int) string {
	point := len(digits) + exponent // digits before the decimal point
	switch {
	case exponent >= 0 && point <= 6:
		return digits + strings.Repeat("0", exponent)
	case exponent < 0 && point > 0:
		return digits[:point] + "." + digits[point:]
	case exponent < 0 && point > -4:
		return "0." + strings.Repeat("0", -point) + digits
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	return digits + "e" + strconv.Itoa(point-1)
}

// Exact writes a value with as few digits as tell it from every other.
func Exact(value float64) string { return written(value, -1) }

// Short writes a value with four significant digits.
func Short(value float64) string { return written(value, 4) }

// written writes a value with so many significant digits, -1: as many as needed.
func written(value float64, digits int) string {
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 1):
		return "Infinity"
	case math.IsInf(value, -1):
		return "-Infinity"
	case value == 0:
		return "0"
	}
	text := strconv.FormatFloat(math.Abs(value), 'e', max(digits-1, -1), 64)
	mantissa, power, _ := strings.Cut(text, "e")
	exponent, _ := strconv.Atoi(power)
	mantissa = strings.Replace(mantissa, ".", "", 1)
	exponent -= len(mantissa) - 1
	trimmed := strings.TrimRight(mantissa, "0")
	sign := ""
	if value < 0 {
		sign = "-"
	}
	return sign + place(trimmed, exponent+len(mantissa)-len(trimmed))
}
