package recorder

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/stamps"
	"github.com/exprec/exprec/recorder/internal/record"
)

// knownRuns keeps what the refs and the folders of runs said, so that a project
// with many runs is not read anew where nothing has changed.
type knownRuns struct {
	mu      sync.Mutex
	refs    []*gitstore.RefList // by store
	stored  []*gitstore.RefList // the archives of a store
	runs    []listedRun         // that follow from them
	skipped int
	folders []*knownFolders // by home
	without []string        // the folders of runs that have no ref
	of      []listedRun     // the runs that without was found for
}

// knownFolders are the names in a home's runs/ that are those of runs, sorted.
type knownFolders struct {
	names  []string
	stamps *stamps.Set
}

// inGit finds the runs by their refs, and counts the refs that are no run's.
// The list is not to be changed.
func (k *knownRuns) inGit(stores []*gitstore.Store, archives *knownArchives) (runs []listedRun, skipped int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	same := len(k.refs) == len(stores)
	refs, stored := make([]*gitstore.RefList, len(stores)), make([]*gitstore.RefList, len(stores))
	for i, store := range stores {
		var before, storedBefore *gitstore.RefList
		if len(k.refs) == len(stores) {
			before, storedBefore = k.refs[i], k.stored[i]
		}
		if refs[i], err = store.RefsSince(refPrefix, before); err != nil {
			return nil, 0, fmt.Errorf("list the runs in %s: %w", store.GitDir(), err)
		}
		// Archives are looked at after the refs: what is rolled up meanwhile is
		// then in both, and never in neither.
		if stored[i], err = archives.since(store); err != nil {
			return nil, 0, fmt.Errorf("list the archives in %s: %w", store.GitDir(), err)
		}
		same = same && refs[i].Same(before) && stored[i].Same(storedBefore)
	}
	k.refs, k.stored = refs, stored
	if !same {
		runs, skipped := runsOf(stores, refs)
		more, others, err := archives.beside(stores, refs)
		if err != nil {
			return nil, 0, err
		}
		if len(more) > 0 {
			runs = joinCopies(slices.Concat(runs, more))
		}
		k.runs, k.skipped = runs, skipped+others
	}
	return k.runs, k.skipped, nil
}

// runsOf are the runs that refs tell of.
func runsOf(stores []*gitstore.Store, lists []*gitstore.RefList) (runs []listedRun, skipped int) {
	for i, store := range stores {
		refs := lists[i].Refs
		copies := make([]runCopy, 0, len(refs))
		runs = slices.Grow(runs, len(refs))
		for _, ref := range refs {
			uuid, ok := runOf(ref)
			if !ok {
				skipped++
				continue
			}
			n := len(copies)
			copies = append(copies, runCopy{store: store, hash: ref.Hash})
			runs = append(runs, listedRun{uuid, copies[n : n+1 : n+1]})
		}
	}
	return slices.Clip(joinCopies(runs)), skipped
}

// withoutRef are the folders that are called as runs are of which none of those
// that are given is called so.
func (k *knownRuns) withoutRef(homes []string, inGit []listedRun) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	same := len(k.folders) == len(homes) && sameList(k.of, inGit)
	if len(k.folders) != len(homes) {
		k.folders = make([]*knownFolders, len(homes))
	}
	for i, home := range homes {
		now := foldersSince(filepath.Join(home, "runs"), k.folders[i])
		same = same && slices.Equal(now.names, k.folders[i].namesOrNone())
		k.folders[i] = now
	}
	if same {
		return k.without
	}
	k.of, k.without = inGit, nil
	for i, home := range homes {
		for _, name := range without(k.folders[i].names, inGit) {
			k.without = append(k.without, filepath.Join(home, "runs", name))
		}
	}
	return k.without
}

// sameList reports whether two lists of runs are one and the same.
func sameList(a, b []listedRun) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (k *knownFolders) namesOrNone() []string {
	if k == nil {
		return nil
	}
	return k.names
}

// foldersSince are the names in dir, those of before where nothing has changed.
func foldersSince(dir string, before *knownFolders) *knownFolders {
	if before == nil {
		before = &knownFolders{}
	}
	if before.stamps.Hold() {
		return before
	}
	now := &knownFolders{stamps: stamps.New()}
	now.stamps.Add(dir)
	names := slices.DeleteFunc(namesIn(dir), func(name string) bool { return record.CheckUUID(name) != nil })
	now.stamps.After(before.stamps)
	if now.names = names; slices.Equal(names, before.names) {
		now.names = before.names
	}
	return now
}

// without are the names that no run is called by. Both are sorted.
func without(names []string, runs []listedRun) (left []string) {
	for _, name := range names {
		for len(runs) > 0 && strings.Compare(runs[0].uuid, name) < 0 {
			runs = runs[1:]
		}
		if len(runs) == 0 || runs[0].uuid != name {
			left = append(left, name)
		}
	}
	return left
}
