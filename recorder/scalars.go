package recorder

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Scalar is a handle of one scalar for hot loops: it saves the look-up of the
// name. A nil *Scalar ignores every call.
type Scalar struct {
	experiment *Experiment
	id         uint32
}

// AddScalar records a value of a scalar at a step. NaN and infinities are
// values like any other, and steps may come in any order.
func (e *Experiment) AddScalar(name string, value float64, step int) {
	e.Scalar(name).Add(value, step)
}

// AddScalars records the values of several scalars at one step.
func (e *Experiment) AddScalars(step int, values map[string]float64) {
	for name, value := range values {
		e.Scalar(name).Add(value, step)
	}
}

// Scalar is the handle of a scalar. Names are UTF-8 of at most 256 bytes, and
// a slash groups them; a name of any other form gives a handle that records
// nothing, and [Experiment.Err] says so. Names below system/ are those of the
// recorder's own scalars, which lists leave out.
func (e *Experiment) Scalar(name string) *Scalar {
	if e.off() {
		return nil
	}
	if s := e.scalars.lookup(name); s != nil {
		return s
	}
	if err := checkName("scalar", name); err != nil {
		e.fail(err)
		return nil
	}
	return e.scalars.add(name, func() *Scalar {
		return &Scalar{experiment: e, id: e.journal.Series(name)}
	})
}

// Add records a value at a step.
func (s *Scalar) Add(value float64, step int) {
	if s == nil || s.experiment.off() {
		return
	}
	s.experiment.journal.Scalar(s.id, value, int64(step))
}

// AddNext records a value at the step after the one recorded last by this
// process: 0, 1, 2 and so on where nothing else gives steps.
func (s *Scalar) AddNext(value float64) {
	if s == nil || s.experiment.off() {
		return
	}
	s.experiment.journal.ScalarNext(s.id, value)
}

// scalarTable finds handles by name. The names that are used again and again
// are read without a lock from a published copy, which is renewed once the
// look-ups that missed it have paid for the copying.
type scalarTable struct {
	published atomic.Pointer[map[string]*Scalar]
	mu        sync.Mutex
	all       map[string]*Scalar
	missed    int
}

// lookup is the handle of a name, nil when there is none yet.
func (t *scalarTable) lookup(name string) *Scalar {
	if names := t.published.Load(); names != nil {
		if s := (*names)[name]; s != nil {
			return s
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.all[name]
	if s != nil {
		t.publish()
	}
	return s
}

func (t *scalarTable) publish() {
	if t.missed++; t.missed > len(t.all) {
		names := maps.Clone(t.all)
		t.published.Store(&names)
		t.missed = 0
	}
}

// add makes the handle of a name unless another goroutine just did.
func (t *scalarTable) add(name string, make func() *Scalar) *Scalar {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.all[name]; s != nil {
		return s
	}
	if t.all == nil {
		t.all = map[string]*Scalar{}
	}
	s := make()
	t.all[name] = s
	return s
}
