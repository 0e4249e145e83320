package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

const (
	// catalogPrefix is where a remote keeps the catalogs: of each clone what lists
	// need of the runs that it has pushed.
	catalogPrefix = "refs/exprec-catalog/"
	// catalogTip is the entry that names the commit of a run.
	catalogTip     = "tip"
	catalogMessage = "exprec: catalog"
	// maxCatalog bounds the runs of a catalog.
	maxCatalog = 1_000_000
)

// A catalogEntry is a run in a catalog: the commit it stands for, and the tree
// with the files of that commit's root.
type catalogEntry struct{ tip, tree gitstore.Hash }

// readCatalog reads a catalog. What is known of a tree need not be read again.
// Entries that are not as they should be are passed over: another clone, or
// another version, wrote them.
func readCatalog(store *gitstore.Store, commit gitstore.Hash, known map[gitstore.Hash]gitstore.Hash) (map[string]catalogEntry, error) {
	trees, err := readCatalogTrees(store, commit)
	if err != nil {
		return nil, err
	}
	runs := make(map[string]catalogEntry, len(trees))
	for uuid, tree := range trees {
		tip, ok := known[tree]
		if !ok {
			if tip, err = catalogTipOf(store, tree); err != nil {
				continue
			}
		}
		runs[uuid] = catalogEntry{tip, tree}
	}
	return runs, nil
}

// catalogTrees are the runs of a catalog: the trees of its entries by UUID. The
// catalog follows from them.
type catalogTrees map[string]gitstore.Hash

// readCatalogTrees reads the trees of a catalog that lead to its entries.
func readCatalogTrees(store *gitstore.Store, commit gitstore.Hash) (catalogTrees, error) {
	_, buckets, err := commitEntries(store, commit)
	if err != nil {
		return nil, err
	}
	trees := catalogTrees{}
	for _, bucket := range buckets {
		entries, err := bucketEntries(store, bucket)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			trees[e.Name] = e.Hash
		}
		if len(trees) > maxCatalog {
			return nil, fmt.Errorf("a catalog has more than %d runs: %w", maxCatalog, gitstore.ErrTooLarge)
		}
	}
	return trees, nil
}

// bucketEntries are the runs of one bucket: those whose ids begin with its name.
func bucketEntries(store *gitstore.Store, bucket gitstore.TreeEntry) ([]gitstore.TreeEntry, error) {
	if len(bucket.Name) != bucketDigits || bucket.Mode != filemode.Dir {
		return nil, nil
	}
	entries, err := store.ReadTree(bucket.Hash)
	return slices.DeleteFunc(entries, func(e gitstore.TreeEntry) bool {
		_, ok := runOf(gitstore.Ref{Name: refPrefix + e.Name})
		return !ok || e.Mode != filemode.Dir || !strings.HasPrefix(e.Name, bucket.Name)
	}), err
}

// catalogTipOf is the commit that an entry names.
func catalogTipOf(store *gitstore.Store, tree gitstore.Hash) (tip gitstore.Hash, err error) {
	entries, err := store.ReadTree(tree)
	if err != nil {
		return tip, err
	}
	for _, e := range entries {
		if e.Name == catalogTip && e.Mode == filemode.Submodule {
			return e.Hash, nil
		}
	}
	return tip, errors.New("it names no commit")
}

// objects are the commit of a catalog, which comes last, and the trees that lead
// to its entries.
func (c catalogTrees) objects() []gitstore.NewObject {
	var objects []gitstore.NewObject
	var buckets []gitstore.TreeEntry
	for rest := sortedKeys(c); len(rest) > 0; {
		digits := rest[0][:bucketDigits]
		n := 0
		var entries []gitstore.TreeEntry
		for ; n < len(rest) && strings.HasPrefix(rest[n], digits); n++ {
			entries = append(entries, gitstore.TreeEntry{Name: rest[n], Mode: filemode.Dir, Hash: c[rest[n]]})
		}
		bucket := gitstore.TreeObject(entries)
		objects = append(objects, bucket)
		buckets = append(buckets, gitstore.TreeEntry{Name: digits, Mode: filemode.Dir, Hash: bucket.Hash})
		rest = rest[n:]
	}
	root := gitstore.TreeObject(buckets)
	return append(objects, root, gitstore.CommitObject(root.Hash, nil, derivedSigner, catalogMessage))
}

// objectsOf are the objects of a catalog, none where its commit is not the one
// that follows from its runs: then it has other trees.
func (c catalogTrees) objectsOf(commit gitstore.Hash) []gitstore.NewObject {
	if objects := c.objects(); catalogCommit(objects) == commit {
		return objects
	}
	return nil
}

