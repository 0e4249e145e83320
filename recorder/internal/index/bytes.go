package index

import (
	"encoding/binary"
	"math"
)

func appendUint64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }
func uint64At(b []byte) uint64               { return binary.LittleEndian.Uint64(b) }
func appendUint32(b []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(b, v) }
func uint32At(b []byte) uint32               { return binary.LittleEndian.Uint32(b) }

// decoder reads from a slice. The first thing that is not there is an error,
// which stays; all that is read after it is zero.
type decoder struct {
	data []byte
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = errMade(format, args...)
	}
	d.data = nil
}

func (d *decoder) uvarint() uint64 {
	// Most are of one byte.
	if len(d.data) > 0 && d.data[0] < 0x80 {
		v := uint64(d.data[0])
		d.data = d.data[1:]
		return v
	}
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.fail("a number is cut")
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) varint() int64 {
	v := d.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// count reads how many bytes, or things of a byte at least, follow.
func (d *decoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.data)) {
		d.fail("%d things are claimed in %d bytes", n, len(d.data))
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.data) {
		d.fail("%d bytes are claimed and %d are there", n, len(d.data))
		return nil
	}
	b := d.data[:n:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) float() float64 {
	b := d.bytes(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(uint64At(b))
}

// end is the error of the decoder, also where something is left.
func (d *decoder) end() error {
	if len(d.data) > 0 {
		d.fail("%d bytes are left over", len(d.data))
	}
	return d.err
}

// packList is a list of texts as one text.
func packList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	var b []byte
	for _, s := range list {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return string(b)
}

func unpackList(packed string) ([]string, error) {
	if packed == "" {
		return nil, nil
	}
	d := decoder{data: []byte(packed)}
	var list []string
	for len(d.data) > 0 {
		list = append(list, string(d.bytes(d.count())))
	}
	return list, d.end()
}
