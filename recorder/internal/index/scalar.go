package index

import (
	"encoding/binary"
	"math"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Scalars is what is known of a scalar beside its last, least and greatest
// value. Those have columns of their own.
type Scalars struct {
	places
	values []record.ScalarSummary
}

// Summary is what a row has of the scalar; the name, last, min and max are not
// in it.
func (c *Scalars) Summary(row int) (s record.ScalarSummary, ok bool) {
	if c == nil {
		return s, false
	}
	if at := c.of(row); at >= 0 {
		return c.values[at], true
	}
	return s, false
}

// scalar collects the columns of a scalar.
type scalar struct {
	rows []uint32
	last floats
	min  floats
	max  floats
	rest []byte
}

func (c *scalar) add(row int, s *record.ScalarSummary) {
	c.rows = append(c.rows, uint32(row))
	c.last.add(row, s.Last)
	c.min.add(row, s.Min)
	c.max.add(row, s.Max)
	for _, v := range []int64{s.Count, s.FirstStep, s.LastStep, s.MinStep, s.MaxStep, s.NaN, int64(s.Goal)} {
		c.rest = binary.AppendVarint(c.rest, v)
	}
	c.rest = appendUint64(c.rest, math.Float64bits(s.First))
}

func (c *scalar) encodeRest(n int) []byte { return append(appendPlaces(nil, c.rows, n), c.rest...) }

func decodeScalars(data []byte, n int) (*Scalars, error) {
	d := decoder{data: data}
	c := &Scalars{}
	var count int
	c.places, count = d.places(n)
	if count > len(d.data)/15 {
		d.fail("%d rows in %d bytes", count, len(d.data))
		return nil, d.err
	}
	c.values = make([]record.ScalarSummary, count)
	for i := range c.values {
		s := &c.values[i]
		for _, v := range []*int64{&s.Count, &s.FirstStep, &s.LastStep, &s.MinStep, &s.MaxStep, &s.NaN} {
			*v = d.varint()
		}
		goal := d.varint()
		if goal < int64(record.Minimize) || goal > int64(record.Maximize) {
			d.fail("the goal %d", goal)
		}
		s.Goal = record.Goal(goal)
		s.First = d.float()
	}
	return c, d.end()
}
