package jsonl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
)

const (
	// MaxLine is the length of the longest line that is read, in bytes.
	MaxLine = 16 << 20
	// maxHeader is that of the first line.
	maxHeader = 64 << 10
	// firstRead is how much is read at first, readSize while reading on.
	firstRead = 4 << 10
	readSize  = 256 << 10
)

// Reader reads a journal of JSON Lines from its beginning, also while it
// grows. It is for one goroutine.
type Reader struct {
	f      *os.File
	header journal.Header
	buf    []byte // bytes of the file from bufOff on
	bufOff int64
	ahead  int
	off    int64 // where the line begins whose frames come next
	line   int   // its number, from 1
	long   int64 // of a line that is too long: so far no end was found

	frames []journal.Frame // of the line at off
	given  int             // how many of them were handed over
	next   int64           // where the line after it begins
	decode decoder
}

// Open opens a journal. The errors are those of [journal.Open].
func Open(path string, refine Refine) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open a journal: %w", err)
	}
	r := &Reader{f: f, ahead: firstRead, line: 1, decode: decoder{refine: refine}}
	if err := r.readHeader(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot read journal %s: %w", path, err), f.Close())
	}
	return r, nil
}

func (r *Reader) readHeader() error {
	line, err := r.lineAt(0, maxHeader)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w inside its first line", journal.ErrTorn)
	case errors.Is(err, errLong):
		return fmt.Errorf("%w: its first line has no end", journal.ErrNotJournal)
	case err != nil:
		return err
	}
	if r.header, err = decodeHeader(line); err != nil {
		return err
	}
	r.off, r.line, r.decode.start = int64(len(line))+1, 2, r.header.Start
	return nil
}

// Header is the journal's first line.
func (r *Reader) Header() journal.Header { return r.header }

// Offset is where the next line begins whose frames were not all given.
func (r *Reader) Offset() int64 { return r.off }

// Close closes the file.
func (r *Reader) Close() error { return r.f.Close() }

// Name is the name of a scalar that had a value.
func (r *Reader) Name(id uint32) (string, bool) {
	if id == 0 || id > r.Named() {
		return "", false
	}
	return r.decode.names[id-1], true
}

// Named is the greatest id of a scalar so far.
func (r *Reader) Named() uint32 { return uint32(len(r.decode.names)) }

// Next gives the next frame. io.EOF means that there is no further whole line
// now. A CorruptError says which line cannot be read; those behind it follow.
func (r *Reader) Next() (journal.Frame, error) {
	for r.given == len(r.frames) {
		if err := r.read(); err != nil {
			return journal.Frame{}, err
		}
	}
	frame := r.frames[r.given]
	if r.given++; r.given == len(r.frames) {
		r.off = r.next
		r.line++
	}
	return frame, nil
}

// read decodes the next line.
func (r *Reader) read() error {
	line, err := r.lineAt(r.off, MaxLine)
	if errors.Is(err, errLong) {
		return r.skipLong()
	}
	if err != nil {
		return err
	}
	r.next = r.off + int64(len(line)) + 1
	r.frames, r.given = r.frames[:0], 0
	if line = bytes.TrimSpace(line); len(line) > 0 {
		r.frames, err = r.decode.line(line, r.frames)
	}
	if err != nil {
		r.frames = r.frames[:0]
		return r.skip(err.Error())
	}
	if len(r.frames) == 0 {
		r.off = r.next
		r.line++
	}
	return nil
}

// skip passes over the line at off, which cannot be read.
func (r *Reader) skip(reason string) error {
	e := &journal.CorruptError{
		Path: filepath.Base(r.f.Name()), Offset: r.off, Next: r.next,
		Reason: fmt.Sprintf("line %d: %s", r.line, reason),
	}
	r.off = r.next
	r.line++
	return e
}

// Scalars calls visit for each scalar up to the next frame of another kind.
func (r *Reader) Scalars(visit func(id uint32, step int64, t time.Duration, value float64)) (journal.Frame, error) {
	for {
		f, err := r.Next()
		if err != nil || f.Kind != journal.Scalar {
			return f, err
		}
		visit(f.Series, f.Step, f.Time, f.Value)
	}
}

// errLong means that a line is longer than what is read.
var errLong = errors.New("it is too long")

// lineAt gives the line that begins at off, without its end, which must be
// there: io.EOF where it is not.
func (r *Reader) lineAt(off int64, limit int) ([]byte, error) {
	looked := 0
	for {
		if off < r.bufOff || off > r.bufOff+int64(len(r.buf)) {
			r.buf, r.bufOff, looked = r.buf[:0], off, 0
		}
		rest := r.buf[off-r.bufOff:]
		if n := bytes.IndexByte(rest[looked:], '\n'); n >= 0 {
			if looked+n > limit {
				return nil, errLong
			}
			return rest[:looked+n], nil
		}
		if looked = len(rest); looked > limit {
			return nil, errLong
		}
		if err := r.more(off); err != nil {
			return nil, err
		}
	}
}

// more reads on behind what is in the buffer, and drops what is before off.
func (r *Reader) more(off int64) error {
	kept := copy(r.buf, r.buf[off-r.bufOff:])
	r.buf, r.bufOff = r.buf[:kept], off
	ahead := max(r.ahead, kept) // a long line is read in few steps
	if cap(r.buf) < kept+ahead {
		r.buf = append(make([]byte, 0, kept+ahead), r.buf...)
	}
	n, err := r.f.ReadAt(r.buf[kept:kept+ahead], off+int64(kept))
	r.buf = r.buf[:kept+n]
	switch {
	case n > 0:
		r.ahead = min(r.ahead*4, readSize)
		return nil
	case err == nil || errors.Is(err, io.EOF):
		r.ahead = firstRead
		return io.EOF
	}
	return fmt.Errorf("cannot read journal %s: %w", r.f.Name(), err)
}

// skipLong passes over a line that is too long, once its end is there.
func (r *Reader) skipLong() error {
	r.buf = nil
	at := r.off + max(r.long, MaxLine)
	chunk := make([]byte, readSize)
	for {
		n, err := r.f.ReadAt(chunk, at)
		if end := bytes.IndexByte(chunk[:n], '\n'); end >= 0 {
			r.next, r.long = at+int64(end)+1, 0
			return r.skip(fmt.Sprintf("it is longer than %d bytes", MaxLine))
		}
		at += int64(n)
		r.long = at - r.off
		if err != nil {
			if errors.Is(err, io.EOF) {
				return io.EOF
			}
			return fmt.Errorf("cannot read journal %s: %w", r.f.Name(), err)
		}
	}
}
