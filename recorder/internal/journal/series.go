package journal

import (
	"fmt"
	"time"
)

// seriesTable knows the scalars of a journal by name and by id. Ids are given
// out from 1 on.
type seriesTable struct {
	ids     map[string]uint32
	list    []seriesState
	written uint32 // ids up to this one have their frame in the file
}

type seriesState struct {
	name string
	step int64 // of the newest value
	any  bool  // there is a value
}

func (s *seriesTable) init() {
	s.ids = make(map[string]uint32)
	s.list = make([]seriesState, 1, 16)
}

// id gives the id of a name, a new one where needed; 0 when all are taken or
// the name is too long.
func (s *seriesTable) id(name string) uint32 {
	if id, ok := s.ids[name]; ok {
		return id
	}
	if len(s.list) > MaxSeries || len(name) > MaxPayload {
		return 0
	}
	id := uint32(len(s.list))
	s.list = append(s.list, seriesState{name: name})
	s.ids[name] = id
	return id
}

// Series gives the id of a scalar, the same for the same name. It is 0, which
// holds no values, when a journal has [MaxSeries] names already.
func (w *Writer) Series(name string) uint32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.series.ids[name]
	}
	return w.seriesLocked(name)
}

func (w *Writer) seriesLocked(name string) uint32 {
	id := w.series.id(name)
	if id == 0 {
		w.refuse(fmt.Errorf("a journal holds at most %d names of scalars; the values of others are dropped", MaxSeries))
	} else if id > w.series.written {
		w.nameSeries(w.now(), id)
	}
	return id
}

// nameSeries writes the frames of all series up to id that have none yet. It
// reports whether they are in the file.
func (w *Writer) nameSeries(t time.Duration, id uint32) bool {
	for w.series.written < id {
		next := w.series.written + 1
		name := []byte(w.series.list[next].name)
		size := frameSize(otherFixed, len(name))
		if !w.room(t, size) {
			return false
		}
		putOther(w.sums.fixed(), t, len(name))
		if w.lay(Series, next, otherFixed, name) != nil {
			return false
		}
		w.series.written = next
	}
	return true
}

// Scalar adds a value. It allocates nothing and takes any step. An id that
// Series did not give is ignored.
func (w *Writer) Scalar(id uint32, value float64, step int64) {
	w.mu.Lock()
	w.scalar(id, value, step)
	w.mu.Unlock()
}

// ScalarNext adds a value one step after the newest one of the series, at step
// 0 where there is none.
func (w *Writer) ScalarNext(id uint32, value float64) {
	w.mu.Lock()
	step := int64(0)
	if int(id) < len(w.series.list) && w.series.list[id].any {
		step = w.series.list[id].step + 1
	}
	w.scalar(id, value, step)
	w.mu.Unlock()
}

// ScalarNamed is Scalar(Series(name), value, step) under one lock.
func (w *Writer) ScalarNamed(name string, value float64, step int64) {
	w.mu.Lock()
	id, ok := w.series.ids[name]
	if !ok && !w.closed {
		id = w.seriesLocked(name)
	}
	w.scalar(id, value, step)
	w.mu.Unlock()
}

// LastStep is the step of the newest value of a series.
func (w *Writer) LastStep(id uint32) (int64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if int(id) >= len(w.series.list) {
		return 0, false
	}
	return w.series.list[id].step, w.series.list[id].any
}
