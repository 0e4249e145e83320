package journal

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// values are floats whose bits are easily lost on the way.
func values() *rapid.Generator[float64] {
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(),
		math.Float64frombits(0x7ff8dead00000001), math.Float64frombits(0xfff0000000000001),
		math.MaxFloat64, math.SmallestNonzeroFloat64}
	return rapid.OneOf(rapid.SampledFrom(special), rapid.Map(rapid.Uint64(), math.Float64frombits))
}

func steps() *rapid.Generator[int64] {
	special := []int64{0, 1, -1, math.MinInt64, math.MaxInt64, math.MaxUint32, math.MaxUint32 + 1}
	return rapid.OneOf(rapid.SampledFrom(special), rapid.Int64(), rapid.Int64Range(0, 1000))
}

// model is what a journal should give back.
type model struct {
	frames []Frame
	names  map[string]uint32
}

// series expects the frame that names a scalar when it is first used.
func (m *model) series(name string) uint32 {
	id, ok := m.names[name]
	if !ok {
		id = uint32(len(m.names) + 1)
		m.names[name] = id
		m.frames = append(m.frames, Frame{Kind: Series, Series: id, Payload: []byte(name)})
	}
	return id
}

func (m *model) scalar(id uint32, value float64, step int64) {
	m.frames = append(m.frames, Frame{Kind: Scalar, Series: id, Value: value, Step: step})
}

// act does one thing to a writer and to the model.
func act(t *rapid.T, w *Writer, m *model) {
	name := rapid.OneOf(rapid.SampledFrom(benchNames), rapid.StringN(-1, -1, 256)).Draw(t, "name")
	value, step := values().Draw(t, "value"), steps().Draw(t, "step")
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		id := w.Series(name)
		if want := m.series(name); id != want {
			t.Fatalf("Series(%q) gave %d, want %d", name, id, want)
		}
		w.Scalar(id, value, step)
		m.scalar(id, value, step)
	case 1:
		w.ScalarNamed(name, value, step)
		m.scalar(m.series(name), value, step)
	case 2:
		id := w.Series(name)
		m.series(name)
		next := int64(0)
		if last, ok := w.LastStep(id); ok {
			next = last + 1
		}
		w.ScalarNext(id, value)
		m.scalar(id, value, next)
	case 3:
		kind := rapid.SampledFrom([]Kind{Parameter, Result, Goal, Image, File, Input, Parent, Meta, Heartbeat, Warning, Error, Mark, End, 200}).Draw(t, "kind")
		payload := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload")
		payload = bytes.Repeat(payload, rapid.SampledFrom([]int{1, 1, 1, 200}).Draw(t, "times"))
		w.Append(kind, payload)
		m.frames = append(m.frames, Frame{Kind: kind, Payload: payload})
	case 4:
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRoundTrip is D11: whatever is written is read back bit by bit and in
// order, at any time of the run, by Next and by Scalars.
func TestRoundTrip(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		h := newHeader()
		h.Start = h.Start.Add(-rapid.SampledFrom([]time.Duration{0, time.Hour, 60 * 24 * time.Hour, -time.Hour}).Draw(t, "age"))
		h.Host = rapid.StringN(0, -1, 64).Draw(t, "host")
		w, err := create(filepath.Join(folder, "journal"), h, rapid.Bool().Draw(t, "direct"))
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		m := &model{names: make(map[string]uint32)}
		for range rapid.IntRange(0, 60).Draw(t, "actions") {
			act(t, w, m)
		}
		if rapid.Bool().Draw(t, "close") {
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		h.Version, h.Start = Version, time.Unix(0, h.Start.UnixNano()).UTC()
		compare(t, w.Path(), h, m.frames)
		compareScalars(t, w.Path(), m.frames)
	})
}

