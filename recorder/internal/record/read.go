package record

import (
	"encoding/binary"
	"math"
)

// maxDepth bounds how deep values may nest.
const maxDepth = 64

// kind is what a msgpack value is.
type kind uint8

const (
	kindNil kind = iota
	kindBool
	kindInt  // negative, head.bits is an int64
	kindUint // not negative, head.bits is the value
	kindFloat32
	kindFloat
	kindString
	kindBin
	kindArray
	kindMap
	kindExt
)

// head is the beginning of a value: all of it for a number, the length of
// what follows for the others.
type head struct {
	kind kind
	n    int    // bytes of a string, bin or ext; entries of an array or map
	bits uint64 // of a number or bool
}

// reader reads msgpack from a slice. It allocates nothing itself and never
// believes a length that the rest of the data cannot hold.
type reader struct {
	data []byte
	pos  int
}

func (r *reader) left() int { return len(r.data) - r.pos }

// head reads the next value's head and leaves pos at its content.
func (r *reader) head() (head, error) {
	if r.left() == 0 {
		return head{}, corrupt("it ends in the middle of a value")
	}
	code := r.data[r.pos]
	r.pos++
	switch {
	case code < 0x80:
		return head{kind: kindUint, bits: uint64(code)}, nil
	case code < 0x90:
		return r.counted(kindMap, uint64(code&15))
	case code < 0xa0:
		return r.counted(kindArray, uint64(code&15))
	case code < 0xc0:
		return r.counted(kindString, uint64(code&31))
	case code >= 0xe0:
		return head{kind: kindInt, bits: uint64(int64(int8(code)))}, nil
	}
	return r.wide(code)
}

// wide reads what is not in one byte: codes c0 to df.
func (r *reader) wide(code byte) (head, error) {
	switch code {
	case 0xc0:
		return head{kind: kindNil}, nil
	case 0xc1:
		return head{}, corrupt("byte c1 begins no value")
	case 0xc2, 0xc3:
		return head{kind: kindBool, bits: uint64(code & 1)}, nil
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return r.extended(1 << (code - 0xd4))
	}
	form := wideForms[code-0xc4]
	if r.left() < int(form.size) {
		return head{}, corrupt("it ends in the middle of a value")
	}
	v := bigEndian(r.data[r.pos : r.pos+int(form.size)])
	r.pos += int(form.size)
	switch form.kind {
	case kindString, kindBin, kindArray, kindMap:
		return r.counted(form.kind, v)
	case kindExt:
		return r.extended(v)
	case kindInt:
		return signed(v, form.size), nil
	}
	return head{kind: form.kind, bits: v}, nil
}

// wideForms says what the codes from c4 on are and how many bytes of number
// follow them.
var wideForms = [...]struct {
	kind kind
	size uint8
}{
	{kindBin, 1}, {kindBin, 2}, {kindBin, 4}, // c4 c5 c6
	{kindExt, 1}, {kindExt, 2}, {kindExt, 4}, // c7 c8 c9
	{kindFloat32, 4}, {kindFloat, 8}, // ca cb
	{kindUint, 1}, {kindUint, 2}, {kindUint, 4}, {kindUint, 8}, // cc to cf
	{kindInt, 1}, {kindInt, 2}, {kindInt, 4}, {kindInt, 8}, // d0 to d3
	{}, {}, {}, {}, {}, // d4 to d8 are read before
	{kindString, 1}, {kindString, 2}, {kindString, 4}, // d9 da db
	{kindArray, 2}, {kindArray, 4}, // dc dd
	{kindMap, 2}, {kindMap, 4}, // de df
}

func bigEndian(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	}
	return binary.BigEndian.Uint64(b)
}

// signed is a signed number of size bytes; one that is not negative counts as
// an unsigned one, so that a value has one form only.
func signed(v uint64, size uint8) head {
	shift := 64 - 8*uint(size)
	n := int64(v<<shift) >> shift
	if n >= 0 {
		return head{kind: kindUint, bits: uint64(n)}
	}
	return head{kind: kindInt, bits: uint64(n)}
}

