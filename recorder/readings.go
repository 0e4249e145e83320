package recorder

import (
	"reflect"
	"sync"
)

// maxReadings is how many runs that go on have their journals kept open. Those
// beyond it are read anew each time.
const maxReadings = 64

// readings are the journals of runs that go on, as far as they were read.
type readings struct {
	mu   sync.Mutex
	kept map[string]*following // by id
	uses int                   // counts, so that the one used longest ago is known
}

// following is a reading that several may go on with.
type following struct {
	mu    sync.Mutex
	on    *reading // nil where it is to be read anew
	still *folded  // what it gave last
	used  int      // guarded by the mutex of readings
}

// follow reads on in the journals of a run, and gives it what they say. Where
// that is what before has, which may be nil, and all else is the same, it gives
// before.
func (all *readings) follow(now, before *Run, same bool) *Run {
	f := all.of(now.uuid)
	f.mu.Lock()
	defer f.mu.Unlock()
	still, whole := f.readOn(now)
	if !whole && now.moved() {
		f.stop()
		return now.project.reread(now)
	}
	if still == nil {
		return now // what is wrong is said where it is read
	}
	if same && before.follows == still {
		return before
	}
	now.follows = still
	now.once.Do(func() { now.data = newLive(now, still) })
	return now
}

// of gives the following of a run, and stops the one that was used longest ago
// where there are too many.
func (all *readings) of(uuid string) *following {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.uses++
	f := all.kept[uuid]
	if f == nil {
		if all.kept == nil {
			all.kept = map[string]*following{}
		}
		all.makeRoom()
		f = &following{}
		all.kept[uuid] = f
	}
	f.used = all.uses
	return f
}

// makeRoom stops a following where there are too many. One that is in use is
// stopped by the collector of garbage: its files are closed then.
func (all *readings) makeRoom() {
	if len(all.kept) < maxReadings {
		return
	}
	oldest := ""
	for uuid, f := range all.kept {
		if oldest == "" || f.used < all.kept[oldest].used {
			oldest = uuid
		}
	}
	if f := all.kept[oldest]; f.mu.TryLock() {
		f.stop()
		f.mu.Unlock()
	}
	delete(all.kept, oldest)
}

// close stops all.
func (all *readings) close() {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, f := range all.kept {
		f.mu.Lock()
		f.stop()
		f.mu.Unlock()
	}
	all.kept = nil
}

func (f *following) stop() {
	if f.on != nil {
		f.on.close()
	}
	f.on, f.still = nil, nil
}

// readOn gives what the journals of a run say now, nil where they cannot be
// read. It is the whole where the journals were read on and none had gone.
func (f *following) readOn(r *Run) (still *folded, whole bool) {
	if f.on != nil && f.on.folder == r.folder && f.on.started.Equal(r.started.Started) && f.on.goesOn() {
		before := f.on.folded.seen()
		if err := f.on.readOn(); err == nil && f.on.goesOn() {
			if f.still == nil || before != f.on.folded.seen() || !f.on.endsAs(f.still) {
				f.still = f.on.stillOf(r)
			}
			return f.still, true
		}
	}
	f.stop()
	on := newReading(r.folder, r.started.Started)
	if err := on.readOn(); err != nil {
		on.close()
		return nil, false
	}
	f.on, f.still = on, on.stillOf(r)
	return f.still, false
}

// seen is what grows when anything is taken of the journals.
func (f *folded) seen() (seen struct {
	counts
	last int64
}) {
	seen.counts, seen.last = f.counts, f.last.UnixNano()
	return seen
}

// endsAs reports whether the ends of the journals say what they said before.
func (r *reading) endsAs(before *folded) bool {
	now := *r.folded
	r.conclude(&now)
	return reflect.DeepEqual(now.ending, before.ending)
}

// stillOf is still for the run whose journals they are.
func (r *reading) stillOf(run *Run) *folded {
	f := r.still()
	if isContinuation(run.started) {
		if t, err := run.project.tip(run.uuid); err == nil {
			_ = f.standOn(t) // what cannot be read is seen by check
		}
	}
	return f
}
