package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/exprec/exprec/gitstore"
)

// pushTries bounds how often a push is made again because somebody else pushes
// the same runs.
const pushTries = 20

// maxUnlisted is how often a remote may have another state of a run than it has
// just listed: more often is no race.
const maxUnlisted = 3

// Push gives a remote the runs of the project, or what is new of them. A run
// that somebody else has edited there is fetched, joined, and pushed again. Where
// the remote has several addresses it is one of them: see [Project.PushPlaces].
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
			err = s.remember()
		}
		if err == nil && !again {
			err = s.upkeep(ctx)
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
	s.moved = false
	s.looks.Clear() // what was seen depends on what the remote has
	updates, behind, err := s.plan(ctx)
	if err != nil {
		return false, err
	}
	if s.options.DryRun {
		return s.foreseePush(ctx, updates, behind, done)
	}
	if len(behind) > 0 {
		if err := s.fetch(ctx, behind); err != nil || s.moved {
			return s.moved, err
		}
		more, err := s.planOf(ctx, behind, updates)
		if err != nil {
			return false, err
		}
		updates = append(updates, more...)
	}
	if err := s.takeViews(ctx); err != nil || s.moved {
		return s.moved, err
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
	answers, err := s.withCatalog(ctx, updates)
	if gitstore.IsUnadvertised(err) {
		return true, nil // a catalog is another one than was listed
	}
	again = s.cataloged(answers)
	for _, a := range answers {
		uuid, isRun := runOf(gitstore.Ref{Name: a.Ref})
		if a.Reason == "" {
			s.pushed = append(s.pushed, a.Update)
		}
		switch {
		case isRun && (a.Unchanged || a.Unlisted):
			again = true
			if s.unlisted[a.Update]++; s.unlisted[a.Update] > maxUnlisted {
				return false, fmt.Errorf("%w: %s hides the run %s from fetches or from pushes", ErrRefused, s.remote.Name, shortID(uuid))
			}
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
	looks := make([]look, len(updates))
	err := inParallel(ctx, len(updates), func(i int) {
		if uuid := lookedFor(updates[i]); uuid != "" {
			looks[i] = s.look(ctx, uuid, updates[i].New)
		}
	})
	if err != nil {
		return nil, err
	}
	refused := map[string]bool{}
	for i, u := range updates {
		uuid := lookedFor(u)
		if err := looks[i].err; err != nil {
			return nil, fmt.Errorf("look for secrets in the run %s: %w", shortID(uuid), err)
		}
		if found := looks[i].secret; found != "" {
			refused[u.Ref] = true
			s.refuseSecret(uuid, found)
		}
	}
	return slices.DeleteFunc(updates, func(u gitstore.Update) bool { return refused[u.Ref] }), nil
}

// lookedFor is the run whose content an update brings: its own record, or another
// one of it. It is empty where there is none.
func lookedFor(u gitstore.Update) (uuid string) {
	if uuid, ok := runOf(gitstore.Ref{Name: u.Ref}); ok {
		return uuid
	}
	uuid, _ = rivalOf(gitstore.Ref{Name: u.Ref, Hash: u.New})
	return uuid
}

func (s *sharing) note(u gitstore.Update) {
	uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
	switch {
	case !ok:
	case len(s.tips(uuid)) == 0:
		s.result.New = append(s.result.New, uuid)
	case !slices.Contains(slices.Concat(s.result.Merged, s.result.Updated, s.result.Conflicts), uuid):
		s.result.Updated = append(s.result.Updated, uuid)
	}
}

// plan finds what the remote is to get, and what is to be fetched before that.
func (s *sharing) plan(ctx context.Context) (updates []gitstore.Update, behind []gitstore.Ref, err error) {
	refs, err := s.project.runRefs(s.store)
	if err != nil {
		return nil, nil, err
	}
	var ahead []gitstore.Ref
	var alike int
	s.differ, alike = s.differing(refs)
	for _, r := range s.differ {
		if r.tip.IsZero() {
			continue
		}
		if lacking := s.lacking(r.uuid, r.tip); len(lacking) > 0 {
			behind = append(behind, lacking...)
		} else {
			ahead = append(ahead, gitstore.Ref{Name: refPrefix + r.uuid, Hash: r.tip})
		}
	}
	if updates, err = s.updatesOf(ctx, ahead); err != nil {
		return nil, nil, err
	}
	s.result.Same = alike + len(ahead) - len(updates)
	rivals, err := s.store.Refs(conflictPrefix)
	if err != nil {
		return nil, nil, err
	}
	for _, ref := range rivals {
		if uuid, ok := rivalOf(ref); ok && s.wants(uuid) && s.rivals[ref.Name].IsZero() && !s.wasPurged(uuid) {
			updates = append(updates, gitstore.Update{Ref: ref.Name, New: ref.Hash})
		}
	}
	return updates, behind, nil
}

// updatesOf are the updates of runs, of those that the remote does not have as
// they are here.
func (s *sharing) updatesOf(ctx context.Context, refs []gitstore.Ref) ([]gitstore.Update, error) {
	all, errs := make([]gitstore.Update, len(refs)), make([]error, len(refs))
	err := inParallel(ctx, len(refs), func(i int) {
		uuid, _ := runOf(refs[i])
		all[i], _, errs[i] = s.updateOf(ctx, uuid, refs[i].Hash)
	})
	if err = errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(u gitstore.Update) bool { return u.Ref == "" }), nil
}

// planOf are the updates of runs whose state on the remote has been joined in,
// beside those that are planned already.
func (s *sharing) planOf(ctx context.Context, refs []gitstore.Ref, planned []gitstore.Update) ([]gitstore.Update, error) {
	done := map[string]bool{}
	for _, r := range s.result.Refused {
		done[refPrefix+r.ID] = true
	}
	for _, u := range planned {
		done[u.Ref] = true
	}
	var updates []gitstore.Update
	for _, ref := range refs {
		uuid, ok := runOf(ref)
		if !ok || done[ref.Name] {
			continue
		}
		done[ref.Name] = true
		here, err := s.here(uuid)
		if err != nil {
			return nil, err
		}
		u, needed, err := s.updateOf(ctx, uuid, here)
		if err != nil {
			return nil, err
		}
		if needed {
			updates = append(updates, u)
		}
		rivals, err := s.store.Refs(conflictPrefix + uuid + "/")
		if err != nil {
			return nil, err
		}
		for _, rival := range rivals {
			if s.rivals[rival.Name].IsZero() && !done[rival.Name] && !s.wasPurged(uuid) {
				updates = append(updates, gitstore.Update{Ref: rival.Name, New: rival.Hash})
			}
		}
	}
	return updates, nil
}
