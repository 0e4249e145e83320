package journal

import "time"

// Source is a journal that is read, whatever its form: a [Reader] or another
// one that gives the same frames.
type Source interface {
	// Header is the journal's beginning.
	Header() Header
	// Next gives the next frame, as [Reader.Next] does.
	Next() (Frame, error)
	// Scalars visits scalars up to another frame, as [Reader.Scalars] does.
	Scalars(visit func(id uint32, step int64, t time.Duration, value float64)) (Frame, error)
	// Offset is the length in bytes of what was read. A journal that is read
	// again from there on gives the frames that follow.
	Offset() int64
	// Name is the name of a scalar that was named so far, Named the greatest id
	// of one.
	Name(id uint32) (string, bool)
	Named() uint32
	Close() error
}
