package gitstore

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// Bounds of what a snapshot says about what it does not hold.
const (
	maxLeftOut = 1000
	maxNotes   = 200
)

// noteList collects what a snapshot has to say. Workers share it; its order
// is settled at the end.
type noteList struct {
	lock     sync.Mutex
	leftOut  []LeftOut
	more     int
	notes    []string
	moreNote int
}

// leaveOut names a path that the snapshot does not hold. Twice the limit is
// collected before the list is cut, so that the first ones in order are kept.
func (n *noteList) leaveOut(l LeftOut) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.leftOut = append(n.leftOut, l)
	if len(n.leftOut) >= 2*maxLeftOut {
		n.cut()
	}
}

func (n *noteList) cut() {
	sortBy(n.leftOut, func(l LeftOut) string { return l.Path })
	if len(n.leftOut) > maxLeftOut {
		n.more += len(n.leftOut) - maxLeftOut
		n.leftOut = n.leftOut[:maxLeftOut]
	}
}

// count adds files that were left out without being looked at.
func (n *noteList) count(more int) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.more += more
}

func (n *noteList) note(format string, args ...any) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if len(n.notes) >= maxNotes {
		n.moreNote++
		return
	}
	n.notes = append(n.notes, fmt.Sprintf(format, args...))
}

// report moves everything into a snapshot.
func (n *noteList) report(s *Snapshot) {
	n.cut()
	slices.Sort(n.notes)
	if n.moreNote > 0 {
		n.notes = append(n.notes, fmt.Sprintf("%d more notes were dropped", n.moreNote))
	}
	s.LeftOut, s.MoreLeftOut, s.Notes = n.leftOut, n.more, n.notes
}

func sortBy[T any, K cmp.Ordered](list []T, key func(T) K) {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
