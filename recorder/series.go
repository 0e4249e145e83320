package recorder

import (
	"fmt"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Series holds all points of a scalar, in the order they were logged: the
// three slices have the same length.
type Series struct {
	Name   string
	Steps  []int64
	Times  []time.Duration // since the run's start, whole milliseconds
	Values []float64
}

// Series gives the points of a scalar. Of a run that goes on it gives those
// logged when the run was first looked into. The error is [ErrNoScalar] where
// the run has none of that name.
func (r *Run) Series(name string) (*Series, error) {
	s, ok, err := r.content().series(name)
	if err == nil && !ok {
		err = fmt.Errorf("%w: the run %s has no scalar %q; exprec scalars %s lists them", ErrNoScalar, r.Short(), name, r.Short())
	}
	return s, err
}

// newSeries is an empty series with room for n points.
func newSeries(name string, n int64) *Series {
	return &Series{Name: name, Steps: make([]int64, 0, n), Times: make([]time.Duration, 0, n), Values: make([]float64, 0, n)}
}

// add appends pieces of the scalar.
func (s *Series) add(pieces ...record.Column) {
	for _, c := range pieces {
		s.Steps = append(s.Steps, c.Steps...)
		s.Times = append(s.Times, c.Times...)
		s.Values = append(s.Values, c.Values...)
	}
}

// at is the value of the last point at or before a step.
func (s *Series) at(step int64) (value float64, found int64, ok bool) {
	for i, known := range s.Steps {
		if known <= step && (!ok || known >= found) {
			value, found, ok = s.Values[i], known, true
		}
	}
	return value, found, ok
}