func compare(t *rapid.T, path string, h Header, want []Frame) {
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Header() != h {
		t.Fatalf("header %+v, want %+v", r.Header(), h)
	}
	low, high := -2*time.Hour, 61*24*time.Hour
	for i, f := range want {
		got, err := r.Next()
		if err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		if got.Time < low || got.Time > high {
			t.Fatalf("frame %d has time %v", i, got.Time)
		}
		if got.Kind == ScalarWide {
			got.Kind = Scalar
		}
		if f.Time = got.Time; !sameFrame(got, f) {
			t.Fatalf("frame %d is %+v, want %+v", i, got, f)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Fatalf("after all frames: %v", err)
	}
}

func compareScalars(t *rapid.T, path string, want []Frame) {
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	i := 0
	next := func(kind Kind) Frame {
		if i == len(want) || want[i].Kind != kind {
			t.Fatalf("frame %d of kind %d was not written", i, kind)
		}
		i++
		return want[i-1]
	}
	for {
		f, err := r.Scalars(func(id uint32, step int64, _ time.Duration, value float64) {
			f := next(Scalar)
			if f.Series != id || f.Step != step || math.Float64bits(f.Value) != math.Float64bits(value) {
				t.Fatalf("scalar %d, step %d, value %v; want %+v", id, step, value, f)
			}
		})
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(next(f.Kind).Payload, f.Payload) {
			t.Fatalf("payload of frame %d differs", i-1)
		}
	}
	if i != len(want) {
		t.Fatalf("%d of %d frames", i, len(want))
	}
}

// TestGreatPayloads: payloads up to the limit, beside windows of all sizes.
func TestGreatPayloads(t *testing.T) {
	for _, direct := range []bool{false, true} {
		w := newWriter(t, direct)
		id := w.Series("loss")
		sizes := []int{MaxPayload, 1, MaxPayload - 7, 0, 4096, firstBytes, 3 << 20, 5 << 20}
		for i, size := range sizes {
			w.Append(Warning, bytes.Repeat([]byte{byte(i + 1)}, size))
			w.Scalar(id, float64(i), int64(i))
		}
		w.Append(Warning, make([]byte, MaxPayload+1))
		if w.Err() == nil || w.Dropped() != 1 {
			t.Errorf("a payload over the limit gave %v, %d dropped", w.Err(), w.Dropped())
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		frames := readAll(t, w.Path())
		if len(frames) != 1+2*len(sizes) {
			t.Fatalf("%d frames", len(frames))
		}
		for i, size := range sizes {
			payload, scalar := frames[1+2*i], frames[2+2*i]
			if !bytes.Equal(payload.Payload, bytes.Repeat([]byte{byte(i + 1)}, size)) || scalar.Step != int64(i) {
				t.Errorf("payload %d of %d bytes came back with %d", i, size, len(payload.Payload))
			}
		}
	}
}

// firstBytes is about the length of the first window.
const firstBytes = 64 << 10

// TestManyGoroutines: every method at once; the race detector watches.
func TestManyGoroutines(t *testing.T) {
	const goroutines, each = 6, 20_000
	w := newWriter(t, false)
	r, err := Open(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var wait sync.WaitGroup
	for g := range goroutines {
		wait.Go(func() {
			name := fmt.Sprint("series ", g%3)
			for i := range each {
				w.ScalarNext(w.Series(name), float64(i))
				if i%5000 == 0 {
					w.Append(Mark, make([]byte, 10_000))
					if err := w.Sync(); err != nil {
						t.Error(err)
					}
					w.LastStep(1)
					w.Dropped()
					w.Path()
				}
			}
		})
	}
	wait.Wait()
	next := map[uint32]int64{}
	for {
		_, err := r.Scalars(func(id uint32, step int64, _ time.Duration, _ float64) {
			if step != next[id] {
				t.Errorf("series %d: step %d, want %d", id, step, next[id])
			}
			next[id]++
		})
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for id := uint32(1); id <= 3; id++ {
		if last, _ := w.LastStep(id); next[id] != goroutines/3*each || last != next[id]-1 {
			t.Errorf("series %d: %d values read, last step %d", id, next[id], last)
		}
	}
	if err := w.Close(); err != nil || w.Close() != nil || w.Err() != nil {
		t.Error(err, w.Err())
	}
	w.Scalar(1, 1, 1)
	w.Append(End, nil)
	w.ScalarNamed("late", 1, 1)
	if got := len(readAll(t, w.Path())); got != 3+goroutines*(each+4) {
		t.Errorf("%d frames", got)
	}
}

// TestNothingIsAllocated: the hot path leaves no work for the collector.
func TestNothingIsAllocated(t *testing.T) {
	for _, direct := range []bool{false, true} {
		w := newWriter(t, direct)
		id := w.Series("loss")
		step := int64(0)
		if n := testing.AllocsPerRun(2000, func() {
			step++
			w.Scalar(id, 1, step)
			w.Scalar(id, 1, -step)
			w.ScalarNamed("loss", 1, step)
		}); n > 0 {
			t.Errorf("%v allocations a round", n)
		}
	}
}
