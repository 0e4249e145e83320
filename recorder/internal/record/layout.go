package record

import "encoding/binary"

const (
	sampleSize = 4096
	tableBits  = 13 // twice as many slots as values in a sample
)

// layout chooses how values, raw ones, are laid out, by a sample of them spread
// evenly: where most of them repeat, whole ones compress better than their
// shuffled bytes (2 bytes a value against 7 for the accuracies of 1,000
// examples), else the other way round (3 against 7 for a loss).
func layout(values []byte) string {
	n := len(values) / 8
	stride := max(1, n/sampleSize)
	sampled, distinct := 0, 0
	var table [1 << tableBits]uint64 // 0 is a free slot
	for i := 0; i < n && sampled < sampleSize; i += stride {
		sampled++
		if insert(&table, binary.LittleEndian.Uint64(values[8*i:])+1) {
			distinct++
		}
	}
	if distinct*2 <= sampled {
		return encRaw
	}
	return encShuffled
}

// insert puts v into the table and reports whether it was not there. The table
// never fills; the one value that would be a free slot counts as seen.
func insert(table *[1 << tableBits]uint64, v uint64) bool {
	if v == 0 {
		return false
	}
	slot := v * 0x9e3779b97f4a7c15 >> (64 - tableBits)
	for table[slot] != 0 {
		if table[slot] == v {
			return false
		}
		slot = (slot + 1) % (1 << tableBits)
	}
	table[slot] = v
	return true
}