// catalogCommit is the commit of a catalog among its objects.
func catalogCommit(objects []gitstore.NewObject) gitstore.Hash { return objects[len(objects)-1].Hash }

// otherThan are the objects that are not among others.
func otherThan(objects, others []gitstore.NewObject) []gitstore.NewObject {
	known := make(map[gitstore.Hash]bool, len(others))
	for _, o := range others {
		known[o.Hash] = true
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o gitstore.NewObject) bool { return known[o.Hash] })
}

// changeCatalog changes the catalog that a ref of a store stands for, and reports
// whether that made a difference. One that is not there, or cannot be read, is
// empty. New entries are in the store or among objects.
func changeCatalog(ctx context.Context, store *gitstore.Store, ref string, change func(catalogTrees), objects ...gitstore.NewObject) (changed bool, err error) {
	for range editTries {
		changed, err = changeCatalogOnce(ctx, store, ref, change, objects)
		if !errors.Is(err, gitstore.ErrConflict) {
			break
		}
	}
	return changed, err
}

func changeCatalogOnce(ctx context.Context, store *gitstore.Store, ref string, change func(catalogTrees), objects []gitstore.NewObject) (changed bool, err error) {
	old, err := store.Ref(ref)
	if err != nil && !errors.Is(err, gitstore.ErrNotFound) {
		return false, err
	}
	was := catalogTrees{}
	if !old.IsZero() {
		if was, err = readCatalogTrees(store, old); err != nil {
			was = catalogTrees{}
		}
	}
	before := was.objectsOf(old)
	change(was)
	after := was.objects()
	commit := catalogCommit(after)
	if commit == old {
		return false, nil
	}
	if err := store.CommitDerived(ctx, ref, old, slices.Concat(objects, otherThan(after, before))); err != nil {
		return false, fmt.Errorf("write the catalog of the runs: %w", err)
	}
	return true, nil
}

// entryOf is how a catalog stands for a commit of a run, whose tree has these
// entries: with its files, and with its folders by name only, so that lists know
// which there are, and runs of one source are seen to be that.
func entryOf(tip gitstore.Hash, root []gitstore.TreeEntry, purged bool) []gitstore.TreeEntry {
	entries := make([]gitstore.TreeEntry, 0, len(root)+1)
	for _, e := range root {
		switch {
		case e.Name == catalogTip:
		case purged && !isNotes(e): // somewhere its content may be left, but is not to be shown
		case e.Mode == filemode.Dir:
			entries = append(entries, gitstore.TreeEntry{Name: e.Name, Mode: filemode.Submodule, Hash: e.Hash})
		case e.Mode == filemode.Regular:
			entries = append(entries, e)
		}
	}
	return append(entries, gitstore.TreeEntry{Name: catalogTip, Mode: filemode.Submodule, Hash: tip})
}

func readEntry(store *gitstore.Store, tip gitstore.Hash) ([]gitstore.TreeEntry, error) {
	_, root, err := commitEntries(store, tip)
	if err != nil {
		return nil, err
	}
	said, err := notesOf(store, root)
	return entryOf(tip, root, said.Flag(record.Purged)), err
}

// wholeEntry are the objects of an entry: its files, and last its tree.
func wholeEntry(store *gitstore.Store, tip gitstore.Hash) (objects []gitstore.NewObject, err error) {
	entries, err := readEntry(store, tip)
	for _, e := range entries {
		if err == nil && e.Mode == filemode.Regular {
			var data []byte
			data, err = store.ReadBlob(e.Hash, maxIndexFile)
			objects = append(objects, gitstore.BlobObject(data))
		}
	}
	return append(objects, gitstore.TreeObject(entries)), err
}

// entriesOf are the entries of some runs, and the objects of them that read gives
// for their commits, the tree last.
func entriesOf(ctx context.Context, tips map[string]gitstore.Hash, read func(tip gitstore.Hash) ([]gitstore.NewObject, error)) (catalogTrees, []gitstore.NewObject, error) {
	uuids := sortedKeys(tips)
	objects, errs := make([][]gitstore.NewObject, len(uuids)), make([]error, len(uuids))
	err := inParallel(ctx, len(uuids), func(i int) { objects[i], errs[i] = read(tips[uuids[i]]) })
	if err != nil {
		return nil, nil, err
	}
	trees := make(catalogTrees, len(uuids))
	for i, uuid := range uuids {
		if errs[i] != nil {
			return nil, nil, fmt.Errorf("write the run %s into the catalog: %w", shortID(uuid), errs[i])
		}
		trees[uuid] = objects[i][len(objects[i])-1].Hash
	}
	return trees, slices.Concat(objects...), nil
}
