package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

// Sizes of what the reader reads at once: a look whether a live journal grew,
// and the most while reading on.
const (
	lookSize = 4 << 10
	readSize = 256 << 10
)

// Reader reads a journal from its beginning, also while it is being written.
// It is for one goroutine.
type Reader struct {
	f      *os.File
	header Header
	sums   checksummer
	buf    []byte // bytes of the file from bufOff on
	bufOff int64
	ahead  int   // how much is read at once; grows while reading on
	off    int64 // of the next frame
	names  []string
	known  []bool // ids whose names were read
	work   int64  // bytes hashed while looking for whole frames after damage
	told   int64  // place of the damage at the end that was told of
}

// Open opens a journal. It fails with ErrTorn when the header is not there yet
// or was cut, with ErrNewer when a later exprec wrote it, and with
// ErrNotJournal or a CorruptError when it is none.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open a journal: %w", err)
	}
	r, err := newReader(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

func newReader(f *os.File) (*Reader, error) {
	r := &Reader{f: f, names: make([]string, 1), known: make([]bool, 1), told: -1, ahead: lookSize}
	if err := r.readHeader(); err != nil {
		return nil, fmt.Errorf("cannot read journal %s: %w", f.Name(), err)
	}
	return r, nil
}

func (r *Reader) readHeader() error {
	head := make([]byte, maxHeader)
	n, err := r.f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	h, length, sum, err := decodeHeader(head[:n])
	if err != nil {
		if c, ok := errors.AsType[*CorruptError](err); ok {
			c.Path = r.f.Name()
		}
		return err
	}
	r.header, r.off, r.bufOff, r.sums.seed = h, int64(length), int64(length), sum
	return nil
}

// Header is the journal's beginning.
func (r *Reader) Header() Header { return r.header }

// Offset is where the next frame begins, in bytes: the length of the data read.
func (r *Reader) Offset() int64 { return r.off }

// Close closes the file.
func (r *Reader) Close() error { return r.f.Close() }

// Name is the name of a scalar whose Series frame was read.
func (r *Reader) Name(id uint32) (string, bool) {
	if int(id) >= len(r.known) || !r.known[id] {
		return "", false
	}
	return r.names[id], true
}

// Named is the greatest id of a scalar that was named so far, 0 before the
// first.
func (r *Reader) Named() uint32 { return uint32(len(r.known) - 1) }

// Next gives the next frame. io.EOF means that there is nothing more now; a
// live journal may have more later. ErrTorn says once that the journal ends
// inside a frame, and io.EOF follows. A CorruptError says that bytes were
// skipped, and the frames behind them follow: who wants a prefix of what was
// written stops there.
func (r *Reader) Next() (Frame, error) {
	f, size, err := r.parse(r.off)
	next := int64(-1)
	if errors.Is(err, errDamage) {
		f, size, next, err = r.settle(err)
	}
	switch {
	case err == errEnd:
		return Frame{}, io.EOF
	case errors.Is(err, errDamage):
		return Frame{}, r.skip(err, next)
	case err != nil:
		return Frame{}, fmt.Errorf("cannot read journal %s: %w", r.f.Name(), err)
	}
	at := r.off
	r.off += size
	if err := r.track(f, at); err != nil {
		return Frame{}, err
	}
	return f, nil
}

// track learns names, and refuses values whose name was lost.
func (r *Reader) track(f Frame, at int64) error {
	id := int64(f.Series)
	switch f.Kind {
	case Series:
		// Each id before this one took a frame, so id is in proportion to the
		// file, and so is the memory.
		if id == 0 || id > at/(wordSize+otherFixed) || (id < int64(len(r.known)) && r.known[id]) {
			return r.unnamed(at, "a scalar is named twice or out of turn")
		}
		for int64(len(r.known)) <= id {
			r.names, r.known = append(r.names, ""), append(r.known, false)
		}
		r.names[id], r.known[id] = string(f.Payload), true
	case Scalar, ScalarWide:
		if id >= int64(len(r.known)) || !r.known[id] {
			return r.unnamed(at, "the name of its scalar is lost")
		}
	}
	return nil
}

func (r *Reader) unnamed(at int64, reason string) error {
	return &CorruptError{Path: r.f.Name(), Offset: at, Next: r.off, Reason: reason}
}

// Scalars calls visit for each scalar up to the next frame of another kind,
// which it returns, or up to an error as that of Next.
func (r *Reader) Scalars(visit func(id uint32, step int64, t time.Duration, value float64)) (Frame, error) {
	for {
		r.bufferedScalars(visit)
		f, err := r.Next()
		if err != nil || (f.Kind != Scalar && f.Kind != ScalarWide) {
			return f, err
		}
		visit(f.Series, f.Step, f.Time, f.Value)
	}
}

// bufferedScalars visits the whole narrow scalars that are in the buffer.
// Whatever else comes is left to Next.
func (r *Reader) bufferedScalars(visit func(id uint32, step int64, t time.Duration, value float64)) {
	const size = wordSize + narrowFixed
	for {
		b := r.buffered(r.off, size)
		if b == nil {
			return
		}
		word := binary.LittleEndian.Uint64(b)
		id := uint32(word) >> 8
		if Kind(word) != Scalar || int(id) >= len(r.known) || !r.known[id] {
			return
		}
		copy(r.sums.fixed()[:narrowFixed], b[wordSize:])
		if r.sums.sum(r.off, uint32(word), narrowFixed, nil) != uint32(word>>32) {
			return
		}
		r.off += size
		value := math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
		step, ms := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:])
		visit(id, int64(step), time.Duration(ms)*time.Millisecond, value)
	}
}
