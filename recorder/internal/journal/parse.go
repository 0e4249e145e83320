package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// What parse says besides errors of reading.
var (
	errEnd    = errors.New("end of data")
	errDamage = errors.New("damaged")
	errShort  = fmt.Errorf("%w: the file ends inside a frame", errDamage)
)

// parse reads the frame at r.off. What looks wrong or like the end is read
// once more from the file, as a frame may have appeared meanwhile.
func (r *Reader) parse(off int64) (Frame, int64, error) {
	f, size, err := r.decode(off)
	if err == nil {
		return f, size, nil
	}
	r.ahead = lookSize
	if err := r.fill(off, lookSize); err != nil {
		return Frame{}, 0, err
	}
	return r.decode(off)
}

// decode reads the frame at off from the buffer, filling it where needed.
func (r *Reader) decode(off int64) (Frame, int64, error) {
	b, err := r.bytes(off, wordSize)
	if err != nil {
		return Frame{}, 0, err
	}
	if len(b) < wordSize {
		if len(b) > 0 {
			return Frame{}, 0, errShort
		}
		return Frame{}, 0, errEnd
	}
	word := binary.LittleEndian.Uint64(b)
	if word == 0 {
		return Frame{}, 0, errEnd
	}
	kind, fixed := Kind(word), fixedSize(Kind(word))
	if kind == 0 {
		return Frame{}, 0, fmt.Errorf("%w: no kind of frame", errDamage)
	}
	if b, err = r.bytes(off, wordSize+fixed); err != nil {
		return Frame{}, 0, err
	}
	if len(b) < wordSize+fixed {
		return Frame{}, 0, errShort
	}
	f := Frame{Kind: kind, Series: uint32(word) >> 8}
	length := 0
	if kind == Scalar || kind == ScalarWide {
		f.scalar(b[wordSize:])
	} else if length, err = f.other(b[wordSize:]); err != nil {
		return Frame{}, 0, err
	}
	copy(r.sums.fixed()[:], b[wordSize:wordSize+fixed])
	if length > 0 {
		if b, err = r.payload(off+int64(wordSize+fixed), length); err != nil {
			return Frame{}, 0, err
		}
		f.Payload = b
	}
	if r.sums.sum(off, uint32(word), fixed, f.Payload) != uint32(word>>32) {
		return Frame{}, frameSize(fixed, length), fmt.Errorf("%w: wrong checksum", errDamage)
	}
	return f, frameSize(fixed, length), nil
}

// scalar reads the fixed part of a scalar.
func (f *Frame) scalar(b []byte) {
	f.Value = math.Float64frombits(binary.LittleEndian.Uint64(b))
	if f.Kind == Scalar {
		f.Step = int64(binary.LittleEndian.Uint32(b[8:]))
		f.Time = time.Duration(binary.LittleEndian.Uint32(b[12:])) * time.Millisecond
		return
	}
	f.Step = int64(binary.LittleEndian.Uint64(b[8:]))
	f.Time = time.Duration(binary.LittleEndian.Uint64(b[16:]))
}

// other reads the fixed part of any other frame and gives its payload's length.
func (f *Frame) other(b []byte) (int, error) {
	f.Time = time.Duration(binary.LittleEndian.Uint64(b))
	length := binary.LittleEndian.Uint32(b[8:])
	if length > MaxPayload || binary.LittleEndian.Uint32(b[12:]) != 0 {
		return 0, fmt.Errorf("%w: impossible length", errDamage)
	}
	return int(length), nil
}

// payload gives length bytes from off on, which must be there with their
// padding: memory is taken only for what the file has.
func (r *Reader) payload(off int64, length int) ([]byte, error) {
	padded := (length + 7) &^ 7
	if r.buffered(off, padded) == nil {
		info, err := r.f.Stat()
		if err != nil {
			return nil, err
		}
		if info.Size() < off+int64(padded) {
			return nil, errShort
		}
	}
	b, err := r.bytes(off, padded)
	if err != nil {
		return nil, err
	}
	if len(b) < padded {
		return nil, errShort
	}
	return b[:length], nil
}

func (r *Reader) buffered(off int64, n int) []byte {
	i := off - r.bufOff
	if i < 0 || i+int64(n) > int64(len(r.buf)) {
		return nil
	}
	return r.buf[i : i+int64(n)]
}

// bytes gives n bytes from off on, fewer at the end of the file.
func (r *Reader) bytes(off int64, n int) ([]byte, error) {
	if b := r.buffered(off, n); b != nil {
		return b, nil
	}
	if err := r.fill(off, max(n, r.ahead)); err != nil {
		return nil, err
	}
	r.ahead = min(r.ahead*4, readSize)
	return r.buf[:min(n, len(r.buf))], nil
}

// fill makes the buffer hold n bytes from off on, or up to the file's end.
func (r *Reader) fill(off int64, n int) error {
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	got, err := r.f.ReadAt(r.buf[:n], off)
	if err != nil && err != io.EOF {
		return err
	}
	r.buf, r.bufOff = r.buf[:got], off
	return nil
}
