package recorder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/exprec/exprec/gitstore"
)

// Bundle writes runs, all that are here where none is given, into one file that
// [Project.Fetch] takes as a remote, and git too. Runs that hold what looks like
// a secret are refused as by [Project.Push]. Of the options AllowSecrets and
// DryRun count.
func (p *Project) Bundle(ctx context.Context, file string, o ShareOptions, runs ...*Run) (*Shared, error) {
	store := p.stores[0]
	refs, err := p.bundled(store, runs)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(file); err == nil {
		return nil, fmt.Errorf("%w: %q", gitstore.ErrExists, file)
	}
	shared := &Shared{Remote: file}
	var sources knownSources
	for _, ref := range refs {
		uuid, _ := runOf(ref)
		shared.New = append(shared.New, uuid)
		if o.AllowSecrets {
			continue
		}
		run := p.load(store, uuid, ref.Hash)
		found, err := sources.secretIn(ctx, run)
		if err != nil {
			return nil, err
		}
		if found != "" {
			return nil, fmt.Errorf("the run %s was %w: %s", run.Short(), ErrSecret, found)
		}
	}
	if o.DryRun {
		return shared, nil
	}
	for _, ref := range refs {
		if _, err := store.Ref(ref.Name); !errors.Is(err, gitstore.ErrNotFound) {
			continue
		}
		// It is in an archive, and git puts only into a bundle what has a ref.
		if err := store.UpdateRef(ctx, ref.Name, ref.Hash, gitstore.Hash{}); err != nil {
			return nil, err
		}
	}
	return shared, store.Bundle(ctx, file, refs)
}

// bundled are the refs of runs that go into a bundle, of all where none is given.
func (p *Project) bundled(store *gitstore.Store, runs []*Run) ([]gitstore.Ref, error) {
	var refs []gitstore.Ref
	if len(runs) == 0 {
		all, err := p.runRefs(store)
		if err != nil {
			return nil, err
		}
		for _, ref := range all {
			if _, ok := runOf(ref); ok {
				refs = append(refs, ref)
			}
		}
	}
	for _, r := range runs {
		if r.store != store || r.tip.IsZero() {
			return nil, fmt.Errorf("%w: the run %s is not in %s; exprec recover may move it there", ErrNoRun, r.Short(), store.GitDir())
		}
		refs = append(refs, gitstore.Ref{Name: refPrefix + r.uuid, Hash: r.tip})
	}
	if len(refs) == 0 {
		return nil, fmt.Errorf("%w to put into a bundle", ErrNoRun)
	}
	return refs, nil
}

// RemoveRemote removes runs from a remote; here they stay, and with whoever has
// fetched them. A run that somebody else moves there meanwhile is refused.
func (p *Project) RemoveRemote(ctx context.Context, o ShareOptions) (*Shared, error) {
	o.pushing = true
	s, err := p.share(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(s.runsThere())+len(s.rivals) == 0 {
		return nil, cmp.Or(s.result.unreadErr(), fmt.Errorf("%w of those on %s", ErrNoRun, s.remote.Name))
	}
	if o.DryRun {
		return s.result, nil
	}
	kept, err := s.takeOut(ctx)
	if err != nil {
		return s.result, err
	}
	var updates []gitstore.Update
	for _, ref := range s.listing.Refs {
		uuid, isRun := runOf(ref)
		_, isRival := s.rivals[ref.Name]
		if isRun && s.wants(uuid) || isRival {
			updates = append(updates, gitstore.Update{Ref: ref.Name, Old: ref.Hash})
		}
	}
	removed := map[string]bool{}
	for _, r := range s.stored {
		if !kept[r.uuid] {
			removed[r.uuid] = true
		}
	}
	var answers []gitstore.Answer
	err = s.relisting(ctx, func() (err error) {
		answers, err = s.withoutCataloged(ctx, updates, removed)
		return err
	})
	for _, a := range answers {
		uuid, isRun := runOf(gitstore.Ref{Name: a.Ref})
		if a.Reason == "" {
			s.pushed = append(s.pushed, a.Update)
		}
		switch {
		case !isRun:
		case a.Reason != "":
			s.refuse(uuid, fmt.Errorf("it stays on %s: %s", s.remote.Name, a.Reason))
			removed[uuid] = false
		case !kept[uuid]:
			removed[uuid] = true
		}
	}
	for _, uuid := range slices.Sorted(maps.Keys(removed)) {
		if removed[uuid] {
			s.result.Updated = append(s.result.Updated, uuid)
		}
	}
	if err != nil {
		return s.result, err
	}
	return s.result, s.remember()
}
