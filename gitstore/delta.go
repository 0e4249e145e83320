package gitstore

import (
	"errors"
	"sync"
)

var errDelta = errors.New("delta")

// deltaSizes reads the sizes of base and result that a delta begins with.
func deltaSizes(delta []byte) (base, result int64, rest []byte, err error) {
	base, delta, err = deltaSize(delta)
	if err != nil {
		return 0, 0, nil, err
	}
	result, delta, err = deltaSize(delta)
	return base, result, delta, err
}

func deltaSize(data []byte) (size int64, rest []byte, err error) {
	for i, c := range data {
		if i == 9 {
			break
		}
		size |= int64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return size, data[i+1:], nil
		}
	}
	return 0, nil, errDelta
}

// applyDelta follows the instructions of git's gitformat-pack: copy from the
// base, or insert.
func applyDelta(base, delta []byte) ([]byte, error) {
	from, to, delta, err := deltaSizes(delta)
	if err != nil || from != int64(len(base)) || to > maxDeltaBase {
		return nil, errDelta
	}
	// A delta of n bytes makes at most n times the longest copy.
	if to/maxDeltaCopy > int64(len(delta)) {
		return nil, errDelta
	}
	out := make([]byte, 0, to)
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		var piece []byte
		switch {
		case op&0x80 != 0:
			if piece, delta, err = deltaCopy(op, base, delta); err != nil {
				return nil, err
			}
		case op == 0 || int(op) > len(delta):
			return nil, errDelta
		default:
			piece, delta = delta[:op], delta[op:]
		}
		if len(out)+len(piece) > int(to) {
			return nil, errDelta
		}
		out = append(out, piece...)
	}
	if int64(len(out)) != to {
		return nil, errDelta
	}
	return out, nil
}

const maxDeltaCopy = 1<<24 - 1

// deltaCopy reads offset and length of a copy; bits of op say which of their
// bytes are there.
func deltaCopy(op byte, base, delta []byte) (piece, rest []byte, err error) {
	var fields [7]byte
	for i := range fields {
		if op&(1<<i) == 0 {
			continue
		}
		if len(delta) == 0 {
			return nil, nil, errDelta
		}
		fields[i], delta = delta[0], delta[1:]
	}
	offset := int64(fields[0]) | int64(fields[1])<<8 | int64(fields[2])<<16 | int64(fields[3])<<24
	length := int64(fields[4]) | int64(fields[5])<<8 | int64(fields[6])<<16
	if length == 0 {
		length = 0x10000
	}
	if offset+length > int64(len(base)) {
		return nil, nil, errDelta
	}
	return base[offset : offset+length], delta, nil
}

// Limits of the cache of delta bases, in bytes.
const (
	maxBaseCache = 16 << 20
	maxCachedObj = 1 << 20
)

// baseCache keeps objects that deltas were applied to: the trees of a pack
// stand on each other.
type baseCache struct {
	mu    sync.Mutex
	data  map[packPlace][]byte
	bytes int
}

func (c *baseCache) get(place packPlace) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	data, ok := c.data[place]
	return data, ok
}

func (c *baseCache) put(place packPlace, data []byte) {
	if len(data) > maxCachedObj {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.data == nil || c.bytes+len(data) > maxBaseCache {
		c.data, c.bytes = map[packPlace][]byte{}, 0
	}
	if _, there := c.data[place]; !there {
		c.data[place] = data
		c.bytes += len(data)
	}
}
