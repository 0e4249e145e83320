package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// errFault means that the file is shorter than it was: its memory could not be
// reached, or its end is not where it should be.
var errFault = errors.New("it is shorter than it was")

// now is the time since Header.Start.
func (w *Writer) now() time.Duration { return w.before + time.Since(w.base) }

// tick is called by each frame, so that the state of the file is looked at
// now and then while there are frames.
func (w *Writer) tick(t time.Duration) {
	if t >= w.look {
		w.look = t + patience
		w.wakeKeeper()
	}
}

// wakeKeeper never waits.
func (w *Writer) wakeKeeper() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// scalar is Scalar with mu held.
func (w *Writer) scalar(id uint32, value float64, step int64) {
	if id == 0 || int(id) >= len(w.series.list) || w.closed {
		return
	}
	last := &w.series.list[id]
	last.step, last.any = step, true
	t := w.now()
	w.tick(t)
	if w.full || id > w.series.written {
		if !w.nameSeries(t, id) || !w.room(t, wordSize+wideFixed) {
			w.dropped++
			return
		}
	}
	kind, fixed := putScalar(w.sums.fixed(), value, step, t)
	if err := w.put(kind, id, fixed, nil); err != nil {
		w.again(t, kind, id, fixed, nil, err)
	}
}

// again is for a frame that put failed with: it goes into a new file, or it is
// counted as dropped.
func (w *Writer) again(t time.Duration, kind Kind, id uint32, fixed int, payload []byte, err error) {
	if err = w.elsewhere(kind, id, fixed, payload, err); err != nil {
		w.dropped++
		w.hold(t, err)
	}
}

// hold keeps the error of a frame that found no room, and sets when room is
// looked for again.
func (w *Writer) hold(t time.Duration, err error) {
	w.full, w.retry = true, t+patience
	w.lose(fmt.Errorf("%w at %s: %w; the program goes on, and what it logs is dropped until there is room", ErrFull, w.path, err))
}

// room says whether a frame of size bytes should be tried. While the disk is
// full that is when it fits into what the journal has, and once a second. The
// first frame that gets through is preceded by one that tells of the gap.
func (w *Writer) room(t time.Duration, size int64) bool {
	if !w.full {
		return true
	}
	if t < w.retry && !w.out.fits(w.end, size+frameSize(otherFixed, 8)) {
		return false
	}
	if w.marked < w.dropped {
		var count [8]byte
		binary.LittleEndian.PutUint64(count[:], w.dropped)
		putOther(w.sums.fixed(), t, len(count))
		if err := w.lay(Gap, 0, otherFixed, count[:]); err != nil {
			w.hold(t, err)
			return false
		}
		w.marked = w.dropped
	}
	w.full = t < w.retry
	return true
}

// lay puts a frame at the end of the data, in a new file where this one was
// cut by somebody else.
func (w *Writer) lay(kind Kind, id uint32, fixed int, payload []byte) error {
	if err := w.put(kind, id, fixed, payload); err != nil {
		return w.elsewhere(kind, id, fixed, payload, err)
	}
	return nil
}

// elsewhere goes on in a new file, with the frame that put failed with, when
// it failed because the file was cut.
func (w *Writer) elsewhere(kind Kind, id uint32, fixed int, payload []byte, err error) error {
	if w.moving || !errors.Is(err, errFault) {
		return err
	}
	keep := *w.sums.fixed() // naming the scalars anew overwrites it
	w.moving = true
	defer func() { w.moving = false }()
	if err := w.move(err); err != nil {
		return err
	}
	named := id
	if kind == Series {
		named = id - 1
	}
	if !w.nameSeries(w.now(), named) {
		return err
	}
	*w.sums.fixed() = keep
	return w.put(kind, id, fixed, payload)
}

// put lays a frame down at the end of the data. A fault in mapped memory,
// which would end the program, becomes an error.
func (w *Writer) put(kind Kind, id uint32, fixed int, payload []byte) (err error) {
	defer recoverFault(debug.SetPanicOnFault(true), &err)
	low := id<<8 | uint32(kind)
	word := uint64(w.sums.sum(w.end, low, fixed, payload))<<32 | uint64(low)
	if err := w.out.put(w.end, word, w.sums.fixed()[:fixed], payload); err != nil {
		return err
	}
	w.end += frameSize(fixed, len(payload))
	if w.out.wants(w.end) {
		w.wakeKeeper()
	}
	return nil
}

// recoverFault is deferred by put.
func recoverFault(old bool, err *error) {
	debug.SetPanicOnFault(old)
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", errFault, r)
	}
}
