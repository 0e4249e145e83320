package gitstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"time"
)

// Sizes of a pack's index, as git's gitformat-pack has them.
const (
	indexHeader  = 8
	indexFanout  = 256 * 4
	indexTrailer = 2 * 20
	hashSize     = 20
	smallPack    = 4096    // objects up to which all of a pack are kept in a map
	indexInside  = 4 << 20 // bytes up to which an index is kept in memory
)

// packIndex is one pack and the table of its objects.
type packIndex struct {
	base   string // path without ending
	data   io.ReaderAt
	size   int64
	count  int
	old    bool // version 1
	fanout [256]uint32
	packed int64    // bytes of the pack
	file   *os.File // of the pack, where it is kept open; guarded by the database
	table  *os.File // of an index that is not in memory
}

// runPack is how many objects the pack of a run has at most, as a rule.
const runPack = 512

// isSmallIndex reports whether an index is no larger than that of a run's pack,
// and when it was written.
func isSmallIndex(file string) (written time.Time, small bool) {
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}, false
	}
	return info.ModTime(), info.Size() <= 8+4*256+runPack*(hashSize+4+4)+2*hashSize
}

// openPackIndex reads what is needed to search an index.
func openPackIndex(base string) (*packIndex, error) {
	info, err := os.Stat(base + ".pack")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(base + ".idx")
	if err != nil {
		return nil, err
	}
	table, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	p := &packIndex{base: base, packed: info.Size(), size: table.Size(), data: f, table: f}
	if p.size <= indexInside {
		data := make([]byte, p.size)
		_, err = io.ReadFull(f, data)
		p.data, p.table = bytes.NewReader(data), nil
		f.Close()
	}
	if err == nil {
		err = p.readFanout()
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("read the index %q: %w", base+".idx", err)
	}
	return p, nil
}

var errIndex = fmt.Errorf("not the index of a pack: %w", ErrCorrupt)

// readFanout reads the head: how many objects begin with which byte at most.
func (p *packIndex) readFanout() error {
	head := make([]byte, indexHeader+indexFanout)
	n, err := p.data.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case n == len(head) && string(head[:8]) == "\xfftOc\x00\x00\x00\x02":
		head = head[indexHeader:]
	case n >= indexFanout && string(head[:4]) != "\xfftOc":
		p.old = true
	default:
		return errIndex
	}
	before := uint32(0)
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(head[4*i:])
		if p.fanout[i] < before {
			return errIndex
		}
		before = p.fanout[i]
	}
	p.count = int(before)
	if p.size < p.offsets()+int64(p.count)*4*b2i(!p.old)+indexTrailer {
		return errIndex
	}
	return nil
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (p *packIndex) isSmall() bool { return p.count <= smallPack }

// names is where the table of names begins and how far apart they are.
func (p *packIndex) names() (start, stride int64) {
	if p.old {
		return indexFanout + 4, 4 + hashSize
	}
	return indexHeader + indexFanout, hashSize
}

// offsets is where the table of offsets begins; in version 1 it is where the
// table of names ends.
func (p *packIndex) offsets() int64 {
	if p.old {
		return indexFanout + int64(p.count)*(4+hashSize)
	}
	return indexHeader + indexFanout + int64(p.count)*(hashSize+4)
}

// find searches the names that begin as h does. They are spread evenly, so in a
// large index a look at those around where h is to be expected is mostly enough.
func (p *packIndex) find(h Hash) (int64, bool) {
	low := 0
	if h[0] > 0 {
		low = int(p.fanout[h[0]-1])
	}
	n := int(p.fanout[h[0]]) - low
	if n <= 0 {
		return 0, false
	}
	from, to := expected(h, n)
	at, found, inside := p.search(h, low+from, to-from)
	if !inside && to-from < n {
		at, found, _ = p.search(h, low, n)
	}
	if !found {
		return 0, false
	}
	offset, err := p.offset(at)
	return offset, err == nil
}

// expected is where h almost surely is among n names with the same first byte:
// within four deviations of its place if all were spread evenly.
func expected(h Hash, n int) (from, to int) {
	const few = 256
	if n <= few {
		return 0, n
	}
	middle := int(uint64(binary.BigEndian.Uint32(h[1:])) * uint64(n) >> 32)
	around := few/8 + 2*int(math.Sqrt(float64(n)))
	return max(0, middle-around), min(n, middle+around)
}

// search finds h among n names from the one numbered low on: its number, or
// that of the first name after it. It is inside where names on both sides of it
// were seen.
func (p *packIndex) search(h Hash, low, n int) (at int, found, inside bool) {
	start, stride := p.names()
	table := make([]byte, int64(n)*stride)
	if _, err := p.data.ReadAt(table[:int64(n-1)*stride+hashSize], start+int64(low)*stride); err != nil {
		return 0, false, true
	}
	name := func(i int) []byte { return table[int64(i)*stride : int64(i)*stride+hashSize] }
	i := sort.Search(n, func(i int) bool { return bytes.Compare(name(i), h[:]) >= 0 })
	found = i < n && bytes.Equal(name(i), h[:])
	return low + i, found, found || i > 0 && i < n
}

// entry is the i-th name with its offset in the pack.
func (p *packIndex) entry(i int) (h Hash, offset int64, err error) {
	start, stride := p.names()
	if _, err := p.data.ReadAt(h[:], start+int64(i)*stride); err != nil {
		return h, 0, err
	}
	offset, err = p.offset(i)
	return h, offset, err
}

func (p *packIndex) offset(i int) (int64, error) {
	var b [8]byte
	at := p.offsets() + int64(i)*4
	if p.old {
		start, stride := p.names()
		at = start - 4 + int64(i)*stride
	}
	if _, err := p.data.ReadAt(b[:4], at); err != nil {
		return 0, err
	}
	offset := int64(binary.BigEndian.Uint32(b[:]))
	if p.old || offset < 1<<31 {
		return p.bounded(offset)
	}
	// The rest is a place in a table of offsets of eight bytes.
	at = p.offsets() + int64(p.count)*4 + (offset-1<<31)*8
	if at+8 > p.size-indexTrailer {
		return 0, errIndex
	}
	if _, err := p.data.ReadAt(b[:], at); err != nil {
		return 0, err
	}
	return p.bounded(int64(binary.BigEndian.Uint64(b[:])))
}

func (p *packIndex) bounded(offset int64) (int64, error) {
	if offset < 0 || offset >= p.packed {
		return 0, errIndex
	}
	return offset, nil
}

// close reports whether the pack itself was open.
func (p *packIndex) close() bool {
	if p.table != nil {
		p.table.Close()
		p.table = nil
	}
	if p.file == nil {
		return false
	}
	p.file.Close()
	p.file = nil
	return true
}
