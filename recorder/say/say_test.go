package say

import (
	"math"
	"slices"
	"testing"

	"github.com/exprec/exprec/recorder"
)

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 3: "3", -12: "-12", 0.25: "0.25", 3e-4: "0.0003", 1234.5678: "1235", 1e6: "1e+06", 999999: "999999", math.Inf(1): "+Inf"} {
		if got := Number(v); got != want {
			t.Errorf("%v is said as %s, want %s", v, got, want)
		}
	}
}

func TestCountSizeShort(t *testing.T) {
	for got, want := range map[string]string{
		Count(1, "run"): "1 run", Count(0, "run"): "0 runs", Count(2000, "run"): "2,000 runs",
		Size(-1): "0 B", Size(8900): "8.9 kB", Short("604c5b30-4a5b"): "604c5b30", Short("604"): "604",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSystem(t *testing.T) {
	for name, want := range map[string]string{"system/cpu": "42 %", "system/gpu/0/utilization": "42 %", "system/memory": "42 B", "system/disk/read": "42 B/s", "system/other": "42"} {
		if got := System(name, 42); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestGPUs(t *testing.T) {
	a, b := recorder.GPU{Name: "A", Memory: 80e9, Driver: "5"}, recorder.GPU{}
	if got, want := GPUs([]recorder.GPU{a, a, b, a}), []string{"2 × A, 80 GB, driver 5", "unknown", "A, 80 GB, driver 5"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestParam(t *testing.T) {
	for want, v := range map[string]any{
		"null": nil, `""`: "", "<b>": "<b>", "0.1": 0.1, "0.2": float32(0.2), "1e+300": 1e300, "NaN": math.NaN(),
		"2 bytes": []byte("ab"), "true": true, "-3": int64(-3),
		`["<a&b>",0.1,"NaN",null]`: []any{"<a&b>", float32(0.1), math.NaN(), nil},
		`{"a":{"b":"Infinity"}}`:   map[string]any{"a": map[string]any{"b": math.Inf(1)}},
	} {
		if got := Param(v); got != want {
			t.Errorf("%#v is shown as %s, want %s", v, got, want)
		}
	}
}
