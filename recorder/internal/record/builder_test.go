package record

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type point struct {
	step  int64
	ms    int64
	value float64
}

// gather reads a scalar's points from the chunks its summary names.
func gather(t interface{ Fatal(...any) }, chunks []Chunk, s ScalarSummary) []point {
	var points []point
	for _, chunk := range chunks[s.Chunk : s.Chunk+s.Chunks] {
		columns, err := DecodeChunk(chunk.Data, s.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			for i := range c.Steps {
				points = append(points, point{c.Steps[i], c.Times[i].Milliseconds(), c.Values[i]})
			}
		}
	}
	return points
}

func TestColumnsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string][]point{}
		b := NewBuilder()
		for range rapid.IntRange(0, 200).Draw(t, "points") {
			name := rapid.SampledFrom([]string{"loss", "val/loss", "ü", "LOSS"}).Draw(t, "name")
			p := point{drawInt64(t), int64(rapid.Int32().Draw(t, "ms")), anyFloat().Draw(t, "value")}
			want[name] = append(want[name], p)
			b.Add(name, p.step, time.Duration(p.ms)*time.Millisecond, p.value)
		}
		for name, points := range want {
			column, _ := b.Column(name)
			if len(column.Steps) != len(points) {
				t.Fatalf("%d points of %q before they are written, want %d", len(column.Steps), name, len(points))
			}
		}
		chunks := b.Chunks()
		index := b.Index()
		if len(index) != len(want) {
			t.Fatalf("%d scalars, want %d", len(index), len(want))
		}
		for _, s := range index {
			same(t, slices.Collect(floats(gather(t, chunks, s))), slices.Collect(floats(want[s.Name])))
			checkSummary(t, s, want[s.Name])
		}
		for _, c := range chunks {
			readable(t, c.Data)
		}
	})
}

// floats gives a point's parts in a form that compares bit by bit.
func floats(points []point) func(func([3]uint64) bool) {
	return func(yield func([3]uint64) bool) {
		for _, p := range points {
			if !yield([3]uint64{uint64(p.step), uint64(p.ms), math.Float64bits(p.value)}) {
				return
			}
		}
	}
}

func checkSummary(t *rapid.T, s ScalarSummary, points []point) {
	last := points[len(points)-1]
	if s.Count != int64(len(points)) || s.FirstStep != points[0].step || s.LastStep != last.step {
		t.Fatalf("%+v does not sum up %d points", s, len(points))
	}
	if math.Float64bits(s.Last) != math.Float64bits(last.value) {
		t.Fatalf("the last value is %v, not %v", s.Last, last.value)
	}
	var nan int64
	for _, p := range points {
		if math.IsNaN(p.value) {
			nan++
		} else if p.value < s.Min || p.value > s.Max || math.IsNaN(s.Min) {
			t.Fatalf("%v is not within %v and %v", p.value, s.Min, s.Max)
		}
	}
	if s.NaN != nan || (nan == s.Count) != math.IsNaN(s.Min) || math.IsNaN(s.Min) != math.IsNaN(s.Max) {
		t.Fatalf("%d values are NaN: %+v", nan, s)
	}
	n := len(s.Preview)
	if n == 0 || n > PreviewPoints || n != len(s.PreviewSteps) || n < min(len(points), PreviewPoints) {
		t.Fatalf("%d points of %d in the preview", n, len(points))
	}
	if math.Float64bits(s.Preview[n-1]) != math.Float64bits(last.value) || s.PreviewSteps[n-1] != last.step {
		t.Fatal("the preview does not end with the last point")
	}
}

// A scalar longer than a column is cut, and its chunks follow each other.
func TestColumnsOfSeveralChunks(t *testing.T) {
	const n = 3*pieceSize/2 + 1
	b := NewBuilder()
	b.Add("before", 1, 0, 1)
	for i := range int64(n) {
		b.Add("long", i, time.Duration(i)*time.Millisecond, float64(i)/3)
	}
	b.Add("after", 1, 0, 2)
	b.SetGoal("after", Maximize)
	b.SetGoal("never logged", Maximize)
	if b.Len() != n+2 {
		t.Fatalf("%d points, added %d", b.Len(), n+2)
	}
	chunks := b.Chunks()
	index := b.Index()
	for i, c := range chunks {
		if c.Name != ChunkName(i) || len(c.Data) > 5<<20 {
			t.Errorf("chunk %d is called %s and has %d bytes", i, c.Name, len(c.Data))
		}
	}
	if len(chunks) < 2 || index[1].Chunks < 2 || index[2].Goal != Maximize {
		t.Fatalf("%d chunks; %+v", len(chunks), index)
	}
	for i, want := range []int{1, n, 1} {
		if got := len(gather(t, chunks, index[i])); got != want {
			t.Errorf("%s: %d points, want %d", index[i].Name, got, want)
		}
	}
	last := gather(t, chunks, index[1])[n-1]
	if last != (point{n - 1, n - 1, float64(n-1) / 3}) {
		t.Errorf("the last point is %+v", last)
	}
}

func TestChunksAreDeterministic(t *testing.T) {
	build := func() []Chunk {
		b := NewBuilder()
		for i := range int64(10_000) {
			b.Add(string('a'+rune(i%20)), i, time.Duration(i)*time.Microsecond, math.Sin(float64(i)))
		}
		return b.Chunks()
	}
	one, two := build(), build()
	for i := range one {
		if !bytes.Equal(one[i].Data, two[i].Data) {
			t.Fatalf("chunk %d differs", i)
		}
	}
}

// Values that repeat stay whole, others are shuffled: each the smaller under zlib.
func TestLayoutFollowsTheValues(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for want, value := range map[string]func(int) float64{
		encRaw:      func(int) float64 { return float64(random.IntN(1000)) / 1000 },
		encShuffled: func(i int) float64 { return math.Sin(float64(i) / 100) },
	} {
		p := &piece{}
		for i := range 20_000 {
			p.add(int64(i), 0, value(i))
		}
		if got := layout(p.values); got != want {
			t.Errorf("layout %s, want %s", got, want)
		}
		whole, shuffled := deflated(p.pack("", encRaw).values), deflated(p.pack("", encShuffled).values)
		if (whole < shuffled) != (want == encRaw) {
			t.Errorf("%s was expected to be smaller: %d bytes whole, %d shuffled", want, whole, shuffled)
		}
	}
	if layout(nil) != encRaw {
		t.Error("nothing is shuffled")
	}
}

func TestEmptyBuilder(t *testing.T) {
	b := NewBuilder()
	if len(b.Chunks()) != 0 || len(b.Index()) != 0 || b.Len() != 0 {
		t.Error("nothing gives something")
	}
	if _, ok := b.Column("x"); ok {
		t.Error("an unknown scalar has points")
	}
}