// counted checks a length against what is left: an entry of an array takes a
// byte at least, one of a map two.
func (r *reader) counted(k kind, n uint64) (head, error) {
	need := n
	if k == kindMap {
		need = 2 * n
	}
	if need > uint64(r.left()) {
		return head{}, tooLarge("a value claims %d entries or bytes, %d bytes are left", n, r.left())
	}
	return head{kind: k, n: int(n)}, nil
}

// extended reads the type byte of an ext value of n bytes; the type itself
// does not matter, since no version writes one.
func (r *reader) extended(n uint64) (head, error) {
	if n+1 > uint64(r.left()) {
		return head{}, tooLarge("a value claims %d bytes, %d are left", n, r.left())
	}
	r.pos++
	return head{kind: kindExt, n: int(n)}, nil
}

// bytes takes the n bytes of a string, bin or ext whose head was just read.
func (r *reader) bytes(n int) []byte {
	b := r.data[r.pos : r.pos+n]
	r.pos += n
	return b
}

// skip passes over one value, nested at most depth deep.
func (r *reader) skip(depth int) error {
	h, err := r.head()
	if err != nil {
		return err
	}
	switch h.kind {
	case kindString, kindBin, kindExt:
		r.pos += h.n
		return nil
	case kindArray, kindMap:
		return r.skipEntries(h, depth)
	}
	return nil
}

func (r *reader) skipEntries(h head, depth int) error {
	if depth == 0 {
		return tooLarge("values nest more than %d deep", maxDepth)
	}
	n := h.n
	if h.kind == kindMap {
		n *= 2
	}
	for range n {
		if err := r.skip(depth - 1); err != nil {
			return err
		}
	}
	return nil
}

// end says whether all of the data was read.
func (r *reader) end() error {
	if r.left() != 0 {
		return corrupt("%d bytes follow its end", r.left())
	}
	return nil
}

// int64 reads an integer that fits.
func (r *reader) int64() (int64, error) {
	h, err := r.head()
	if err != nil {
		return 0, err
	}
	switch {
	case h.kind == kindInt, h.kind == kindUint && h.bits <= math.MaxInt64:
		return int64(h.bits), nil
	case h.kind == kindUint:
		return 0, corrupt("the number %d is too large", h.bits)
	}
	return 0, corrupt("not an integer")
}

// float64 reads a number of any kind as a float.
func (r *reader) float64() (float64, error) {
	h, err := r.head()
	if err != nil {
		return 0, err
	}
	switch h.kind {
	case kindFloat:
		return math.Float64frombits(h.bits), nil
	case kindFloat32:
		return float64(math.Float32frombits(uint32(h.bits))), nil
	case kindUint:
		return float64(h.bits), nil
	case kindInt:
		return float64(int64(h.bits)), nil
	}
	return 0, corrupt("not a number")
}

// text reads a string, or the bin that stands for one that is not UTF-8. The
// result is a part of the input.
func (r *reader) text() ([]byte, error) {
	h, err := r.head()
	if err != nil {
		return nil, err
	}
	if h.kind != kindString && h.kind != kindBin {
		return nil, corrupt("not text")
	}
	return r.bytes(h.n), nil
}

// bin reads bytes. The result is a part of the input.
func (r *reader) bin() ([]byte, error) {
	h, err := r.head()
	if err != nil {
		return nil, err
	}
	if h.kind != kindBin {
		return nil, corrupt("not bytes")
	}
	return r.bytes(h.n), nil
}

// list reads the head of an array.
func (r *reader) list() (int, error) {
	n, err := r.entries(kindArray, "a list")
	if n > maxEntries {
		return 0, tooLarge("a list has %d entries, at most %d are allowed", n, maxEntries)
	}
	return n, err
}

// mapping reads the head of a map.
func (r *reader) mapping() (int, error) { return r.entries(kindMap, "a map") }

func (r *reader) entries(k kind, what string) (int, error) {
	h, err := r.head()
	if err != nil {
		return 0, err
	}
	if h.kind != k {
		return 0, corrupt("not %s", what)
	}
	return h.n, nil
}
