package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/google/uuid"
)

// Version is the version of the form that this code writes.
const Version = 1

const (
	magic         = "exprecJ\n"
	headerFixed   = 72   // bytes before the texts
	maxHeader     = 4096 // so that one write lays it down
	maxHeaderText = 512  // bytes of one text; longer ones are cut
)

// Header is the beginning of a journal: whose it is, and what its times and
// its process mean.
type Header struct {
	Version      int
	Run          uuid.UUID
	Start        time.Time // frames count from here; nanoseconds, UTC when read
	Host         string
	PID          int
	MachineID    string
	BootID       string
	PIDNamespace string
	Rank         int    // of a distributed job, 0 for the only or first process
	ProcessStart uint64 // when the process started, in the system's own measure; 0 unknown. Create fills it in
}

// encode gives the header's bytes, a multiple of 8, the last 8 of which hold
// its checksum. The nonce keeps files of equal headers apart.
func (h Header) encode(nonce uint64) []byte {
	b := make([]byte, headerFixed, 512)
	copy(b, magic)
	binary.LittleEndian.PutUint32(b[8:], Version)
	copy(b[16:], h.Run[:])
	binary.LittleEndian.PutUint64(b[32:], uint64(h.Start.UnixNano()))
	binary.LittleEndian.PutUint64(b[40:], nonce)
	binary.LittleEndian.PutUint64(b[48:], uint64(h.PID))
	binary.LittleEndian.PutUint64(b[56:], uint64(h.Rank))
	binary.LittleEndian.PutUint64(b[64:], h.ProcessStart)
	for _, text := range []string{h.Host, h.MachineID, h.BootID, h.PIDNamespace} {
		text = text[:min(len(text), maxHeaderText)]
		b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
		b = append(b, text...)
	}
	b = append(b, make([]byte, (8-len(b)%8)%8+8)...)
	binary.LittleEndian.PutUint32(b[12:], uint32(len(b)))
	sum := crc32.Checksum(b[:len(b)-8], castagnoli)
	binary.LittleEndian.PutUint32(b[len(b)-8:], sum)
	return b
}

// decodeHeader reads the header at the beginning of b, which holds the file up
// to maxHeader. It gives the header's length and its checksum.
func decodeHeader(b []byte) (h Header, length int, sum uint32, err error) {
	if len(b) < 16 || bytes.Count(b, []byte{0}) == len(b) {
		if !bytes.HasPrefix([]byte(magic), b[:min(len(b), 8)]) && bytes.Count(b, []byte{0}) != len(b) {
			return h, 0, 0, ErrNotJournal
		}
		return h, 0, 0, fmt.Errorf("%w inside its header", ErrTorn)
	}
	if string(b[:8]) != magic {
		return h, 0, 0, ErrNotJournal
	}
	h.Version = int(binary.LittleEndian.Uint32(b[8:]))
	if h.Version > Version || h.Version < 1 {
		return h, 0, 0, fmt.Errorf("%w (journal version %d, this exprec knows %d)", ErrNewer, h.Version, Version)
	}
	length = int(binary.LittleEndian.Uint32(b[12:]))
	if length < headerFixed+16 || length > maxHeader || length%8 != 0 {
		return h, 0, 0, &CorruptError{Next: -1, Reason: "impossible length of the header"}
	}
	if len(b) < length {
		return h, 0, 0, fmt.Errorf("%w inside its header", ErrTorn)
	}
	b = b[:length]
	sum = crc32.Checksum(b[:length-8], castagnoli)
	if binary.LittleEndian.Uint64(b[length-8:]) != uint64(sum) {
		return h, 0, 0, &CorruptError{Next: -1, Reason: "wrong checksum of the header"}
	}
	return h, length, sum, h.decodeFields(b[:length-8])
}

// decodeFields reads the fields of a header whose checksum was right. Bytes
// after the last text are left for later versions.
func (h *Header) decodeFields(b []byte) error {
	copy(h.Run[:], b[16:])
	h.Start = time.Unix(0, int64(binary.LittleEndian.Uint64(b[32:]))).UTC()
	h.PID = int(binary.LittleEndian.Uint64(b[48:]))
	h.Rank = int(binary.LittleEndian.Uint64(b[56:]))
	h.ProcessStart = binary.LittleEndian.Uint64(b[64:])
	rest := b[headerFixed:]
	for _, text := range []*string{&h.Host, &h.MachineID, &h.BootID, &h.PIDNamespace} {
		if len(rest) < 2 {
			return &CorruptError{Next: -1, Reason: "short header"}
		}
		n := int(binary.LittleEndian.Uint16(rest))
		if len(rest) < 2+n {
			return &CorruptError{Next: -1, Reason: "short header"}
		}
		*text, rest = string(rest[2:2+n]), rest[2+n:]
	}
	return nil
}
