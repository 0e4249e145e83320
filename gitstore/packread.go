package gitstore

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/klauspost/compress/zlib"
)

// Limits of packed objects.
const (
	maxDeltaChain = 4096      // git writes chains of at most 4095
	maxDeltaBase  = 512 << 20 // bytes: git makes no deltas of larger objects
	maxSideBase   = 64 << 20  // bytes of a delta's base, or 32 times what is made of it: git wants as much
	maxInflation  = 1040      // zlib's best ratio is below this
	readAhead     = 4 << 10   // a small object comes with one read
)

// errPacked is what every complaint about the bytes of a pack is.
func errPacked(place packPlace, what string) error {
	return fmt.Errorf("the pack %q is damaged at byte %d (%s): %w", place.pack.base+".pack", place.offset, what, ErrCorrupt)
}

// packedObject is the head of an object in a pack. Of a delta it knows the
// base, and size is the delta's own.
type packedObject struct {
	packPlace
	kind   plumbing.ObjectType
	size   int64 // inflated, bytes
	base   Hash  // of a delta by name
	back   int64 // of a delta by offset: where its base is
	length int   // of the head, bytes
}

// head reads the head of an object.
func (d *database) head(place packPlace) (packedObject, error) {
	f, done, err := d.file(place.pack)
	if err != nil {
		return packedObject{}, err
	}
	defer done()
	var buffer [40]byte
	n, err := f.ReadAt(buffer[:], place.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return packedObject{}, err
	}
	return parsePacked(place, buffer[:n])
}

func parsePacked(place packPlace, data []byte) (packedObject, error) {
	o := packedObject{packPlace: place}
	if len(data) == 0 {
		return o, errPacked(place, "end of file")
	}
	c := data[0]
	o.kind, o.size = plumbing.ObjectType(c>>4&7), int64(c&0x0f)
	i := 1
	for shift := 4; c&0x80 != 0; shift += 7 {
		if i == len(data) || shift > 56 {
			return o, errPacked(place, "size")
		}
		c = data[i]
		i++
		o.size |= int64(c&0x7f) << shift
	}
	switch o.kind {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.REFDeltaObject:
		if len(data) < i+hashSize {
			return o, errPacked(place, "base")
		}
		i += copy(o.base[:], data[i:])
	case plumbing.OFSDeltaObject:
		back, n := parseBack(data[i:])
		if o.back = place.offset - back; n == 0 || back <= 0 || o.back <= 0 {
			return o, errPacked(place, "base")
		}
		i += n
	default:
		return o, errPacked(place, "type")
	}
	o.length = i
	if rest := place.pack.packed - place.offset; o.size < 0 || o.size/maxInflation > rest {
		return o, errPacked(place, "more bytes than the pack can hold")
	}
	return o, nil
}

// parseBack reads how far back the base of a delta begins.
func parseBack(data []byte) (back int64, n int) {
	for n < len(data) && n < 9 {
		c := data[n]
		back = back<<7 | int64(c&0x7f)
		n++
		if c&0x80 == 0 {
			return back, n
		}
		back++
	}
	return 0, 0
}

// inflater inflates from a reader; it is used again and again.
type inflater struct {
	buffer *bufio.Reader
	zlib   io.ReadCloser
}

func (d *database) inflater(from io.Reader) (*inflater, error) {
	z, _ := d.inflaters.Get().(*inflater)
	if z == nil {
		z = &inflater{buffer: bufio.NewReaderSize(from, readAhead)}
	}
	z.buffer.Reset(from)
	var err error
	if reset, ok := z.zlib.(zlib.Resetter); ok {
		err = reset.Reset(z.buffer, nil)
	} else {
		z.zlib, err = zlib.NewReader(z.buffer)
	}
	return z, err
}

// inflate reads what follows the head of an object, or only its beginning.
func (d *database) inflate(o packedObject, size int64) ([]byte, error) {
	f, done, err := d.file(o.pack)
	if err != nil {
		return nil, err
	}
	defer done()
	start := o.offset + int64(o.length)
	z, err := d.inflater(io.NewSectionReader(f, start, o.pack.packed-start))
	if err != nil {
		return nil, packReadError(o, err)
	}
	defer d.inflaters.Put(z)
	data := make([]byte, size)
	if _, err := io.ReadFull(z.zlib, data); err != nil {
		return nil, packReadError(o, err)
	}
	if size < o.size {
		return data, nil
	}
	var more [1]byte
	if n, err := z.zlib.Read(more[:]); n > 0 || !errors.Is(err, io.EOF) {
		return nil, packReadError(o, errors.New("more bytes than announced"))
	}
	return data, nil
}

func packReadError(o packedObject, err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return err
	}
	return errPacked(o.packPlace, err.Error())
}

// chain follows deltas down to an object that is none. The first of the chain
// is the object itself.
func (d *database) chain(place packPlace) ([]packedObject, error) {
	var chain []packedObject
	for len(chain) < maxDeltaChain {
		o, err := d.head(place)
		if err != nil {
			return nil, err
		}
		chain = append(chain, o)
		switch o.kind {
		case plumbing.OFSDeltaObject:
			place.offset = o.back
		case plumbing.REFDeltaObject:
			if place, err = d.base(o); err != nil {
				return nil, err
			}
		default:
			return chain, nil
		}
	}
	return nil, errPacked(place, "deltas without end")
}

