package plot_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

func TestWireComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var buf []byte
		var want []plot.Wire
		for range rapid.IntRange(1, 3).Draw(t, "lines") {
			p := line(t, 50)
			w := plot.Wire{X: p.X, Y: p.Y}
			if rapid.Bool().Draw(t, "smoothed") {
				w.Smooth = plot.Smooth(p.Y, 0.5)
			}
			w.Gaps = plot.Gaps(w.Y)+plot.Gaps(w.Smooth) > 0
			want = append(want, w)
			buf = plot.AppendWire(buf, w.X, w.Y, w.Smooth)
			if len(buf)%8 != 0 {
				t.Fatalf("%d bytes: the next line is not at a multiple of 8", len(buf))
			}
		}
		for _, w := range want {
			got, rest, err := plot.DecodeWire(buf)
			if err != nil {
				t.Fatal(err)
			}
			if !equal(got.X, w.X) || !equal(got.Y, w.Y) || !equal(got.Smooth, w.Smooth) || got.Gaps != w.Gaps || (got.Smooth == nil) != (w.Smooth == nil) {
				t.Fatalf("got %v, want %v", got, w)
			}
			buf = rest
		}
		if len(buf) > 0 {
			t.Fatalf("%d bytes are left", len(buf))
		}
	})
}

func TestWireByByte(t *testing.T) {
	got := plot.AppendWire(nil, []float64{1}, []float64{math.NaN()}, []float64{2})
	want := []byte{1, 0, 0, 0, 3, 0, 0, 0}
	for _, v := range []float64{1, math.NaN(), 2} {
		want = binary.LittleEndian.AppendUint64(want, math.Float64bits(v))
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

func TestWireRefusesWhatIsNone(t *testing.T) {
	whole := plot.AppendWire(nil, []float64{1, 2}, []float64{3, 4}, nil)
	for n := range whole {
		if _, _, err := plot.DecodeWire(whole[:n]); !errors.Is(err, plot.ErrWire) {
			t.Errorf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	for _, buf := range [][]byte{{1, 0, 0, 0, 4, 0, 0, 0}, {255, 255, 255, 255, 1, 0, 0, 0}} {
		if _, _, err := plot.DecodeWire(buf); !errors.Is(err, plot.ErrWire) {
			t.Errorf("%x: %v", buf, err)
		}
	}
}

// What the decoder takes, the encoder writes again, byte for byte but for a
// flag of gaps where there are none.
func FuzzDecodeWire(f *testing.F) {
	f.Add([]byte{})
	f.Add(plot.AppendWire(nil, []float64{1, 2}, []float64{3, math.Inf(1)}, []float64{3, 3}))
	f.Add(plot.AppendWire(nil, nil, nil, nil))
	f.Fuzz(func(t *testing.T, buf []byte) {
		line, rest, err := plot.DecodeWire(buf)
		if err != nil {
			if !errors.Is(err, plot.ErrWire) {
				t.Fatal(err)
			}
			return
		}
		again := plot.AppendWire(nil, line.X, line.Y, line.Smooth)
		if line.Gaps {
			again[4] |= 2
		}
		used := buf[:len(buf)-len(rest)]
		if plot.Gaps(line.Y)+plot.Gaps(line.Smooth) > 0 && !line.Gaps {
			again[4] &^= 2
		}
		if !bytes.Equal(again, used) {
			t.Fatalf("read  %x\nwrote %x", used, again)
		}
	})
}
