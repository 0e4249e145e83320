package record

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// Sizes of the columns' files.
const (
	chunkSize = 4 << 20 // bytes at which a chunk is complete
	// pieceSize is how many points a column holds at most; a longer scalar is
	// cut into several.
	pieceSize = chunkSize / 10
)

// Chunk is a file of columns.
type Chunk struct {
	Name string // "0000.msgpack" below scalars/
	Data []byte
}

// Builder turns points into the columns and the index. It holds about 10 bytes
// a point. It is not safe for use by several goroutines.
type Builder struct {
	series []*Series
	byName map[string]*Series
}

// Series is what a Builder holds of one scalar.
type Series struct {
	summary ScalarSummary
	preview preview
	pieces  []*piece
	open    *piece  // the last one
	still   *Series // as the last snapshot has it, nil once it has changed
}

// piece is a column that grows: its steps and times as they will be written.
type piece struct {
	n            int
	steps, times []byte
	values       []byte // raw
	step, delta  int64
	ms           int64
}

// NewBuilder gives an empty builder.
func NewBuilder() *Builder { return &Builder{byName: map[string]*Series{}} }

// Add appends a point to the scalar called name, as [Series.Add] does.
func (b *Builder) Add(name string, step int64, t time.Duration, value float64) {
	b.Series(name).Add(step, t, value)
}

// Series gives the scalar called name, to spare a look-up for each point. The
// index lists scalars in the order they were first asked for.
func (b *Builder) Series(name string) *Series {
	s := b.byName[name]
	if s == nil {
		s = &Series{summary: ScalarSummary{Name: name}}
		b.byName[name] = s
		b.series = append(b.series, s)
	}
	return s
}

// SetGoal declares what is better for a scalar that has points; of others the
// index says nothing.
func (b *Builder) SetGoal(name string, goal Goal) {
	if s := b.byName[name]; s != nil && s.summary.Goal != goal {
		s.summary.Goal, s.still = goal, nil
	}
}

// Add appends a point. Its time is since the run's start, and kept to the
// millisecond. Points stay in the order they are added in.
func (s *Series) Add(step int64, t time.Duration, value float64) {
	s.still = nil
	s.summary.add(step, value)
	s.preview.add(step, value)
	if s.open == nil || s.open.n == pieceSize {
		s.open = newPiece(len(s.pieces) > 0)
		s.pieces = append(s.pieces, s.open)
	}
	s.open.add(step, int64(t/time.Millisecond), value)
}

// newPiece gives an empty piece. One that follows another will likely be as
// long, and has its room at once: growing to it would copy it a few times.
func newPiece(long bool) *piece {
	if !long {
		return &piece{}
	}
	return &piece{
		steps:  make([]byte, 0, pieceSize),
		times:  make([]byte, 0, pieceSize),
		values: make([]byte, 0, 8*pieceSize),
	}
}

func (p *piece) add(step, ms int64, value float64) {
	delta := step - p.step
	p.steps = appendUvarint(p.steps, zigzag(delta-p.delta))
	p.times = appendUvarint(p.times, zigzag(ms-p.ms))
	p.values = binary.LittleEndian.AppendUint64(p.values, math.Float64bits(value))
	p.step, p.delta, p.ms = step, delta, ms
	p.n++
}

// add counts a point in.
func (s *ScalarSummary) add(step int64, value float64) {
	if s.Count == 0 {
		s.FirstStep, s.First = step, value
		s.Min, s.Max = math.NaN(), math.NaN()
		s.MinStep, s.MaxStep = step, step
	}
	s.Count++
	s.LastStep, s.Last = step, value
	if math.IsNaN(value) {
		s.NaN++
		return
	}
	if math.IsNaN(s.Min) || value < s.Min {
		s.Min, s.MinStep = value, step
	}
	if math.IsNaN(s.Max) || value > s.Max {
		s.Max, s.MaxStep = value, step
	}
}

// Len is how many points were added.
func (b *Builder) Len() int64 {
	var n int64
	for _, s := range b.series {
		n += s.summary.Count
	}
	return n
}

// Index gives the summaries of what was added so far, in the order of the
// scalars' first points. Their chunks are numbered by Chunks only.
func (b *Builder) Index() []ScalarSummary {
	index := make([]ScalarSummary, 0, len(b.series))
	for _, s := range b.series {
		if s.summary.Count == 0 {
			continue
		}
		summary := s.summary
		summary.Preview, summary.PreviewSteps = s.preview.points(summary.LastStep, summary.Last)
		index = append(index, summary)
	}
	return index
}

// Column gives the points of one scalar added so far and not yet taken by
// Chunks.
func (b *Builder) Column(name string) (Column, bool) {
	s := b.byName[name]
	if s == nil {
		return Column{}, false
	}
	all := Column{Name: name}
	for _, p := range s.pieces {
		// The builder wrote these bytes itself, so they can be read.
		col, _ := p.pack(name, encRaw).unpack()
		all.Steps = append(all.Steps, col.Steps...)
		all.Times = append(all.Times, col.Times...)
		all.Values = append(all.Values, col.Values...)
	}
	return all, true
}

// Chunks writes the columns, a few MB to a file, and empties the builder of
// its points. Call Index after it.
func (b *Builder) Chunks() []Chunk {
	var chunks []Chunk
	_ = b.EachChunk(func(c Chunk) error {
		chunks = append(chunks, c)
		return nil
	})
	return chunks
}

// EachChunk is Chunks for those who need not hold all of it: it calls yield
// with one chunk after the other and stops at its first error.
func (b *Builder) EachChunk(yield func(Chunk) error) error {
	w := &chunkWriter{yield: yield}
	for _, s := range b.series {
		first := -1
		for i, p := range s.pieces {
			number, err := w.add(p.pack(s.summary.Name, layout(p.values)))
			if err != nil {
				return err
			}
			if first < 0 {
				first = number
			}
			s.summary.Chunk, s.summary.Chunks = first, number-first+1
			s.pieces[i] = nil
		}
		s.pieces, s.open = nil, nil
	}
	return w.flush()
}

func (p *piece) pack(name, enc string) *packed {
	values := p.values
	if enc == encShuffled {
		values = make([]byte, len(p.values))
		shuffle(values, p.values)
	}
	return &packed{name: []byte(name), n: p.n, steps: p.steps, times: p.times, values: values, enc: []byte(enc)}
}

// chunkWriter collects columns until a chunk is full.
type chunkWriter struct {
	yield   func(Chunk) error
	columns []*packed
	size    int
	number  int
}

// add gives the number of the chunk that the column is in.
func (w *chunkWriter) add(p *packed) (int, error) {
	size := len(p.steps) + len(p.times) + len(p.values) + len(p.name) + 64
	if w.size > 0 && w.size+size > chunkSize {
		if err := w.flush(); err != nil {
			return 0, err
		}
	}
	w.columns = append(w.columns, p)
	w.size += size
	return w.number, nil
}

func (w *chunkWriter) flush() error {
	if len(w.columns) == 0 {
		return nil
	}
	c := &coder{writing: true, buf: make([]byte, 0, w.size+64)}
	writeMap(c, &chunkFile{Format: Format, columns: w.columns}, chunkFields)
	chunk := Chunk{Name: ChunkName(w.number), Data: c.buf}
	w.columns, w.size = nil, 0
	w.number++
	return w.yield(chunk)
}

// ChunkName is the name of a chunk's file below scalars/.
func ChunkName(number int) string { return fmt.Sprintf("%04d.msgpack", number) }
