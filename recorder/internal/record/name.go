package record

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	maxSegment = 100 // bytes of a name as a path segment
	hashDigits = 16  // hexadecimal digits of sha256 that tell names apart
)

// EncodeName gives name as ONE segment of a path: bytes outside A-Za-z0-9._-
// become %XX, and so do those that would make the segment hidden, an option,
// or a word that some system reserves. What is longer than 100 bytes is cut,
// and "~" with 16 digits of the name's sha256 follows. The name itself stands
// in the index; nothing decodes a segment.
func EncodeName(name string) string {
	segment := escape(name)
	if len(segment) > maxSegment {
		return withHash(segment, name)
	}
	return segment
}

// Names gives segments for the names of one folder. Names that differ in the
// case of letters only would meet on some file systems: the first one is
// encoded as EncodeName does, the others get a hash too. The zero value is
// ready; it is not safe for use by several goroutines.
type Names struct {
	segments map[string]string // by name
	taken    map[string]bool   // segments in lower case
}

// Encode gives the segment of name, the same one each time.
func (n *Names) Encode(name string) string {
	if segment, ok := n.segments[name]; ok {
		return segment
	}
	if n.segments == nil {
		n.segments, n.taken = map[string]string{}, map[string]bool{}
	}
	segment := EncodeName(name)
	if n.taken[strings.ToLower(segment)] {
		segment = withHash(escape(name), name)
	}
	n.segments[name] = segment
	n.taken[strings.ToLower(segment)] = true
	return segment
}

// escape percent-encodes name.
func escape(name string) string {
	var b strings.Builder
	reserved := reservedName(name)
	for i := range len(name) {
		c := name[i]
		edge := i == 0 && (c == '.' || c == '-' || reserved) || i == len(name)-1 && c == '.'
		if edge || !plainByte(c) {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func plainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

// reservedName reports whether Windows keeps the name for a device, whatever
// its ending.
func reservedName(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch stem {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "com" || stem[:3] == "lpt") && stem[3] >= '0' && stem[3] <= '9'
}

// withHash cuts segment, never within an escape, and appends the hash of name.
func withHash(segment, name string) string {
	const room = maxSegment - hashDigits - 1
	if len(segment) > room {
		segment = segment[:room]
		if i := strings.LastIndexByte(segment, '%'); i > room-3 {
			segment = segment[:i]
		}
	}
	sum := sha256.Sum256([]byte(name))
	return segment + "~" + hex.EncodeToString(sum[:])[:hashDigits]
}
