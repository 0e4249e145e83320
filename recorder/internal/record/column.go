package record

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// Column is a piece of a scalar's points, in the order they were logged.
type Column struct {
	Name   string
	Steps  []int64
	Times  []time.Duration // since the run's start, whole milliseconds
	Values []float64
}

// The two ways the values of a column are laid out.
const (
	encRaw      = "raw"  // float64, little-endian, one after the other
	encShuffled = "shuf" // the first bytes of all values, then the second ones, …
)

// maxMilliseconds is what a time.Duration can hold, 292 years.
const maxMilliseconds = int64(math.MaxInt64 / time.Millisecond)

// packed is a column in its written form.
type packed struct {
	name                 []byte
	n                    int
	steps, times, values []byte
	enc                  []byte
	unknown              string
}

func packedFields(c *coder, p *packed) {
	c.textBytes("name", &p.name)
	c.int("n", &p.n)
	c.bytes("steps", &p.steps)
	c.bytes("times", &p.times)
	c.bytes("values", &p.values)
	c.textBytes("enc", &p.enc)
	c.unknown(&p.unknown)
}

// unpack decodes a column. Its points take 24 bytes each where they took 10 at
// least in data, so that memory stays in proportion.
func (p *packed) unpack() (Column, error) {
	n := p.n
	if n < 0 || n > len(p.steps) || n > len(p.times) || n > len(p.values)/8 || len(p.values) != 8*n {
		return Column{}, corrupt("the column %.300q claims %d points and does not hold them", p.name, n)
	}
	col := Column{Name: string(p.name), Steps: make([]int64, n), Times: make([]time.Duration, n), Values: make([]float64, n)}
	if !unpackSteps(col.Steps, p.steps) || !unpackTimes(col.Times, p.times) {
		return Column{}, corrupt("the steps or times of column %.300q cannot be read", p.name)
	}
	switch string(p.enc) {
	case encRaw:
		unpackRaw(col.Values, p.values)
	case encShuffled:
		unshuffle(col.Values, p.values)
	default:
		return Column{}, corrupt("the column %.300q is laid out as %.40q, which no version writes", p.name, p.enc)
	}
	return col, nil
}

// unpackSteps fills steps: zigzag varints of the difference between one
// difference of steps and the next, beginning with step 0 and difference 0.
// The sums wrap around at 64 bits as they did when written.
func unpackSteps(steps []int64, data []byte) bool {
	var step, delta int64
	for i := range steps {
		z, n := uvarint(data)
		if n <= 0 {
			return false
		}
		data = data[n:]
		delta += unzigzag(z)
		step += delta
		steps[i] = step
	}
	return len(data) == 0
}

// unpackTimes fills times: zigzag varints of the difference of milliseconds.
func unpackTimes(times []time.Duration, data []byte) bool {
	var ms int64
	for i := range times {
		z, n := uvarint(data)
		if n <= 0 {
			return false
		}
		data = data[n:]
		ms += unzigzag(z)
		if ms > maxMilliseconds || ms < -maxMilliseconds {
			return false
		}
		times[i] = time.Duration(ms) * time.Millisecond
	}
	return len(data) == 0
}

// uvarint is binary.Uvarint with the common case of one byte in front.
func uvarint(data []byte) (uint64, int) {
	if len(data) > 0 && data[0] < 0x80 {
		return uint64(data[0]), 1
	}
	return binary.Uvarint(data)
}

// appendUvarint is binary.AppendUvarint with the same case in front.
func appendUvarint(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	return binary.AppendUvarint(b, v)
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(z uint64) int64 { return int64(z>>1) ^ -int64(z&1) }

// shuffle writes the float64s in raw to dst byte by byte: all first bytes,
// then all second ones and so on. Equal exponents meet and compress well.
func shuffle(dst, raw []byte) {
	n := len(raw) / 8
	for i := range n {
		v := binary.LittleEndian.Uint64(raw[8*i:])
		dst[i] = byte(v)
		dst[n+i] = byte(v >> 8)
		dst[2*n+i] = byte(v >> 16)
		dst[3*n+i] = byte(v >> 24)
		dst[4*n+i] = byte(v >> 32)
		dst[5*n+i] = byte(v >> 40)
		dst[6*n+i] = byte(v >> 48)
		dst[7*n+i] = byte(v >> 56)
	}
}

func unpackRaw(values []float64, data []byte) {
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
}

func unshuffle(values []float64, data []byte) {
	n := len(values)
	for i := range values {
		values[i] = math.Float64frombits(uint64(data[i]) | uint64(data[n+i])<<8 |
			uint64(data[2*n+i])<<16 | uint64(data[3*n+i])<<24 |
			uint64(data[4*n+i])<<32 | uint64(data[5*n+i])<<40 |
			uint64(data[6*n+i])<<48 | uint64(data[7*n+i])<<56)
	}
}

// chunkFile is scalars/NNNN.msgpack: its columns are written as they are, and
// read one by one by take.
type chunkFile struct {
	Format  int
	columns []*packed
	take    func(*packed) error
}

func chunkFields(c *coder, f *chunkFile) {
	c.format(&f.Format)
	if !c.writing {
		each(c, "series", packedFields, f.take)
		return
	}
	c.key("series")
	c.buf = appendArrayHead(c.buf, len(f.columns))
	for _, p := range f.columns {
		writeMap(c, p, packedFields)
	}
}

// DecodeChunk decodes scalars/NNNN.msgpack: the columns called name, or all
// when name is empty. Those of other scalars are passed over without being
// looked at. A scalar's pieces are to be joined in the order of the chunks.
func DecodeChunk(data []byte, name string) ([]Column, error) {
	var columns []Column
	f := &chunkFile{take: func(p *packed) error {
		if name != "" && string(p.name) != name {
			return nil
		}
		col, err := p.unpack()
		if err == nil {
			columns = append(columns, col)
		}
		return err
	}}
	newer, err := readVersioned(data, &f.Format, f, chunkFields)
	if err == nil && newer {
		err = ErrNewer
	}
	if err != nil {
		return columns, fmt.Errorf("points of scalars: %w", err)
	}
	return columns, nil
}
