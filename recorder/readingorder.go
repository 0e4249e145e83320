package recorder

import (
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// order watches over the order in which frames are taken. Of a run with several
// journals those of one may come to be seen after later ones of another. That
// does not matter, unless one has to do with the other: points of one scalar,
// frames of one kind, scalars that are new.
type order struct {
	broken  bool // something was taken after what it comes before
	scalars map[string]*points
	newest  turn // of the last scalar that was new
	kinds   map[journal.Kind]*turn
}

// turn is where a frame stands in the merged journals.
type turn struct {
	when    time.Time
	journal string
}

// before reports whether a frame that a source has now stands before another.
func (s *source) before(p turn) bool {
	return s.when.Before(p.when) || s.when.Equal(p.when) && s.name < p.journal
}

func (s *source) turn() turn { return turn{s.when, s.name} }

// points is a scalar that is read.
type points struct {
	series *record.Series
	named  turn // the first frame that named it
	last   turn // its last point
}

// follows takes note of a frame that must not stand before the last one of its
// kind.
func (r *reading) follows(last *turn, s *source) {
	if s.before(*last) {
		r.order.broken = true
	}
	*last = s.turn()
}

func (r *reading) lastOf(kind journal.Kind) *turn {
	p := r.order.kinds[kind]
	if p == nil {
		p = &turn{}
		r.order.kinds[kind] = p
	}
	return p
}

// named is the scalar of a name. Scalars are listed in the order in which they
// were named first.
func (r *reading) named(name string, s *source) *points {
	p := r.order.scalars[name]
	if p == nil {
		r.follows(&r.order.newest, s)
		p = &points{series: r.folded.columns.Series(name), named: s.turn()}
		r.order.scalars[name] = p
	} else if s.before(p.named) {
		r.order.broken = true
	}
	return p
}
