package export

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

// Value makes a parameter fit for JSON.
func Value(v any) any {
	switch v := v.(type) {
	case float64:
		return Number(v)
	case float32:
		return valueOfFloat32(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = Value(v[i])
		}
		return list
	case map[string]any:
		return valueMap(v)
	}
	return v
}

// valueOfFloat32 keeps the few digits that a float32 has.
func valueOfFloat32(v float32) any {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return Number(f)
	}
	return v
}

func valueMap(m map[string]any) map[string]any {
	fit := make(map[string]any, len(m))
	for name, v := range m {
		fit[name] = Value(v)
	}
	return fit
}

// Words is a value for programs: times in UTC, numbers with all digits.
func Words(v recorder.Value) string {
	switch v.Kind {
	case recorder.NumberValue:
		return NumberWords(v.Num)
	case recorder.TimeValue:
		return v.When.UTC().Format(time.RFC3339Nano)
	case recorder.TextsValue:
		return Joined(v.List)
	}
	return v.String()
}

// NumberWords is a number as JSON would have it, and words for those it has
// none for.
func NumberWords(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Joined leaves out texts that are empty, such as the type of an error that
// has none.
func Joined(list []string) string {
	var there []string
	for _, s := range list {
		if s != "" {
			there = append(there, s)
		}
	}
	return strings.Join(there, ", ")
}
