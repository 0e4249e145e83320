package recorder

import (
	"encoding/json"
	"errors"
	"flag"
	"math"
	"math/big"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Depth int `json:"depth"`
	Skip  int `json:"-"`
}

type settings struct {
	inner
	LR      float64 `json:"lr,omitempty"`
	Name    string
	Layers  []int
	Nested  map[string]inner
	Pointer *inner
	private int
}

type color int

func (c color) MarshalText() ([]byte, error) { return []byte("red"), nil }

type rude struct{}

func (rude) MarshalText() ([]byte, error) { panic("no text today") }

func TestPlainValue(t *testing.T) {
	var null *int
	seven := 7
	for _, test := range []struct {
		name  string
		value any
		want  any
	}{
		{"nil", nil, nil},
		{"bool", true, true},
		{"int8", int8(-3), int64(-3)},
		{"uint64 that fits", uint64(5), int64(5)},
		{"uint64 that does not", uint64(math.MaxUint64), uint64(math.MaxUint64)},
		{"float32", float32(0.1), float32(0.1)},
		{"infinity", math.Inf(-1), math.Inf(-1)},
		{"complex", complex(1, 2), "(1+2i)"},
		{"string", "é", "é"},
		{"bytes", []byte{0, 255}, []byte{0, 255}},
		{"duration", 90 * time.Second, "1m30s"},
		{"time", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "2026-01-02T03:04:05Z"},
		{"text marshaler", color(2), "red"},
		{"address", net.IPv4(127, 0, 0, 1), "127.0.0.1"},
		{"error", errors.New("bad"), "bad"},
		{"json number", json.Number("12"), int64(12)},
		{"big", big.NewInt(1).Lsh(big.NewInt(1), 70), "1180591620717411303424"},
		{"nil pointer", null, nil},
		{"pointer", &seven, int64(7)},
		{"int keys", map[int]bool{3: true}, map[string]any{"3": true}},
		{"array", [2]string{"a", "b"}, []any{"a", "b"}},
		{
			"struct", settings{inner: inner{Depth: 2}, private: 1, Name: "x", Layers: []int{1}, Nested: map[string]inner{"k": {Depth: 1}}},
			map[string]any{
				"depth": int64(2), "lr": 0.0, "Name": "x", "Layers": []any{int64(1)},
				"Nested": map[string]any{"k": map[string]any{"depth": int64(1)}}, "Pointer": nil,
			},
		},
	} {
		got, notes := plainValue(test.value)
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %#v, want %#v", test.name, got, test.want)
		}
		if len(notes) > 0 {
			t.Errorf("%s: unexpected notes %q", test.name, notes)
		}
	}
}

func TestPlainValueKeepsNaN(t *testing.T) {
	got, _ := plainValue(math.NaN())
	if f, ok := got.(float64); !ok || !math.IsNaN(f) {
		t.Errorf("got %#v, want NaN", got)
	}
}

func TestPlainValueOfWhatHasNoForm(t *testing.T) {
	type cycle struct{ Next *cycle }
	round := &cycle{}
	round.Next = round
	for name, value := range map[string]any{
		"channel":  make(chan int),
		"function": strings.ToUpper,
		"cycle":    round,
		"not UTF8": "a\xffb",
		"panics":   rude{},
	} {
		if _, notes := plainValue(value); len(notes) == 0 {
			t.Errorf("%s: no note says that it became text", name)
		}
	}
}

func TestFlagValues(t *testing.T) {
	flags := flag.NewFlagSet("train", flag.PanicOnError)
	flags.Int("epochs", 3, "")
	flags.Duration("limit", time.Minute, "")
	want := map[string]any{"epochs": 3, "limit": time.Minute}
	flags.VisitAll(func(f *flag.Flag) {
		if got := flagValue(f); !reflect.DeepEqual(got, want[f.Name]) {
			t.Errorf("-%s: got %#v, want %#v", f.Name, got, want[f.Name])
		}
	})
}
