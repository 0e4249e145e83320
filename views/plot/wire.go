package plot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The written form of a line, little-endian:
//
//	u32 count    how many points
//	u32 flags    1: there are smoothed values; 2: a y or smoothed value is not finite
//	f64 x[count]
//	f64 y[count]
//	f64 smooth[count]   where flag 1 is set
//
// Everything begins at a multiple of 8 bytes, so that a browser reads a column
// in place: new Float64Array(buffer, offset+8, count). Lines may follow each
// other. A drawing library that knows only null as a gap has to look for values
// that are not finite where flag 2 says that there are some, and may use the
// columns as they are where it does not.
const (
	wireSmooth = 1 << iota
	wireGaps
)

const wireHead = 8

// ErrWire says that bytes are no line in the written form.
var ErrWire = errors.New("no line of points")

// AppendWire appends a line to buf in its written form. x and y have the same
// length, and smooth has it too or is nil: there is none.
func AppendWire(buf []byte, x, y, smooth []float64) []byte {
	flags := uint32(0)
	if smooth != nil {
		flags |= wireSmooth
	}
	if gaps(y) || gaps(smooth) {
		flags |= wireGaps
	}
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(x)))
	buf = binary.LittleEndian.AppendUint32(buf, flags)
	buf = appendColumnBytes(buf, x)
	buf = appendColumnBytes(buf, y[:len(x)])
	if smooth != nil {
		buf = appendColumnBytes(buf, smooth[:len(x)])
	}
	return buf
}

// Wire is a line read from its written form.
type Wire struct {
	X, Y   []float64
	Smooth []float64 // nil: there is none
	Gaps   bool      // a value of Y or Smooth is not finite
}

// DecodeWire reads the line that buf begins with, and gives the bytes after it.
// The error is ErrWire where buf is no line, or a part of one.
func DecodeWire(buf []byte) (line Wire, rest []byte, err error) {
	if len(buf) < wireHead {
		return Wire{}, nil, fmt.Errorf("%w: %d bytes", ErrWire, len(buf))
	}
	count, flags := binary.LittleEndian.Uint32(buf), binary.LittleEndian.Uint32(buf[4:])
	if flags&^(wireSmooth|wireGaps) != 0 {
		return Wire{}, nil, fmt.Errorf("%w: flags %#x", ErrWire, flags)
	}
	columns := uint64(2)
	if flags&wireSmooth != 0 {
		columns = 3
	}
	rest = buf[wireHead:]
	if need := columns * 8 * uint64(count); uint64(len(rest)) < need {
		return Wire{}, nil, fmt.Errorf("%w: %d points in %d bytes", ErrWire, count, len(buf))
	}
	line.Gaps = flags&wireGaps != 0
	line.X, rest = columnOf(rest, int(count))
	line.Y, rest = columnOf(rest, int(count))
	if columns == 3 {
		line.Smooth, rest = columnOf(rest, int(count))
	}
	return line, rest, nil
}

func appendColumnBytes(buf []byte, values []float64) []byte {
	for _, value := range values {
		buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(value))
	}
	return buf
}

func columnOf(buf []byte, count int) (values []float64, rest []byte) {
	values = make([]float64, count)
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(buf[8*i:]))
	}
	return values, buf[8*count:]
}

func gaps(values []float64) bool {
	for _, value := range values {
		if !finite(value) {
			return true
		}
	}
	return false
}
