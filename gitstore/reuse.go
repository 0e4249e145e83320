package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Reusable tells which objects of the store a commit may stand on without
// writing them again.
//
// In a user's repository these are the objects that the commit of HEAD reaches:
// others may be pruned at any moment, and giving them a new time did not save
// them. In a private store, which prunes nothing, it is every object whose
// commit has got its ref.
type Reusable struct {
	store   *Store
	root    Hash
	partial bool

	mu      *sync.Mutex
	folders map[string]map[string]TreeEntry
}

// Reusable looks at HEAD once; the folders of its tree are read when they are
// asked for.
func (s *Store) Reusable(ctx context.Context) (Reusable, error) {
	r := Reusable{store: s, mu: &sync.Mutex{}, folders: map[string]map[string]TreeEntry{}, partial: s.partial()}
	if err := ctx.Err(); err != nil || s.repo == nil {
		return r, err
	}
	head, err := s.repo.Head()
	if err != nil || head.Commit.IsZero() {
		return r, err
	}
	// What cannot be read is not reused, which is no reason to fail.
	if commit, err := s.ReadCommit(head.Commit); err == nil {
		r.root = commit.Tree
	}
	return r, nil
}

// partial reports whether objects may be left on a remote.
func (s *Store) partial() bool {
	if s.repo == nil {
		return false
	}
	_, ok := s.repo.Config.Get("extensions.partialclone")
	return ok
}

// Blob is the file or link of HEAD's tree at a slash separated path.
func (r Reusable) Blob(file string) (Hash, filemode.FileMode, bool) {
	e, ok := r.entry(file)
	if !ok || e.Mode == filemode.Dir || r.partial && !r.store.Has(e.Hash) {
		return Hash{}, 0, false
	}
	return e.Hash, e.Mode, true
}

// Tree is the folder of HEAD's tree at a slash separated path, its root for "".
// A partial clone has no folder for sure, only files.
func (r Reusable) Tree(dir string) (Hash, bool) {
	if r.partial || r.root.IsZero() {
		return Hash{}, false
	}
	if dir == "" {
		return r.root, true
	}
	e, ok := r.entry(dir)
	return e.Hash, ok && e.Mode == filemode.Dir
}

// Has reports whether an object of a private store may be stood on. In a user's
// repository the path decides: see Blob and Tree.
func (r Reusable) Has(h Hash) bool {
	return r.store.private && r.store.settled(h)
}

func (r Reusable) entry(file string) (TreeEntry, bool) {
	if r.root.IsZero() {
		return TreeEntry{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	dir, name := path.Split(file)
	e, ok := r.folder(path.Clean("/" + dir))[name]
	return e, ok
}

// folder is nil for what is no folder of HEAD's tree, or cannot be read.
func (r Reusable) folder(dir string) map[string]TreeEntry {
	if names, ok := r.folders[dir]; ok {
		return names
	}
	h := r.root
	if dir != "/" {
		parent, name := path.Split(dir)
		e, ok := r.folder(path.Clean(parent))[name]
		if !ok || e.Mode != filemode.Dir {
			r.folders[dir] = nil
			return nil
		}
		h = e.Hash
	}
	entries, err := r.store.ReadTree(h)
	if err != nil {
		entries = nil
	}
	names := make(map[string]TreeEntry, len(entries))
	for _, e := range entries {
		names[e.Name] = e
	}
	r.folders[dir] = names
	return names
}

// settled reports whether an object is in a pack that no commit is at work on.
func (s *Store) settled(h Hash) bool {
	place, ok := s.database().find(h)
	if !ok {
		return false
	}
	_, err := os.Lstat(place.pack.base + ".keep")
	return errors.Is(err, os.ErrNotExist)
}

// checkReused makes sure, while the pack of a commit is guarded, that every
// object its trees name and it does not hold is there.
func (s *Store) checkReused(reused map[Hash]string) error {
	tolerant := s.partial()
	for h, name := range reused {
		if !s.Has(h) && !tolerant {
			return fmt.Errorf("the object %s of %q has gone while it was to be reused: %w", h, name, ErrMissing)
		}
	}
	return nil
}
