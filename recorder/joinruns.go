package recorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// conflictPrefix is where the other record of a run lies that has two:
// refs/exprec-conflicts/<uuid>/<commit>. Both are kept, in every clone alike.
const conflictPrefix = "refs/exprec-conflicts/"

// A state is one clone's state of a run.
type state struct {
	store  *gitstore.Store
	tip    gitstore.Hash
	base   base
	notes  notes
	sealed bool
	purged bool // nothing is left of it but that it was purged
}

// stateOf reads the state of a run that a commit stands for. A commit that is
// that of another run, or of none, is refused.
func stateOf(store *gitstore.Store, uuid string, tip gitstore.Hash) (state, error) {
	s, info, err := stateAt(store, uuid, tip)
	if err == nil {
		s.base = s.base.below(store, info)
	}
	return s, err
}

// stateAt is stateOf but for the base, for which it takes the commit itself.
func stateAt(store *gitstore.Store, uuid string, tip gitstore.Hash) (s state, info gitstore.CommitInfo, err error) {
	s = state{store: store, tip: tip}
	if s.base, info, s.notes, err = topOf(store, tip); err == nil {
		err = s.judge(uuid)
	}
	return s, info, err
}

// judge says whether the base is that of a run, and how that stands.
func (s *state) judge(uuid string) error {
	for _, e := range s.base.entries {
		if e.Name != record.RunFile {
			continue
		}
		data, err := s.store.ReadBlob(e.Hash, maxRunFile)
		if err != nil {
			return err
		}
		info, err := record.DecodeRun(data)
		if info == nil {
			return err
		}
		if info.UUID != uuid {
			return fmt.Errorf("its run.msgpack is that of another run, %.40q", info.UUID)
		}
		s.sealed = info.Status.Final()
		return nil
	}
	s.purged = true
	if !s.notes.Flag(record.Purged) {
		return errors.New("it has no run.msgpack")
	}
	return nil
}

// joining is what becomes of two states of a run.
type joining struct {
	base  base
	notes notes
	rival gitstore.Hash // the record that is kept beside the other, where neither follows from the other
}

// joinStates gives the state that follows from ours and theirs alone: it is the same
// whichever side asks. Of two records that differ the one with the lesser hash
// takes the ref, for want of any reason, and the other is its rival. What was
// purged does not come back where it was purged, unless somebody who still has it
// takes that back. A record takes the place of the
// start that it was made from, and stands beside any other.
func joinStates(ours, theirs state) joining {
	j := joining{base: ours.base, notes: record.Join(ours.notes, theirs.notes)}
	switch {
	case ours.purged && !theirs.purged && !j.notes.Flag(record.Purged):
		j.base = theirs.base // somebody who has the content took the purge back
	case ours.purged:
		j.base, j.notes = base{}, j.notes.Only(record.Deleted, record.Purged)
	case theirs.purged, ours.base.hash == theirs.base.hash:
	case ours.sealed && !theirs.sealed:
		j.rival = theirs.startBeside(ours)
	case theirs.sealed && !ours.sealed:
		j.base, j.rival = theirs.base, ours.startBeside(theirs)
	default:
		other := theirs.base
		if other.hash.String() < j.base.hash.String() {
			j.base, other = other, j.base
		}
		if !sameRecord(j.base.entries, other.entries) {
			j.rival = other.hash
		}
	}
	return j
}

// startBeside is the start of an unsealed run where a record was not made from
// it, zero where it was.
func (s state) startBeside(sealed state) gitstore.Hash {
	at := sealed.base.hash
	for range maxChain {
		info, err := sealed.store.ReadCommit(at)
		if err != nil || len(info.Parents) == 0 {
			break
		}
		if at = info.Parents[0]; at == s.base.hash {
			return gitstore.Hash{}
		}
	}
	return s.base.hash
}

// adds reports whether a join has more than one of its states had.
func (j joining) adds(to state) bool {
	if !j.rival.IsZero() || !to.purged && j.base.hash != to.base.hash {
		return true
	}
	return !bytes.Equal(record.EncodeNotes(j.notes), record.EncodeNotes(to.notes))
}

