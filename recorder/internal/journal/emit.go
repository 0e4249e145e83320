package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

type timeSince = time.Duration

// errFault means that memory of the file could not be reached: the file is
// shorter than it was.
var errFault = errors.New("the file was cut by somebody else")

// scalar is Scalar with mu held.
func (w *Writer) scalar(id uint32, value float64, step int64) {
	if id == 0 || int(id) >= len(w.series.list) || w.closed {
		return
	}
	last := &w.series.list[id]
	last.step, last.any = step, true
	t := w.now()
	if w.full || id > w.series.written {
		if !w.nameSeries(t, id) || !w.room(t, wordSize+wideFixed) {
			w.dropped++
			return
		}
	}
	kind, fixed := putScalar(w.sums.fixed(), value, step, t)
	w.emit(t, kind, id, fixed, nil)
}

// emit adds a frame whose fixed part was laid out, and counts it when it finds
// no room.
func (w *Writer) emit(t timeSince, kind Kind, id uint32, fixed int, payload []byte) {
	var keep [wideFixed]byte
	if t >= w.look {
		w.look = t + patience
		w.wakeKeeper()
	}
	if w.full && !w.out.fits(w.end, frameSize(fixed, len(payload))) && t < w.retry {
		w.dropped++
		return
	}
	err := w.lay(kind, id, fixed, payload)
	if err == nil {
		return
	}
	if errors.Is(err, errFault) {
		// The fixed part is overwritten while names are repeated in a new file.
		copy(keep[:], w.sums.fixed())
		if w.move() == nil && w.nameSeries(t, id) {
			copy(w.sums.fixed(), keep[:])
			err = w.lay(kind, id, fixed, payload)
		}
	}
	if err != nil {
		w.drop(t, err)
	}
}

// drop counts a frame that found no room and sets when to try again.
func (w *Writer) drop(t timeSince, err error) {
	w.dropped++
	w.full, w.retry = true, t+patience
	w.lose(fmt.Errorf("%w: %s: %w; the program goes on, what it logs is dropped until there is room", ErrFull, w.path, err))
}

// room looks, while the disk is full, whether a frame of size bytes should be
// tried, and tells of the gap before the first one that gets through.
func (w *Writer) room(t timeSince, size int64) bool {
	if !w.full {
		return true
	}
	gap := frameSize(otherFixed, 8)
	if t < w.retry && !w.out.fits(w.end, size+gap) {
		return false
	}
	if w.marked < w.dropped {
		var count [8]byte
		binary.LittleEndian.PutUint64(count[:], w.dropped)
		putOther(w.sums.fixed(), t, len(count))
		if w.lay(Gap, 0, otherFixed, count[:]) != nil {
			w.retry = t + patience
			return false
		}
		w.marked = w.dropped
	}
	if t >= w.retry {
		w.full = false
	}
	return true
}

// lay puts a frame at the end of the data. A fault in mapped memory, which
// would end the program, becomes an error.
func (w *Writer) lay(kind Kind, id uint32, fixed int, payload []byte) (err error) {
	defer w.recoverFault(debug.SetPanicOnFault(true), &err)
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

// recoverFault is deferred by lay.
func (w *Writer) recoverFault(old bool, err *error) {
	debug.SetPanicOnFault(old)
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", errFault, r)
	}
}

// wakeKeeper never waits.
func (w *Writer) wakeKeeper() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
