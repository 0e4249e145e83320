package recorder

import (
	"context"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// look is what a push needs to know of a commit of a run: all that is found out
// when the run is read once, for there may be very many.
type look struct {
	purged bool                 // its notes say so
	light  bool                 // it has no large contents
	entry  []gitstore.TreeEntry // in the catalog; nil where it is to be read by itself
	secret string               // where it holds one that is not to get there, if it was looked for
	err    error                // of looking for one
}

// lookedAt is what is known of a commit that was looked at, nothing of others.
func (s *sharing) lookedAt(tip gitstore.Hash) look {
	l, _ := s.looks.Load(tip)
	known, _ := l.(look)
	return known
}

// look reads a run, unless it has been read.
func (s *sharing) look(ctx context.Context, uuid string, tip gitstore.Hash) look {
	if known, ok := s.looks.Load(tip); ok {
		return known.(look)
	}
	run := s.project.load(s.store, uuid, tip)
	l := look{purged: run.notes.Flag(record.Purged), light: run.known() && len(run.started.Large)+len(run.largeSource()) == 0}
	if run.err == nil && run.tip == tip && !l.purged {
		l.entry = entryOf(tip, run.root, false)
	}
	if !s.options.AllowSecrets {
		l.secret, l.err = s.newSecret(ctx, run)
	}
	s.looks.Store(tip, l)
	return l
}

// newSecret says where a run holds what looks like a secret and nobody but its
// owner may have seen yet.
func (s *sharing) newSecret(ctx context.Context, run *Run) (found string, err error) {
	theirs, shown := s.shown(run.uuid, run)
	if !shown {
		return s.secretIn(ctx, run)
	}
	look := secretLook{ctx: ctx}
	look.words(run, theirs)
	return look.found, nil
}

// shown reports whether the remote has the same record already, so that only
// notes are new, and which it has.
func (s *sharing) shown(uuid string, run *Run) (said notes, ok bool) {
	tips := s.tips(uuid)
	if len(tips) == 0 {
		return said, false
	}
	ours, err := stateOf(s.store, uuid, run.tip)
	if err != nil {
		return said, false
	}
	for _, there := range tips {
		theirs, err := stateOf(s.store, uuid, there)
		if err == nil && ours.base.hash == theirs.base.hash {
			said, ok = record.Join(said, theirs.notes), true
		}
	}
	return said, ok
}
