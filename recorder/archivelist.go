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
	s.archives, s.stored = nil, map[string][]gitstore.Hash{}
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
	if len(unknown) > 0 {
		read := func(store *gitstore.Store) error { return s.readArchives(store, unknown) }
		if err := s.remote.Peek(ctx, s.options.WireOptions, unknown, read); err != nil {
			return err
		}
	}
	for _, a := range s.archives {
		for _, r := range a.runs {
			if s.wants(r.uuid) && !slices.Contains(s.stored[r.uuid], r.tip) {
				s.stored[r.uuid] = append(s.stored[r.uuid], r.tip)
			}
		}
	}
	return nil
}

func (s *sharing) readArchives(store *gitstore.Store, refs []gitstore.Ref) error {
	for _, ref := range refs {
		runs, err := readArchive(store, ref.Hash)
		if err != nil {
			return fmt.Errorf("read %s of %s: %w", ref.Name, s.remote.Name, err)
		}
		s.project.keepArchive(ref.Hash, runs)
		s.archives = append(s.archives, remoteArchive{ref, runs})
	}
	return nil
}

// tips are the commits that the remote has of a run: that of its ref comes
// first, then those in archives. What it has of the run is what joins them all.
func (s *sharing) tips(uuid string) []gitstore.Hash {
	stored := s.stored[uuid]
	there, ok := s.theirs[uuid]
	switch {
	case !ok:
		return stored
	case len(stored) == 0 || slices.Equal(stored, []gitstore.Hash{there}):
		return []gitstore.Hash{there}
	}
	return append([]gitstore.Hash{there}, slices.DeleteFunc(slices.Clone(stored), func(h gitstore.Hash) bool { return h == there })...)
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
	for uuid := range s.stored {
		uuids = append(uuids, uuid)
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
	if here.IsZero() {
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
