package record

import "fmt"

// PreviewPoints is how many points of a scalar its summary shows at most.
const PreviewPoints = 40

// ScalarSummary is what scalars/index.msgpack says about one scalar, so that a
// table or a small chart needs none of its points.
type ScalarSummary struct {
	Name  string
	Count int64 // points

	FirstStep, LastStep int64 // of the points logged first and last
	First, Last         float64
	Min, Max            float64 // NaN when all values are
	MinStep, MaxStep    int64   // where they were reached first
	NaN                 int64   // values that are NaN

	Goal Goal // as declared

	// Preview holds up to 40 values spread evenly over the points, the last
	// one included; PreviewSteps their steps.
	Preview      []float64
	PreviewSteps []int64

	// The points lie in Chunks chunks, the first of them number Chunk.
	Chunk, Chunks int

	unknown string
}

// index is scalars/index.msgpack.
type index struct {
	Format  int
	Scalars []ScalarSummary
	unknown map[string][]byte
}

// EncodeIndex gives the bytes of scalars/index.msgpack.
func EncodeIndex(scalars []ScalarSummary) []byte {
	i := &index{Format: Format, Scalars: scalars}
	return writeStruct(func(c *coder) { indexFields(c, i) })
}

// DecodeIndex reads scalars/index.msgpack. Of a later major version it gives
// what is still understood, and [ErrNewer].
func DecodeIndex(data []byte) ([]ScalarSummary, error) {
	i := &index{}
	newer, err := readVersioned(data, &i.Format, func(c *coder) { indexFields(c, i) })
	if err == nil && newer {
		err = ErrNewer
	}
	if err != nil {
		return i.Scalars, fmt.Errorf("scalars/index.msgpack: %w", err)
	}
	return i.Scalars, nil
}

func indexFields(c *coder, i *index) {
	c.format(&i.Format)
	structs(c, "scalars", &i.Scalars, summaryFields)
	c.unknownMap(&i.unknown)
}

func summaryFields(c *coder, s *ScalarSummary) {
	c.text("name", &s.Name)
	c.int64("count", &s.Count)
	c.int64("first_step", &s.FirstStep)
	c.int64("last_step", &s.LastStep)
	c.float("first", &s.First)
	c.float("last", &s.Last)
	c.float("min", &s.Min)
	c.float("max", &s.Max)
	c.int64("min_step", &s.MinStep)
	c.int64("max_step", &s.MaxStep)
	c.int64("nan", &s.NaN)
	c.goal("goal", &s.Goal)
	c.floats("preview", &s.Preview)
	c.int64s("preview_steps", &s.PreviewSteps)
	c.int("chunk", &s.Chunk)
	c.int("chunks", &s.Chunks)
	c.unknown(&s.unknown)
}