func (d *database) base(o packedObject) (packPlace, error) {
	if offset, ok := o.pack.find(o.base); ok {
		return packPlace{o.pack, offset}, nil
	}
	if place, _, ok := d.find(o.base); ok {
		return place, nil
	}
	return packPlace{}, errPacked(o.packPlace, "the base of a delta is not there")
}

// packedStat is the type and the size of an object, without inflating it.
func (d *database) packedStat(place packPlace) (plumbing.ObjectType, int64, error) {
	chain, err := d.chain(place)
	if err != nil {
		return 0, 0, err
	}
	size, err := d.size(chain)
	return chain[len(chain)-1].kind, size, err
}

// size is the size of the first object of a chain; a delta begins with it.
func (d *database) size(chain []packedObject) (int64, error) {
	top := chain[0]
	if len(chain) == 1 {
		return top.size, nil
	}
	start, err := d.inflate(top, min(top.size, 2*10))
	if err != nil {
		return 0, err
	}
	_, size, _, err := deltaSizes(start)
	if err != nil {
		return 0, errPacked(top.packPlace, err.Error())
	}
	return size, nil
}

// packedRead reads an object of at most limit bytes.
func (d *database) packedRead(place packPlace, limit int64) (plumbing.ObjectType, []byte, error) {
	chain, err := d.chain(place)
	if err != nil {
		return 0, nil, err
	}
	kind := chain[len(chain)-1].kind
	size, err := d.size(chain)
	if err != nil || size > limit {
		return kind, nil, tooLarge(size, limit, err)
	}
	if len(chain) == 1 {
		data, err := d.inflate(chain[0], chain[0].size)
		return kind, data, err
	}
	most := min(maxDeltaBase, max(maxSideBase, 32*size))
	data, from, err := d.bottom(chain, most)
	for i := from - 1; i >= 0 && err == nil; i-- {
		data, err = d.step(chain[i], data, most)
	}
	return kind, data, err
}

// bottom is the deepest object of a chain that must be read: its content, and
// its index in the chain.
func (d *database) bottom(chain []packedObject, most int64) ([]byte, int, error) {
	for i, o := range chain {
		if data, ok := d.bases.get(o.packPlace); ok {
			return data, i, nil
		}
	}
	last := len(chain) - 1
	if chain[last].size > most {
		return nil, 0, tooLarge(chain[last].size, most, nil)
	}
	data, err := d.inflate(chain[last], chain[last].size)
	if err == nil {
		d.bases.put(chain[last].packPlace, data)
	}
	return data, last, err
}

// step applies one delta, where what comes of it has at most so many bytes.
func (d *database) step(o packedObject, base []byte, most int64) ([]byte, error) {
	if o.size > most {
		return nil, tooLarge(o.size, most, nil)
	}
	delta, err := d.inflate(o, o.size)
	if err != nil {
		return nil, err
	}
	if _, size, _, err := deltaSizes(delta); err == nil && size > most {
		return nil, tooLarge(size, most, nil)
	}
	data, err := applyDelta(base, delta)
	if err != nil {
		return nil, errPacked(o.packPlace, err.Error())
	}
	d.bases.put(o.packPlace, data)
	return data, nil
}

func tooLarge(size, limit int64, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("it has %d bytes, more than %d: %w", size, limit, ErrTooLarge)
}

// packedOpen streams an object, its size with it. Deltas are small enough to
// be put together in memory.
func (d *database) packedOpen(place packPlace) (plumbing.ObjectType, int64, io.ReadCloser, error) {
	o, err := d.head(place)
	if err != nil {
		return 0, 0, nil, err
	}
	if o.kind == plumbing.OFSDeltaObject || o.kind == plumbing.REFDeltaObject {
		kind, data, err := d.packedRead(place, maxDeltaBase)
		return kind, int64(len(data)), io.NopCloser(bytes.NewReader(data)), err
	}
	f, err := os.Open(place.pack.base + ".pack")
	if err != nil {
		return 0, 0, nil, err
	}
	start := o.offset + int64(o.length)
	z, err := d.inflater(io.NewSectionReader(f, start, o.pack.packed-start))
	if err != nil {
		f.Close()
		return 0, 0, nil, packReadError(o, err)
	}
	return o.kind, o.size, &objectStream{Reader: z.zlib, left: o.size, file: f}, nil
}

// objectStream ends after the size that was announced, and with an error where
// the content does not.
type objectStream struct {
	io.Reader
	left int64
	file *os.File
}

func (s *objectStream) Read(p []byte) (int, error) {
	if s.left > 0 {
		n, err := s.Reader.Read(p[:min(int64(len(p)), s.left)])
		s.left -= int64(n)
		if errors.Is(err, io.EOF) && s.left > 0 {
			err = io.ErrUnexpectedEOF
		}
		if errors.Is(err, io.EOF) {
			err = nil // the next call tells whether it has really ended
		}
		return n, err
	}
	var more [1]byte
	n, err := s.Reader.Read(more[:])
	if n > 0 || err == nil {
		return 0, errors.New("more bytes than announced")
	}
	return 0, err
}

func (s *objectStream) Close() error { return s.file.Close() }