// commit is the commit of the joined notes; none is needed where they are those
// that the base itself holds.
func (j joining) commit() (c gitstore.Commit, needed bool) {
	said := plumbing.ComputeHash(plumbing.BlobObject, record.EncodeNotes(j.notes))
	if len(j.notes.Fields)+len(j.notes.Tags) == 0 || said == notesIn(j.base) {
		return c, false
	}
	return notesCommit(j.base, j.notes), true
}

// notesIn is the file of notes that the base itself holds, zero for none.
func notesIn(b base) gitstore.Hash {
	for _, e := range b.entries {
		if isNotes(e) {
			return e.Hash
		}
	}
	return gitstore.Hash{}
}

// takeState joins theirs into the run's ref, and says what it became. It is done
// again where the ref moves meanwhile.
func (p *Project) takeState(ctx context.Context, store *gitstore.Store, uuid string, theirs state) (before, after gitstore.Hash, conflict bool, err error) {
	for range editTries {
		before, after, conflict, err = p.takeStateOnce(ctx, store, uuid, theirs)
		if !errors.Is(err, gitstore.ErrConflict) {
			break
		}
	}
	return before, after, conflict, err
}

func (p *Project) takeStateOnce(ctx context.Context, store *gitstore.Store, uuid string, theirs state) (before, after gitstore.Hash, conflict bool, err error) {
	if err := ctx.Err(); err != nil {
		return before, after, false, err
	}
	before, ref, err := p.tipIn(store, uuid)
	if errors.Is(err, gitstore.ErrNotFound) {
		if err = store.UpdateRef(ctx, refPrefix+uuid, theirs.tip, gitstore.Hash{}); err == nil {
			p.enter(uuid, theirs.tip)
		}
		return gitstore.Hash{}, theirs.tip, false, err
	}
	if err != nil || before == theirs.tip {
		return before, before, false, err
	}
	ours, err := stateOf(store, uuid, before)
	if err != nil {
		return before, before, false, err
	}
	j := joinStates(ours, theirs)
	if !j.rival.IsZero() {
		if err := keepConflict(ctx, store, uuid, j.rival); err != nil {
			return before, before, true, err
		}
	}
	after, err = p.put(ctx, store, uuid, before, ref, j)
	return before, after, !j.rival.IsZero(), err
}

// put makes the run's ref stand for what was joined.
func (p *Project) put(ctx context.Context, store *gitstore.Store, uuid string, before, ref gitstore.Hash, j joining) (after gitstore.Hash, err error) {
	commit, needed := j.commit()
	if needed {
		commit.Ref, commit.Old = refPrefix+uuid, ref
		after, err = store.Commit(ctx, commit)
	} else if after = j.base.hash; after != before {
		err = store.UpdateRef(ctx, refPrefix+uuid, after, ref)
	}
	if err == nil && after != before {
		p.enter(uuid, after)
	}
	return after, err
}

// keepConflict keeps the other record of a run beside its own.
func keepConflict(ctx context.Context, store *gitstore.Store, uuid string, other gitstore.Hash) error {
	err := store.UpdateRef(ctx, conflictPrefix+uuid+"/"+other.String(), other, gitstore.Hash{})
	if errors.Is(err, gitstore.ErrConflict) {
		return nil // it is kept already
	}
	return err
}

// Rivals are the other records that the run has: somebody else sealed a run of
// the same id with another content. Each is a commit; both are kept, and shown
// as a conflict.
func (r *Run) Rivals() ([]gitstore.Hash, error) {
	if r.store == nil {
		return nil, nil
	}
	refs, err := r.store.Refs(conflictPrefix + r.uuid + "/")
	if err != nil {
		return nil, err
	}
	var rivals []gitstore.Hash
	for _, ref := range refs {
		if strings.HasSuffix(ref.Name, "/"+ref.Hash.String()) {
			rivals = append(rivals, ref.Hash)
		}
	}
	return rivals, nil
}
