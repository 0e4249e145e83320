package journal

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// A tail is a journal of another run that holds what a journal holds from a
// place on. It is made of that journal alone: whoever makes the tail of a copy
// that is shorter gets the beginning of it, under the same name.

// newTailEnd ends the name of a tail that is being written.
const newTailEnd = ".new"

// TailName is the file name of the tail that a journal has in another run.
func TailName(run uuid.UUID, journal string) string {
	return fmt.Sprintf("%016x.bin", tailNonce(run, journal))
}

func tailNonce(run uuid.UUID, journal string) uint64 {
	sum := sha256.Sum256([]byte(run.String() + "/" + filepath.Base(journal)))
	return binary.LittleEndian.Uint64(sum[:])
}

// tail copies frames of a reader to the end of a file.
type tail struct {
	source Source
	from   int64 // of the source: what is before is not copied
	file   *os.File
	out    *bufio.Writer
	sums   checksummer
	end    int64
	ids    map[uint32]uint32 // of the source's scalars, in the tail
	watch  *Frame            // the source's first frame, where it is a Watch
}

// Says reports whether a journal, read from its beginning, holds frames from a
// place on that say more than that its process lives.
func Says(r Source, from int64) (bool, error) {
	for {
		at := r.Offset()
		f, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case errors.Is(err, ErrTorn) || isDamage(err):
		case err != nil:
			return false, err
		case at >= from && f.says():
			return true, nil
		}
	}
}

func (f Frame) says() bool { return f.Kind != Heartbeat && f.Kind != Gap && f.Kind != Series }

// WriteTail makes the tail of a journal in folder, durably, for the run. From
// on is a place between two frames. Where nothing is said from there on, no
// file is made. A tail that is there already stays, unless it is the beginning
// of this one. The journal has the given name, and open opens it.
func WriteTail(folder string, run uuid.UUID, name string, open func() (Source, error), from int64) error {
	said, err := saysAnew(open, from)
	if err != nil || !said {
		return err
	}
	source, err := open()
	if err != nil {
		return err
	}
	defer source.Close()
	t, err := newTail(folder, run, name, source, from)
	if err != nil {
		return err
	}
	defer t.discard()
	if err := t.copy(); err != nil {
		return err
	}
	return t.publish(filepath.Join(folder, TailName(run, name)))
}

func saysAnew(open func() (Source, error), from int64) (bool, error) {
	source, err := open()
	if err != nil {
		return false, err
	}
	defer source.Close()
	return Says(source, from)
}

func newTail(folder string, run uuid.UUID, name string, source Source, from int64) (*tail, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, "*"+newTailEnd)
	if err != nil {
		return nil, fmt.Errorf("cannot begin a journal: %w", err)
	}
	h := source.Header()
	h.Run = run
	head := h.encode(tailNonce(run, name))
	_, length, sum, err := decodeHeader(head)
	t := &tail{source: source, from: from, file: f, out: bufio.NewWriter(f), end: int64(length), ids: map[uint32]uint32{}}
	t.sums.seed = sum
	if err == nil {
		_, err = t.out.Write(head)
	}
	if err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// copy takes all that the source has now and the tail has not. Damage in the
// source is passed over.
func (t *tail) copy() error {
	for {
		at := t.source.Offset()
		f, err := t.source.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, ErrTorn) || isDamage(err):
			continue
		case err != nil:
			return err
		}
		if err := t.take(f, at); err != nil {
			return fmt.Errorf("cannot write %s: %w", t.file.Name(), err)
		}
	}
}

func isDamage(err error) bool {
	_, ok := errors.AsType[*CorruptError](err)
	return ok
}

// take copies one frame. Before the first one come those that it stands on:
// what kind of journal it is, and the names of scalars.
func (t *tail) take(f Frame, at int64) error {
	if at < t.from {
		if f.Kind == Watch && t.watch == nil && t.source.Named() == 0 {
			f.Payload = append([]byte(nil), f.Payload...)
			t.watch = &f
		}
		return nil
	}
	if err := t.putWatch(); err != nil {
		return err
	}
	last := t.source.Named() + 1
	if f.Kind == Series {
		last = f.Series
	}
	for id := uint32(len(t.ids)) + 1; id < last; id++ {
		if err := t.name(Frame{Kind: Series, Series: id, Time: f.Time}); err != nil {
			return err
		}
	}
	if f.Kind == Series {
		return t.name(f)
	}
	return t.put(f)
}

// putWatch writes the frame by which a reader knows a watcher's journal.
func (t *tail) putWatch() error {
	if t.watch == nil {
		return nil
	}
	watch := *t.watch
	t.watch = nil
	return t.put(watch)
}

// name writes the frame of a scalar's name.
func (t *tail) name(f Frame) error {
	name, ok := t.source.Name(f.Series)
	if !ok {
		name = "" // it was lost; ids must follow each other
	}
	f.Payload = []byte(name)
	t.ids[f.Series] = f.Series
	return t.put(f)
}

func (t *tail) put(f Frame) error {
	kind, fixed := f.Kind, otherFixed
	if kind == Scalar || kind == ScalarWide {
		kind, fixed = putScalar(t.sums.fixed(), f.Value, f.Step, f.Time)
	} else {
		putOther(t.sums.fixed(), f.Time, len(f.Payload))
	}
	size := frameSize(fixed, len(f.Payload))
	low := f.Series<<8 | uint32(kind)
	word := uint64(t.sums.sum(t.end, low, fixed, f.Payload))<<32 | uint64(low)
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, size), word)
	b = append(b, t.sums.fixed()[:fixed]...)
	b = append(b, f.Payload...)
	t.end += size
	_, err := t.out.Write(b[:size])
	return err
}

// discard takes back a tail that did not get its name.
func (t *tail) discard() {
	if t.file != nil {
		discard(t.file)
		t.file = nil
	}
}

// publish gives the tail its name, unless a longer one has it. Both are made
// of the same frames, so the longer one holds all of the shorter one.
func (t *tail) publish(name string) error {
	if err := errors.Join(t.out.Flush(), t.file.Sync()); err != nil {
		return err
	}
	if there, err := Open(name); err == nil {
		longer := there.dataEnd() >= t.end
		there.Close()
		if longer {
			return syncName(name)
		}
	}
	if err := os.Rename(t.file.Name(), name); err != nil {
		return err
	}
	err := t.file.Close()
	t.file = nil
	return errors.Join(err, syncName(name))
}

// dataEnd reads to the end and gives its place.
func (r *Reader) dataEnd() int64 {
	for {
		if _, err := r.Next(); err != nil && !errors.Is(err, ErrTorn) && !isDamage(err) {
			return r.Offset()
		}
	}
}
