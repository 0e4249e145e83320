package record

import (
	"fmt"
	"strings"
)

// PreviewPoints is how many points of a scalar its summary shows at most.
const PreviewPoints = 40

// ScalarSummary is what scalars.msgpack says about one scalar, so that a
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

// SystemPrefix begins the names of the scalars that the recorder logs itself.
const SystemPrefix = "system/"

// IsSystem reports whether the recorder logs the scalar itself.
func IsSystem(name string) bool { return strings.HasPrefix(name, SystemPrefix) }

// index is scalars.msgpack.
type index struct {
	Format  int
	Scalars []ScalarSummary
	unknown map[string][]byte
}

// EncodeIndex gives the bytes of scalars.msgpack.
func EncodeIndex(scalars []ScalarSummary) []byte {
	i := &index{Format: Format, Scalars: scalars}
	return writeStruct(i, indexFields)
}

// DecodeIndex reads scalars.msgpack. Of a later major version it gives
// what is still understood, and [ErrNewer].
func DecodeIndex(data []byte) ([]ScalarSummary, error) {
	i := &index{}
	newer, err := readVersioned(data, &i.Format, i, indexFields)
	if err == nil && newer {
		err = ErrNewer
	}
	if err != nil {
		return i.Scalars, fmt.Errorf("scalars.msgpack: %w", err)
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
	previewFields(c, s)
	c.int("chunk", &s.Chunk)
	c.int("chunks", &s.Chunks)
	c.unknown(&s.unknown)
}

// previewFields are the preview's values and steps, in the form of a column's.
func previewFields(c *coder, s *ScalarSummary) {
	var values, steps []byte
	if c.writing {
		p := piece{}
		for i := range min(len(s.Preview), len(s.PreviewSteps)) {
			p.add(s.PreviewSteps[i], 0, s.Preview[i])
		}
		values, steps = p.values, p.steps
	}
	c.bytes("preview", &values)
	c.bytes("preview_steps", &steps)
	if c.writing || len(values) == 0 {
		return
	}
	n := len(values) / 8
	if len(values)%8 != 0 || n > len(steps) {
		c.check("preview", corrupt("%d bytes of values and %d of steps do not fit", len(values), len(steps)))
		return
	}
	s.Preview, s.PreviewSteps = make([]float64, n), make([]int64, n)
	unpackRaw(s.Preview, values)
	if !unpackSteps(s.PreviewSteps, steps) {
		c.check("preview_steps", corrupt("they cannot be read"))
	}
}
