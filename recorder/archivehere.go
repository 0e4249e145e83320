package recorder

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/exprec/exprec/gitstore"
)

// knownArchives keeps what the archives of a store hold. They are there in
// mirrors, and where the store is what others share their runs by.
type knownArchives struct {
	mu   sync.Mutex
	refs map[*gitstore.Store]*gitstore.RefList
	runs map[gitstore.Hash][]archived // by archive; none of one that cannot be read
}

// since lists the archives of a store, and what they hold. They are read again
// where they are not as they were.
func (k *knownArchives) since(store *gitstore.Store) (*gitstore.RefList, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list, err := store.RefsSince(archivePrefix, k.refs[store])
	if err != nil {
		return nil, err
	}
	if k.refs == nil {
		k.refs, k.runs = map[*gitstore.Store]*gitstore.RefList{}, map[gitstore.Hash][]archived{}
	}
	k.refs[store] = list
	for _, ref := range list.Refs {
		if _, known := k.runs[ref.Hash]; known {
			continue
		}
		k.runs[ref.Hash], _ = readArchive(store, ref.Hash)
	}
	return list, nil
}

// in are the runs in the archives of a store, those of the newest first. refs
// that are no archives are counted.
func (k *knownArchives) in(store *gitstore.Store) (archives []remoteArchive, skipped int, err error) {
	list, err := k.since(store)
	if err != nil {
		return nil, 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, ref := range slices.Backward(list.Refs) {
		runs := k.runs[ref.Hash]
		if _, ok := monthOf(ref.Name); !ok || len(runs) == 0 {
			skipped++
			continue
		}
		archives = append(archives, remoteArchive{ref, runs})
	}
	return archives, skipped, nil
}

// beside are the runs in archives of stores that have no ref there, and how
// many refs are no archives.
func (k *knownArchives) beside(stores []*gitstore.Store, lists []*gitstore.RefList) (runs []listedRun, skipped int, err error) {
	for i, store := range stores {
		archives, others, err := k.in(store)
		if err != nil {
			return nil, 0, err
		}
		if skipped += others; len(archives) == 0 {
			continue
		}
		has := make(map[string]bool, len(lists[i].Refs))
		for _, ref := range lists[i].Refs {
			has[ref.Name[len(refPrefix):]] = true
		}
		for _, a := range archives {
			for _, r := range a.runs {
				if !has[r.uuid] {
					has[r.uuid] = true
					runs = append(runs, listedRun{r.uuid, []runCopy{{store: store, hash: r.tip}}})
				}
			}
		}
	}
	return runs, skipped, nil
}

// tipIn is the commit of a run in a store: that of its ref, else one in its
// archives. ref is what the run's ref stands for, zero where it has none. The
// error is [gitstore.ErrNotFound] where the store does not have the run.
func (p *Project) tipIn(store *gitstore.Store, uuid string) (tip, ref gitstore.Hash, err error) {
	tip, err = store.Ref(refPrefix + uuid)
	if err == nil || !errors.Is(err, gitstore.ErrNotFound) {
		return tip, tip, err
	}
	archives, _, archiveErr := p.archives.in(store)
	if archiveErr != nil {
		return tip, ref, archiveErr
	}
	for _, a := range archives {
		if at, ok := findArchived(a.runs, uuid); ok {
			return a.runs[at].tip, gitstore.Hash{}, nil
		}
	}
	return tip, ref, err
}

// buryStored replaces a run in the archives of a store by what is left of it
// there, which may be nothing.
func (p *Project) buryStored(ctx context.Context, store *gitstore.Store, uuid string, left gitstore.Hash) error {
	archives, _, err := p.archives.in(store)
	if err != nil {
		return err
	}
	for _, a := range archives {
		at, ok := findArchived(a.runs, uuid)
		if !ok || a.runs[at].tip == left {
			continue
		}
		// What the archive was leads to the run too: it goes with it.
		p.enter(uuid, commitsBelow(store, a.runs[at].tip)...)
		p.enter(uuid, archiveCommits(a.runs, uuid)...)
		runs := slices.Clone(a.runs)
		if runs[at].tip = left; left.IsZero() {
			runs = slices.Delete(runs, at, at+1)
		}
		if len(runs) == 0 {
			err = store.UpdateRef(ctx, a.Name, gitstore.Hash{}, a.Hash)
		} else {
			_, objects := archiveObjects(runs)
			err = store.CommitDerived(ctx, a.Name, a.Hash, objects)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// archiveCommits are the commits of an archive that lead to a run.
func archiveCommits(runs []archived, uuid string) []gitstore.Hash {
	whole, _ := archiveObjects(runs)
	bucket := slices.DeleteFunc(slices.Clone(runs), func(r archived) bool { return r.uuid[:bucketDigits] != uuid[:bucketDigits] })
	_, objects := archiveObjects(bucket)
	return []gitstore.Hash{objects[1].Hash, whole} // after the tree of the folder, its commit
}

// runRefs are the runs of a store with their commits, those in its archives too:
// each as the ref that it has or would have, sorted by name.
func (p *Project) runRefs(store *gitstore.Store) ([]gitstore.Ref, error) {
	refs, err := store.Refs(refPrefix)
	if err != nil {
		return nil, err
	}
	list := &gitstore.RefList{Refs: refs}
	beside, _, err := p.archives.beside([]*gitstore.Store{store}, []*gitstore.RefList{list})
	if len(beside) == 0 {
		return refs, err
	}
	for _, r := range beside {
		refs = append(refs, gitstore.Ref{Name: refPrefix + r.uuid, Hash: r.copies[0].hash})
	}
	slices.SortFunc(refs, func(a, b gitstore.Ref) int { return strings.Compare(a.Name, b.Name) })
	return refs, err
}
