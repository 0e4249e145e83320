package recorder

import (
	"context"
	"slices"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// startOver begins a dry run at nothing, since what it has found before is not
// here.
func (s *sharing) startOver() {
	if r := s.result; s.options.DryRun {
		r.New, r.Updated, r.Merged, r.Conflicts, r.Refused = nil, nil, nil, nil, nil
	}
}

// foreseeNew says which runs a fetch would bring that are not here, and gives the
// commits that have to be looked at to know what would become of the others.
func (s *sharing) foreseeNew(refs []gitstore.Ref) (others []gitstore.Ref, err error) {
	for _, ref := range refs {
		uuid, ok := runOf(ref)
		if !ok {
			continue // another record of a run changes nothing of what is said
		}
		here, err := s.here(uuid)
		switch {
		case err != nil:
			return nil, err
		case !here.IsZero():
			others = append(others, ref)
		case len(s.result.New) == 0 || s.result.New[len(s.result.New)-1] != uuid:
			s.result.New = append(s.result.New, uuid)
		}
	}
	return others, nil
}

// foresee says what a fetch of commits of runs that are here would be. They are
// looked at in a scratch repository, and nothing of them stays.
func (s *sharing) foresee(ctx context.Context, refs []gitstore.Ref) error {
	return s.reach(refs, func(wanted []gitstore.Ref) error {
		return s.remote.Look(ctx, s.options.WireOptions, s.listing, wanted, func(scratch *gitstore.Store) error {
			for rest := refs; len(rest) > 0; {
				n := 1
				for n < len(rest) && rest[n].Name == rest[0].Name {
					n++
				}
				if err := s.foreseeJoin(ctx, scratch, rest[:n]); err != nil {
					return err
				}
				rest = rest[n:]
			}
			return nil
		})
	})
}

// foreseeJoin says what would become of a run with the commits that the remote
// has of it, as [sharing.joinIn] would.
func (s *sharing) foreseeJoin(ctx context.Context, scratch *gitstore.Store, refs []gitstore.Ref) error {
	uuid, _ := runOf(refs[0])
	here, err := s.here(uuid)
	if err != nil {
		return err
	}
	ours, err := stateOf(s.store, uuid, here)
	if err != nil {
		s.refuse(uuid, err)
		return nil
	}
	var theirs []state
	for _, ref := range refs {
		their, err := stateOf(scratch, uuid, ref.Hash)
		if err != nil {
			s.refuse(uuid, err)
			continue
		}
		theirs = append(theirs, their)
	}
	if len(theirs) == 0 {
		return nil
	}
	j, conflict := joinAll(ours, theirs)
	isTheirs := func(their state) bool { return !j.adds(their) }
	switch {
	case conflict:
		s.result.Conflicts = append(s.result.Conflicts, uuid)
	case !j.adds(ours):
		s.result.Same++
		return nil
	case slices.ContainsFunc(theirs, isTheirs):
		s.result.Updated = append(s.result.Updated, uuid)
		return nil
	default:
		s.result.Merged = append(s.result.Merged, uuid)
	}
	return s.foreseeSecret(ctx, ours, theirs, j, conflict, uuid)
}

// joinAll joins states into ours one after the other.
func joinAll(ours state, theirs []state) (j joining, conflict bool) {
	now := ours
	for _, their := range theirs {
		j = joinStates(now, their)
		conflict = conflict || !j.rival.IsZero()
		if j.base.hash == their.base.hash {
			now = their
		}
		now.base, now.notes, now.purged = j.base, j.notes, now.purged || j.base.hash.IsZero()
	}
	j.rival = gitstore.Hash{} // both are kept
	return j, conflict
}

// foreseeSecret refuses a run that a push would refuse once it is joined.
func (s *sharing) foreseeSecret(ctx context.Context, ours state, theirs []state, j joining, conflict bool, uuid string) error {
	if !s.options.pushing || s.options.AllowSecrets || j.notes.Flag(record.Purged) {
		return nil
	}
	run, look := s.project.load(s.store, uuid, ours.tip), secretLook{ctx: ctx}
	if conflict && j.base.hash != ours.base.hash { // the record here goes there as another one
		found, err := s.secretIn(ctx, s.project.load(s.store, uuid, ours.base.hash))
		if err != nil {
			return err
		}
		s.refuseSecret(uuid, found)
	}
	at := slices.IndexFunc(theirs, func(their state) bool { return their.base.hash == j.base.hash })
	var err error
	if at >= 0 {
		look.words(run, theirs[at].notes)
	} else if look.found, err = s.secretIn(ctx, run); err != nil {
		return err
	}
	s.refuseSecret(uuid, look.found)
	return nil
}

func (s *sharing) refuseSecret(uuid, found string) {
	if found != "" {
		s.result.Refused = append(s.result.Refused, RefusedRun{ID: uuid, Reason: found, Secret: true})
	}
}

// foreseePush says what a push would be, and reports whether what the remote has
// has moved on meanwhile.
func (s *sharing) foreseePush(ctx context.Context, updates []gitstore.Update, behind []gitstore.Ref, done map[string]bool) (again bool, err error) {
	s.startOver()
	clear(done)
	// What is not here says only that a run was purged, and is not made either.
	there := slices.DeleteFunc(slices.Clone(updates), func(u gitstore.Update) bool { return !s.store.Has(u.New) })
	if _, err := s.withoutSecrets(ctx, there); err != nil {
		return false, err
	}
	refused := map[string]bool{}
	for _, r := range s.result.Refused {
		refused[r.ID] = true
	}
	for _, u := range updates {
		if uuid, isRun := runOf(gitstore.Ref{Name: u.Ref}); isRun && !refused[uuid] {
			done[uuid] = true
			s.note(u)
		}
	}
	err = s.fetch(ctx, behind)
	return s.moved, err
}
