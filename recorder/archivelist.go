package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/exprec/exprec/gitstore"
)

// remoteArchive is an archive as a remote has it.
type remoteArchive struct {
	gitstore.Ref
	runs []archived
}

// listArchives finds out what the archives of the remote hold, without the runs
// themselves: those that have not been seen before are read from it.
func (s *sharing) listArchives(ctx context.Context) error {
	s.archives, s.stored, s.result.Unread = nil, nil, nil
	var unknown []gitstore.Ref
	for _, ref := range s.listing.Refs {
		if _, ok := monthOf(ref.Name); !ok {
			continue
		}
		runs, ok := s.project.keptArchive(ref.Hash)
		if !ok {
			unknown = append(unknown, ref)
			continue
		}
		s.archives = append(s.archives, remoteArchive{ref, runs})
	}
	if err := s.peek(ctx, unknown); err != nil {
		return err
	}
	s.stored = allArchived(s.archives)
	if s.options.Runs != nil {
		s.stored = slices.DeleteFunc(slices.Clone(s.stored), func(r archived) bool { return !s.wants(r.uuid) })
	}
	return nil
}

// allArchived are the runs of archives, sorted by UUID. One that they have with
// several commits is there with each.
func allArchived(archives []remoteArchive) (all []archived) {
	if len(archives) == 1 {
		return archives[0].runs
	}
	var lists [][]archived
	for _, a := range archives {
		lists = append(lists, a.runs)
	}
	for _, of := range sideBySide(lists...) {
		for first := len(all); len(of) > 0; of = of[1:] {
			if len(of[0]) > 0 && !slices.Contains(all[first:], of[0][0]) {
				all = append(all, of[0][0])
			}
		}
	}
	return all
}

// peek reads archives from the remote. Where some cannot be had they are looked
// for in halves: one bad archive keeps no other away.
func (s *sharing) peek(ctx context.Context, refs []gitstore.Ref) error {
	if len(refs) == 0 {
		return nil
	}
	err := s.remote.Peek(ctx, s.options.WireOptions, refs, func(store *gitstore.Store) error {
		for _, ref := range refs {
			runs, err := readArchive(store, ref.Hash)
			if err != nil {
				s.leaveUnread(ref, err)
				continue
			}
			s.archives = append(s.archives, remoteArchive{ref, runs})
			if !s.options.DryRun {
				s.project.keepArchive(ref.Hash, runs)
			}
		}
		return nil
	})
	switch {
	case !errors.Is(err, gitstore.ErrBadObjects) && !errors.Is(err, gitstore.ErrTooLarge):
		return err
	case len(refs) == 1:
		s.leaveUnread(refs[0], err)
		return nil
	}
	half := len(refs) / 2
	if err := s.peek(ctx, refs[:half]); err != nil {
		return err
	}
	return s.peek(ctx, refs[half:])
}

// leaveUnread lets an archive be as it is: what it holds is not known, so that
// nothing may take its place.
func (s *sharing) leaveUnread(ref gitstore.Ref, err error) {
	month, _ := monthOf(ref.Name)
	if errors.Is(err, gitstore.ErrBadObjects) { // git says it in many words
		err = fmt.Errorf("%w; git fsck there says more", gitstore.ErrBadObjects)
	}
	s.result.Unread = append(s.result.Unread, UnreadArchive{month, err.Error()})
}

// tips are the commits that the remote has of a run: that of its ref comes
// first, then those in archives. What it has of the run is what joins them all.
func (s *sharing) tips(uuid string) (tips []gitstore.Hash) {
	there, ok := s.theirs[uuid]
	if ok {
		tips = append(tips, there)
	}
	for _, r := range s.storedOf(uuid) {
		if !ok || r.tip != there {
			tips = append(tips, r.tip)
		}
	}
	return tips
}

// storedOf is what the archives of the remote have of a run.
func (s *sharing) storedOf(uuid string) []archived {
	at, _ := findArchived(s.stored, uuid)
	end := at
	for end < len(s.stored) && s.stored[end].uuid == uuid {
		end++
	}
	return s.stored[at:end]
}

// leading are the commits that stand for the runs of the remote where one has to.
func (s *sharing) leading() map[string]gitstore.Hash {
	tips := map[string]gitstore.Hash{}
	for _, uuid := range s.runsThere() {
		tips[uuid] = s.tips(uuid)[0]
	}
	return tips
}

// runsThere are the runs that the remote has and that are wanted, sorted.
func (s *sharing) runsThere() []string {
	uuids := make([]string, 0, len(s.theirs)+len(s.stored))
	for uuid := range s.theirs {
		uuids = append(uuids, uuid)
	}
	for _, r := range s.stored {
		uuids = append(uuids, r.uuid)
	}
	slices.Sort(uuids)
	return slices.Compact(uuids)
}

// lacking are the commits that the remote has of a run and that have something
// which is not here.
func (s *sharing) lacking(uuid string, here gitstore.Hash) []gitstore.Ref {
	var refs []gitstore.Ref
	for _, tip := range s.tips(uuid) {
		if tip != here && !s.covers(uuid, here, tip) {
			refs = append(refs, gitstore.Ref{Name: refPrefix + uuid, Hash: tip})
		}
	}
	return refs
}

// covers reports whether a state of a run has all that another one has, as far
// as both are here.
func (s *sharing) covers(uuid string, here, other gitstore.Hash) bool {
	// Mostly it is not here: to read it would be to wait for it while packs come.
	if here.IsZero() || !s.store.Has(other) {
		return false
	}
	theirs, err := stateOf(s.store, uuid, other)
	if err != nil {
		return false
	}
	ours, err := stateOf(s.store, uuid, here)
	if err != nil {
		return false
	}
	j := joinStates(ours, theirs)
	if !j.rival.IsZero() {
		if _, err := s.store.Ref(conflictPrefix + uuid + "/" + j.rival.String()); err != nil {
			return false
		}
		j.rival = gitstore.Hash{} // both are kept already
	}
	return !j.adds(ours)
}

// here is the commit of a run in the store, zero for none.
func (s *sharing) here(uuid string) (gitstore.Hash, error) {
	tip, _, err := s.project.tipIn(s.store, uuid)
	if errors.Is(err, gitstore.ErrNotFound) {
		err = nil
	}
	return tip, err
}
