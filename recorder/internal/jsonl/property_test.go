package jsonl

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// written is a value of a parameter as the form's description says that it is
// written, by another hand than the decoder's.
func written(value any) any {
	switch v := value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return map[string]string{"float": strings.NewReplacer("+Inf", "Infinity", "-Inf", "-Infinity").Replace(fmt.Sprint(v))}
		}
		return json.RawMessage(fmt.Sprintf("%.17e", v)) // always with an e
	case []byte:
		return map[string]string{"bytes": base64.StdEncoding.EncodeToString(v)}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = written(v[i])
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for name, value := range v {
			m[name] = written(value)
		}
		for name := range v {
			if len(v) == 1 && (name == "float" || name == "bytes" || name == "map") {
				return map[string]any{"map": m}
			}
		}
		return m
	}
	return value
}

// random is any value that a parameter may have.
func random(r *rand.Rand, depth int) any {
	switch kind := r.IntN(10); {
	case kind == 0:
		return nil
	case kind == 1:
		return r.IntN(2) == 0
	case kind == 2:
		return int64(r.Uint64())
	case kind == 3:
		return uint64(math.MaxInt64) + 1 + r.Uint64()>>1
	case kind == 4:
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.MaxFloat64, math.SmallestNonzeroFloat64}[r.IntN(6)]
	case kind == 5:
		return math.Float64frombits(r.Uint64()&^(1<<62) | 1<<55)
	case kind == 6:
		data := make([]byte, r.IntN(5))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		return data
	case kind == 7 && depth < 6:
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = random(r, depth+1)
		}
		return list
	case kind == 8 && depth < 6:
		m := map[string]any{}
		for range r.IntN(3) {
			m[[]string{"float", "bytes", "map", "lr", "größe", ""}[r.IntN(6)]] = random(r, depth+1)
		}
		return m
	}
	text := make([]rune, r.IntN(6))
	for i := range text {
		text[i] = []rune("a\"\\\n\t\x00é😀\u2028<NaN")[r.IntN(12)]
	}
	return string(text)
}

// same compares values; NaN is equal to itself.
func same(a, b any) bool {
	return reflect.DeepEqual(a, b) || fmt.Sprintf("%T %#v", a, a) == fmt.Sprintf("%T %#v", b, b)
}

// Whatever is written is read: every parameter with its kind, every point with
// its step, bit for bit, in its order.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var text strings.Builder
		text.WriteString(head)
		var params []any
		var points []journal.Frame
		for range r.IntN(40) {
			line := map[string]any{"t": r.IntN(1000)}
			switch r.IntN(3) {
			case 0:
				value := random(r, 0)
				params = append(params, value)
				line["param"], line["v"] = "p", written(value)
			case 1:
				value := math.Float64frombits(r.Uint64()&^(1<<62) | 1<<55)
				step := int64(r.Uint64())
				points = append(points, journal.Frame{Value: value, Step: step})
				line["scalar"], line["v"], line["s"] = "x", json.RawMessage(fmt.Sprint(value)), step
			case 2:
				line["heartbeat"] = true
			}
			data, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(append(data, '\n'))
		}
		gotParams, gotPoints := read(t, text.String())
		if len(gotParams) != len(params) || len(gotPoints) != len(points) {
			t.Fatalf("seed %d: %d parameters and %d points, want %d and %d", seed, len(gotParams), len(gotPoints), len(params), len(points))
		}
		for i := range params {
			if !same(gotParams[i], params[i]) {
				t.Errorf("seed %d: %#v, want %#v", seed, gotParams[i], params[i])
			}
		}
		for i, p := range points {
			if got := gotPoints[i]; math.Float64bits(got.Value) != math.Float64bits(p.Value) || got.Step != p.Step {
				t.Errorf("seed %d: %v at %d, want %v at %d", seed, got.Value, got.Step, p.Value, p.Step)
			}
		}
	}
}

func read(t *testing.T, text string) (params []any, points []journal.Frame) {
	t.Helper()
	r, err := Open(file(t, text), Refine{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		f, err := r.Scalars(func(id uint32, step int64, at time.Duration, value float64) {
			points = append(points, journal.Frame{Series: id, Step: step, Value: value, Time: at})
		})
		if errors.Is(err, io.EOF) {
			return params, points
		}
		if err != nil {
			t.Fatal(err)
		}
		if f.Kind == journal.Parameter {
			p, err := record.DecodeParameterFrame(f.Payload)
			if err != nil {
				t.Fatal(err)
			}
			params = append(params, p.Value)
		}
	}
}

// Whatever a file holds, reading it ends, and gives the same when it is read
// again or in two pieces.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		"", "\n\n", `{"t": 1, "scalars": {"x": 1}, "s": 1}` + "\n", `{"params": {"a": {"map": {}}}}` + "\n{\n", "{\"scalar\": \"x\", \"v\": 1}\n{\"scalar\": \"x\"}\n\xff\n",
		`{"end": {"status": "failed"}, "error": {}, "meta": {"tags": ["x"]}, "image": "p", "file": "p/1.png", "s": 1}` + "\n",
	} {
		f.Add(seed, 7)
	}
	f.Fuzz(func(t *testing.T, body string, cut int) {
		if len(body) > 1<<16 {
			return
		}
		name := file(t, head+body)
		words, length := said(t, name)
		again, _ := said(t, name)
		if !slices.Equal(words, again) {
			t.Fatalf("%q, then %q", words, again)
		}
		if length > int64(len(head)+len(body)) {
			t.Fatalf("read up to %d", length)
		}
		cut = len(head) + max(0, min(cut, len(body)))
		if err := os.WriteFile(name, []byte((head + body)[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		first, _ := said(t, name)
		if len(first) > len(words) || !slices.Equal(first, words[:len(first)]) {
			t.Fatalf("cut at %d: %q, of %q", cut, first, words)
		}
	})
}

// BenchmarkRead reads a journal of many points.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	text.WriteString(head)
	const points = 100_000
	for i := range points {
		fmt.Fprintf(&text, "{\"t\": %d.25, \"scalars\": {\"loss\": %g}, \"s\": %d}\n", i, 1/float64(i+1), i)
	}
	name := file(b, text.String())
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		r, err := Open(name, Refine{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for err == nil {
			_, err = r.Scalars(func(uint32, int64, time.Duration, float64) { n++ })
		}
		if n != points || !errors.Is(err, io.EOF) {
			b.Fatal(n, err)
		}
		r.Close()
	}
}
