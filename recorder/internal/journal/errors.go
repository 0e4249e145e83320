package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrNewer means that a later exprec wrote the journal in a form that this
	// one does not know.
	ErrNewer = errors.New("written by a newer exprec; upgrade")
	// ErrTorn means that the journal ends inside a frame or inside its header:
	// it was cut off. Everything before is whole.
	ErrTorn = errors.New("the journal is cut off")
	// ErrNotJournal means that the file does not begin as a journal does.
	ErrNotJournal = errors.New("not a journal of exprec")
	// ErrFull means that frames found no room and were dropped.
	ErrFull = errors.New("no room for the journal")
	// ErrDamaged means that somebody else removed or cut the journal while it
	// was being written.
	ErrDamaged = errors.New("the journal was changed by somebody else")
	// ErrLocked means that another process holds the run's lock in a way that
	// excludes this one: while asking for a shared lock, it is sealing the run.
	ErrLocked = errors.New("the run is locked by another process")
	// ErrSealed means that the run was sealed: nobody may join or seal it again.
	ErrSealed = errors.New("the run is sealed")
	// ErrNoLocks means that the file system knows no locks.
	ErrNoLocks = errors.New("the file system has no locks")
)

// CorruptError says which bytes of a journal are damaged. [Reader.Next] goes
// on behind them when called again.
type CorruptError struct {
	Path   string
	Offset int64 // first byte that is lost
	Next   int64 // where the next whole frame begins; -1 when none is left
	Reason string
}

// Error says where the damage is and how much of the journal it takes.
func (e *CorruptError) Error() string {
	lost := "the rest of it is lost"
	if e.Next >= 0 {
		lost = fmt.Sprintf("%d bytes of it are lost", e.Next-e.Offset)
	}
	return fmt.Sprintf("journal %s is damaged at byte %d (%s); %s", e.Path, e.Offset, e.Reason, lost)
}
