package gitstore

import (
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// errGone: what a commit builds on was removed meanwhile; with everything taken
// anew it can be written.
var errGone = fmt.Errorf("%w, and %w", ErrMissing, ErrChanged)

// settled reports whether an object is in a pack that no commit is at work on.
func (s *Store) settled(h Hash) bool {
	place, ok := s.database().packed(h)
	return ok && !isOurKeep(place.pack.base)
}

// checkReused makes sure, while the pack of a commit is guarded, that every
// object its trees name and it does not hold is there.
func (s *Store) checkReused(n *treeNode, written map[Hash]bool) error {
	switch {
	case n.known || s.partial():
		return nil
	case n.snapshot != nil:
		return s.checkSnapshot(n.snapshot, written)
	case n.children == nil:
		return s.checkThere("", n.mode, n.hash, written)
	}
	for name, child := range n.children {
		if err := s.checkReused(child, written); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return nil
}

func (s *Store) checkSnapshot(snapshot *Snapshot, written map[Hash]bool) error {
	if err := s.checkThere("", filemode.Dir, snapshot.Tree, written); err != nil {
		return err
	}
	for _, o := range snapshot.Objects {
		if o.Type != plumbing.TreeObject {
			continue
		}
		entries, err := parseTree(string(o.Data))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := s.checkThere(e.Name, e.Mode, e.Hash, written); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) checkThere(name string, mode filemode.FileMode, h Hash, written map[Hash]bool) error {
	if mode == filemode.Submodule || written[h] || s.Has(h) {
		return nil
	}
	return fmt.Errorf("the object %s of %q has gone while it was to be reused: %w", h, name, errGone)
}
