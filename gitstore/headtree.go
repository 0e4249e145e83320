package gitstore

import (
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// headTree is the tree of the commit that is checked out. What it reaches is
// the only thing in the user's repository that a snapshot builds on: all else
// can be pruned at any moment.
type headTree struct {
	store *Store
	root  Hash // zero: no commit, or it cannot be read

	lock    sync.Mutex
	folders map[Hash]map[string]TreeEntry
}

// readHeadTree finds the tree of HEAD. The store is where the repository's
// objects are, which is not always where the snapshot goes.
func readHeadTree(store *Store, repo *Repository) *headTree {
	h := &headTree{store: store, folders: map[Hash]map[string]TreeEntry{}}
	if repo == nil || store == nil {
		return h
	}
	head, err := repo.Head()
	if err != nil || head.Commit.IsZero() {
		return h
	}
	if info, err := store.ReadCommit(head.Commit); err == nil {
		h.root = info.Tree
	}
	return h
}

// folder is the content of one of its trees, nothing where it cannot be read.
func (h *headTree) folder(tree Hash) map[string]TreeEntry {
	if tree.IsZero() {
		return nil
	}
	h.lock.Lock()
	defer h.lock.Unlock()
	if known, ok := h.folders[tree]; ok {
		return known
	}
	entries, err := h.store.ReadTree(tree)
	if err != nil {
		entries = nil
	}
	names := make(map[string]TreeEntry, len(entries))
	for _, e := range entries {
		names[e.Name] = e
	}
	h.folders[tree] = names
	return names
}

// at is the entry at a path, without a slash at its end.
func (h *headTree) at(path string) (TreeEntry, bool) {
	e := TreeEntry{Mode: filemode.Dir, Hash: h.root}
	for name := range strings.SplitSeq(path, "/") {
		if e.Mode != filemode.Dir {
			return e, false
		}
		next, ok := h.folder(e.Hash)[name]
		if !ok {
			return e, false
		}
		e = next
	}
	return e, true
}
