package journal

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"
)

// Kind is the type of a frame. The numbers are part of the format: they are
// never given another meaning. Readers pass on kinds they do not know.
type Kind uint8

// The kinds of frames. Payloads are those of package record, except for
// Series (the name), Gap and the two scalars, which have binary forms.
const (
	Series     Kind = 1  // gives the series id of the frame a name
	Scalar     Kind = 2  // a value whose step and time fit 32 bits
	ScalarWide Kind = 3  // a value with any step and time
	Gap        Kind = 4  // frames were dropped before this one; payload: u64, how many in all so far
	Parameter  Kind = 16 // record.ParameterFrame
	Result     Kind = 17 // record.ResultFrame
	Goal       Kind = 18 // record.GoalFrame
	Image      Kind = 19 // record.ImageFrame
	File       Kind = 20 // a file was put into files/
	Input      Kind = 21 // record.InputFrame
	Parent     Kind = 22 // record.ParentFrame
	Meta       Kind = 23 // record.MetaFrame
	Heartbeat  Kind = 24 // the process lives; no payload
	Warning    Kind = 25 // record.WarningFrame
	Error      Kind = 26 // record.FailureFrame
	Mark       Kind = 27 // record.MarkFrame
	End        Kind = 28 // record.EndFrame: the process's last word
	Watch      Kind = 29 // record.WatchFrame: the journal of a process that looks on
	Facts      Kind = 30 // record.FactsFrame
)

// MaxPayload is the greatest length of a payload, in bytes.
const MaxPayload = 16 << 20

// MaxSeries is the greatest series id.
const MaxSeries = 1<<24 - 1

// Sizes of frames in bytes: the word, then the fixed part, then the payload
// padded to 8.
const (
	wordSize    = 8
	narrowFixed = 16 // f64 value, u32 step, u32 milliseconds
	wideFixed   = 24 // f64 value, i64 step, i64 nanoseconds
	otherFixed  = 16 // i64 nanoseconds, u32 length, u32 zero
)

// Frame is one entry of a journal.
type Frame struct {
	Kind    Kind
	Series  uint32        // of Series, Scalar and ScalarWide
	Value   float64       // of Scalar and ScalarWide
	Step    int64         // of Scalar and ScalarWide
	Time    time.Duration // since Header.Start; milliseconds for Scalar
	Payload []byte        // of all others; valid until the next call of Next
}

// castagnoli is the table of CRC-32C, for which processors have instructions.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fixedSize is the length of the part between word and payload.
func fixedSize(kind Kind) int {
	if kind == ScalarWide {
		return wideFixed
	}
	return narrowFixed
}

// frameSize is the length of a frame on disk.
func frameSize(fixed, payload int) int64 {
	return int64(wordSize + fixed + (payload+7)&^7)
}

// checksummer computes frame checksums. Its buffer lives with its owner, so
// that nothing is allocated per frame.
type checksummer struct {
	_    [0]uint64            // aligns buf, which processors check faster then
	buf  [16 + wideFixed]byte // offset u64, lower half of the word u64, fixed part
	seed uint32               // checksum of the file's header: frames of other files never fit
}

// sum is the checksum of a frame at offset off whose fixed part was laid into
// c.fixed.
func (c *checksummer) sum(off int64, low uint32, fixed int, payload []byte) uint32 {
	binary.LittleEndian.PutUint64(c.buf[0:], uint64(off))
	binary.LittleEndian.PutUint64(c.buf[8:], uint64(low))
	crc := crc32.Update(c.seed, castagnoli, c.buf[:16+fixed])
	if len(payload) > 0 {
		crc = crc32.Update(crc, castagnoli, payload)
	}
	return crc
}

// fixed is where the fixed part of the next frame is put.
func (c *checksummer) fixed() *[wideFixed]byte { return (*[wideFixed]byte)(c.buf[16:]) }

// putScalar lays out the fixed part of a scalar, in the narrow form where that
// keeps step and time.
func putScalar(dst *[wideFixed]byte, value float64, step int64, t time.Duration) (Kind, int) {
	binary.LittleEndian.PutUint64(dst[0:], math.Float64bits(value))
	ms := int64(t / time.Millisecond)
	if uint64(step) <= math.MaxUint32 && uint64(ms) <= math.MaxUint32 && t >= 0 {
		binary.LittleEndian.PutUint32(dst[8:], uint32(step))
		binary.LittleEndian.PutUint32(dst[12:], uint32(ms))
		return Scalar, narrowFixed
	}
	binary.LittleEndian.PutUint64(dst[8:], uint64(step))
	binary.LittleEndian.PutUint64(dst[16:], uint64(t))
	return ScalarWide, wideFixed
}

// putOther lays out the fixed part of any other frame.
func putOther(dst *[wideFixed]byte, t time.Duration, length int) {
	binary.LittleEndian.PutUint64(dst[0:], uint64(t))
	binary.LittleEndian.PutUint32(dst[8:], uint32(length))
	binary.LittleEndian.PutUint32(dst[12:], 0)
}
