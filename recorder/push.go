package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/exprec/exprec/gitstore"
)

// pushTries bounds how often a push is made again because somebody else pushes
// the same runs.
const pushTries = 20

// Push gives a remote the runs of the project, or what is new of them. A run
// that somebody else has edited there is fetched, joined, and pushed again.
func (p *Project) Push(ctx context.Context, o ShareOptions) (*Shared, error) {
	o.pushing = true
	s, err := p.share(ctx, o)
	if err != nil {
		return nil, err
	}
	if mirror := s.result.Mirror; mirror != "" && !o.AllowMirror {
		return nil, fmt.Errorf("%w: git push and git fetch with %s remove the runs of others, or yours, because of %s", ErrMirror, s.remote.Name, mirror)
	}
	done := map[string]bool{}
	for range pushTries {
		again, err := s.pushOnce(ctx, done)
		if err == nil && !again {
			err = errors.Join(s.remember(s.pushed), s.tidyCatalogs(ctx))
		}
		if err != nil || !again {
			s.sortUpdated(done)
			return s.result, err
		}
		if err := s.list(ctx); err != nil {
			return s.result, err
		}
	}
	return s.result, fmt.Errorf("%w: others push the same runs all the time", ErrRefused)
}

// sortUpdated takes runs off the list of those that were updated here only on
// the way of a push.
func (s *sharing) sortUpdated(pushed map[string]bool) {
	s.result.Updated = slices.DeleteFunc(s.result.Updated, func(uuid string) bool { return !pushed[uuid] })
}

// pushOnce pushes what differs, and reports whether somebody else was faster
// with some of it.
func (s *sharing) pushOnce(ctx context.Context, done map[string]bool) (again bool, err error) {
	updates, behind, err := s.plan()
	if err != nil {
		return false, err
	}
	if s.options.DryRun {
		for _, u := range updates {
			s.note(u)
		}
		for _, ref := range behind {
			s.foresee(ref)
		}
		return false, nil
	}
	if len(behind) > 0 {
		if err := s.fetch(ctx, behind); err != nil {
			return false, err
		}
		more, err := s.planOf(behind)
		if err != nil {
			return false, err
		}
		updates = append(updates, more...)
	}
	if err := s.takeViews(ctx); err != nil {
		return false, err
	}
	views, err := s.viewsUpdate()
	if err != nil {
		return false, err
	}
	updates = append(updates, views...)
	if updates, err = s.withoutSecrets(ctx, updates); err != nil {
		return false, err
	}
	if updates, err = s.pushLarge(ctx, updates); err != nil {
		return false, err
	}
	if updates, err = s.withCatalog(ctx, updates); err != nil || len(updates) == 0 {
		return false, err
	}
	answers, err := s.remote.Push(ctx, s.options.WireOptions, s.listing, updates)
	again = s.cataloged(answers)
	for _, a := range answers {
		uuid, isRun := runOf(gitstore.Ref{Name: a.Ref})
		if a.Reason == "" {
			s.pushed = append(s.pushed, a.Update)
		}
		switch {
		case a.Stale:
			again = again || isRun || a.Ref == viewsRef
		case a.Reason != "" && isRun:
			s.refuse(uuid, errors.New(a.Reason))
		case isRun && !done[uuid]:
			done[uuid] = true
			s.note(a.Update)
		}
	}
	return again, err
}

// withoutSecrets leaves out the runs whose content nobody but their owner may
// have seen yet and that hold what looks like a secret.
func (s *sharing) withoutSecrets(ctx context.Context, updates []gitstore.Update) ([]gitstore.Update, error) {
	if s.options.AllowSecrets {
		return updates, nil
	}
	found := make([]string, len(updates))
	errs := make([]error, len(updates))
	err := inParallel(ctx, len(updates), func(i int) {
		u := updates[i]
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		if !ok {
			return
		}
		run := s.project.load(s.store, uuid, u.New)
		if run.known() && len(run.started.Large)+len(run.largeSource()) == 0 {
			s.light.Store(u.New, true)
		}
		theirs, shown := s.shown(uuid, u.Old, run)
		if !shown {
			found[i], errs[i] = s.secretIn(ctx, run)
			return
		}
		look := secretLook{ctx: ctx}
		look.words(run, theirs)
		found[i] = look.found
	})
	if err != nil {
		return nil, err
	}
	refused := map[string]bool{}
	for i, u := range updates {
		uuid, _ := runOf(gitstore.Ref{Name: u.Ref})
		if errs[i] != nil {
			return nil, fmt.Errorf("look for secrets in the run %s: %w", shortID(uuid), errs[i])
		}
		if found[i] != "" {
			refused[uuid] = true
			s.result.Refused = append(s.result.Refused, RefusedRun{ID: uuid, Reason: found[i], Secret: true})
		}
	}
	return slices.DeleteFunc(updates, func(u gitstore.Update) bool {
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		return ok && refused[uuid]
	}), nil
}

