package record

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Mark says that output of a stream up to Offset had been written by Time.
type Mark struct {
	Time   time.Duration // since the run's start, whole milliseconds
	Stream uint8         // 1 stdout, 2 stderr
	Offset int64         // bytes of the stream
}

// marksFile is output/marks.msgpack: columns like those of scalars.
type marksFile struct {
	Format                  int
	n                       int
	times, streams, offsets []byte
	unknown                 map[string][]byte
}

func marksFields(c *coder, f *marksFile) {
	c.format(&f.Format)
	c.int("n", &f.n)
	c.bytes("times", &f.times)
	c.bytes("streams", &f.streams)
	c.bytes("offsets", &f.offsets)
	c.unknownMap(&f.unknown)
}

// EncodeMarks gives the bytes of output/marks.msgpack: the marks in their
// order, times and each stream's offsets as zigzag varints of differences.
func EncodeMarks(marks []Mark) []byte {
	f := &marksFile{Format: Format, n: len(marks)}
	var ms int64
	var offsets [256]int64
	for _, m := range marks {
		at := int64(m.Time / time.Millisecond)
		f.times = binary.AppendUvarint(f.times, zigzag(at-ms))
		f.streams = append(f.streams, m.Stream)
		f.offsets = binary.AppendUvarint(f.offsets, zigzag(m.Offset-offsets[m.Stream]))
		ms, offsets[m.Stream] = at, m.Offset
	}
	return writeStruct(f, marksFields)
}

// DecodeMarks reads output/marks.msgpack. Of a later major version it gives
// nothing but [ErrNewer].
func DecodeMarks(data []byte) ([]Mark, error) {
	f := &marksFile{}
	newer, err := readVersioned(data, &f.Format, f, marksFields)
	var marks []Mark
	switch {
	case newer && err == nil:
		err = ErrNewer
	case err == nil:
		marks, err = f.marks()
	}
	if err != nil {
		return nil, fmt.Errorf("output/marks.msgpack: %w", err)
	}
	return marks, nil
}

func (f *marksFile) marks() ([]Mark, error) {
	if f.n < 0 || f.n != len(f.streams) || f.n > len(f.times) || f.n > len(f.offsets) {
		return nil, corrupt("it claims %d marks and does not hold them", f.n)
	}
	if f.n == 0 {
		return nil, nil
	}
	marks := make([]Mark, f.n)
	times, offsets := make([]time.Duration, f.n), f.offsets
	if !unpackTimes(times, f.times) {
		return nil, corrupt("the times cannot be read")
	}
	var last [256]int64
	for i := range marks {
		z, n := uvarint(offsets)
		if n <= 0 {
			return nil, corrupt("the offsets cannot be read")
		}
		offsets = offsets[n:]
		stream := f.streams[i]
		last[stream] += unzigzag(z)
		marks[i] = Mark{Time: times[i], Stream: stream, Offset: last[stream]}
	}
	if len(offsets) != 0 {
		return nil, corrupt("bytes follow the offsets")
	}
	return marks, nil
}
