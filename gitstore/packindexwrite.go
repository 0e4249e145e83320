package gitstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"slices"
)

// encodeIndex is a pack's index: version 2 of git's gitformat-pack. It sorts
// the entries.
func encodeIndex(entries []packEntry, packSum []byte) []byte {
	slices.SortFunc(entries, func(a, b packEntry) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	out := append([]byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}, encodeFanout(entries)...)
	for _, e := range entries {
		out = append(out, e.hash[:]...)
	}
	for _, e := range entries {
		out = binary.BigEndian.AppendUint32(out, e.crc)
	}
	var large []byte
	for _, e := range entries {
		if e.offset < 1<<31 {
			out = binary.BigEndian.AppendUint32(out, uint32(e.offset))
			continue
		}
		out = binary.BigEndian.AppendUint32(out, 1<<31|uint32(len(large)/8))
		large = binary.BigEndian.AppendUint64(large, uint64(e.offset))
	}
	out = append(out, large...)
	out = append(out, packSum...)
	sum := sha1.Sum(out)
	return append(out, sum[:]...)
}

// encodeFanout counts how many names begin with which byte at most.
func encodeFanout(entries []packEntry) []byte {
	var counts [256]uint32
	for _, e := range entries {
		counts[e.hash[0]]++
	}
	var out []byte
	total := uint32(0)
	for _, n := range counts {
		total += n
		out = binary.BigEndian.AppendUint32(out, total)
	}
	return out
}