// shown reports whether the remote has the same record already, so that only
// notes are new, and which it has.
func (s *sharing) shown(uuid string, there gitstore.Hash, run *Run) (notes, bool) {
	if there.IsZero() {
		return notes{}, false
	}
	theirs, err := stateOf(s.store, uuid, there)
	if err != nil {
		return notes{}, false
	}
	ours, err := stateOf(s.store, uuid, run.tip)
	return theirs.notes, err == nil && ours.base.hash == theirs.base.hash
}

func (s *sharing) note(u gitstore.Update) {
	uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
	switch {
	case !ok:
	case u.Old.IsZero():
		s.result.New = append(s.result.New, uuid)
	case !slices.Contains(slices.Concat(s.result.Merged, s.result.Updated, s.result.Conflicts), uuid):
		s.result.Updated = append(s.result.Updated, uuid)
	}
}

// plan finds what the remote is to get, and what is to be fetched before that.
func (s *sharing) plan() (updates []gitstore.Update, behind []gitstore.Ref, err error) {
	refs, err := s.store.Refs(refPrefix)
	if err != nil {
		return nil, nil, err
	}
	s.result.Same = 0
	for _, ref := range refs {
		uuid, ok := runOf(ref)
		if !ok || !s.wants(uuid) {
			continue
		}
		there, known := s.theirs[uuid]
		switch {
		case !known:
			updates = append(updates, gitstore.Update{Ref: ref.Name, New: ref.Hash})
		case there == ref.Hash:
			s.result.Same++
		default:
			behind = append(behind, gitstore.Ref{Name: ref.Name, Hash: there})
		}
	}
	rivals, err := s.store.Refs(conflictPrefix)
	if err != nil {
		return nil, nil, err
	}
	for _, ref := range rivals {
		if uuid, ok := rivalOf(ref); ok && s.wants(uuid) && s.rivals[ref.Name].IsZero() {
			updates = append(updates, gitstore.Update{Ref: ref.Name, New: ref.Hash})
		}
	}
	var ahead []gitstore.Ref
	behind, ahead = s.split(behind)
	more, err := s.planOf(ahead)
	return append(updates, more...), behind, err
}

// split tells the refs that have to be fetched from those whose state on the
// remote is known here: what is on top of it is only to be pushed.
func (s *sharing) split(refs []gitstore.Ref) (behind, ahead []gitstore.Ref) {
	for _, ref := range refs {
		uuid, _ := runOf(ref)
		theirs, err := stateOf(s.store, uuid, ref.Hash)
		here, refErr := s.store.Ref(ref.Name)
		if err != nil || refErr != nil {
			behind = append(behind, ref)
			continue
		}
		ours, err := stateOf(s.store, uuid, here)
		if err == nil && !joinStates(ours, theirs).adds(ours) {
			ahead = append(ahead, ref)
			continue
		}
		behind = append(behind, ref)
	}
	return behind, ahead
}

// planOf are the updates of refs whose state on the remote has been joined in.
func (s *sharing) planOf(refs []gitstore.Ref) ([]gitstore.Update, error) {
	refused := map[string]bool{}
	for _, r := range s.result.Refused {
		refused[r.ID] = true
	}
	updates := map[string]gitstore.Update{}
	for _, ref := range refs {
		uuid, ok := runOf(ref)
		if !ok || refused[uuid] {
			continue
		}
		here, err := s.store.Ref(ref.Name)
		if err != nil {
			return nil, err
		}
		if here != ref.Hash {
			updates[ref.Name] = gitstore.Update{Ref: ref.Name, New: here, Old: ref.Hash}
		}
		rivals, err := s.store.Refs(conflictPrefix + uuid + "/")
		if err != nil {
			return nil, err
		}
		for _, rival := range rivals {
			if s.rivals[rival.Name].IsZero() {
				updates[rival.Name] = gitstore.Update{Ref: rival.Name, New: rival.Hash}
			}
		}
	}
	return slices.Collect(maps.Values(updates)), nil
}
