package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	// catalogBatch is how many runs are put into a catalog at once.
	catalogBatch = 1000
)

// A catalogEntry is a run in a catalog: the commit it stands for, and the tree
// with the files of that commit's root.
type catalogEntry struct{ tip, tree gitstore.Hash }

// readCatalog reads a catalog. What is known of a tree need not be read again.
// Entries that are not as they should be are passed over: another clone, or
// another version, wrote them.
func readCatalog(store *gitstore.Store, commit gitstore.Hash, known map[gitstore.Hash]gitstore.Hash) (map[string]catalogEntry, error) {
	_, buckets, err := commitEntries(store, commit)
	if err != nil {
		return nil, err
	}
	runs := map[string]catalogEntry{}
	for _, bucket := range buckets {
		entries, err := bucketEntries(store, bucket)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			tip, ok := known[e.Hash]
			if !ok {
				if tip, err = catalogTipOf(store, e.Hash); err != nil {
					continue
				}
			}
			runs[e.Name] = catalogEntry{tip, e.Hash}
		}
		if len(runs) > maxCatalog {
			return nil, fmt.Errorf("a catalog has more than %d runs: %w", maxCatalog, gitstore.ErrTooLarge)
		}
	}
	return runs, nil
}

// bucketEntries are the runs of one bucket: those whose ids begin with its name.
func bucketEntries(store *gitstore.Store, bucket gitstore.TreeEntry) ([]gitstore.TreeEntry, error) {
	if len(bucket.Name) != 2 || bucket.Mode != filemode.Dir {
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

// catalogChange is what becomes of a run in a catalog: it stands for a commit of
// a store, or is taken out where that is zero.
type catalogChange struct {
	from *gitstore.Store
	tip  gitstore.Hash
}

// writeCatalog changes a catalog, which may be zero for none, and lets a ref
// stand for the new one. Only buckets with a change are written.
func writeCatalog(ctx context.Context, store *gitstore.Store, ref string, base gitstore.Hash, changes map[string]catalogChange) (gitstore.Hash, error) {
	for batch := range slices.Chunk(sortedKeys(changes), catalogBatch) {
		some := make(map[string]catalogChange, len(batch))
		for _, uuid := range batch {
			some[uuid] = changes[uuid]
		}
		tree, err := changedCatalog(ctx, store, base, some)
		if err != nil {
			return base, fmt.Errorf("write the catalog of the runs: %w", err)
		}
		if base, err = commitCatalog(ctx, store, ref, tree); err != nil {
			return base, err
		}
	}
	return base, nil
}

// commitCatalog writes a commit that follows from its tree alone.
func commitCatalog(ctx context.Context, store *gitstore.Store, ref string, tree *gitstore.Tree) (h gitstore.Hash, err error) {
	for range editTries {
		old, err := store.Ref(ref)
		if err != nil && !errors.Is(err, gitstore.ErrNotFound) {
			return h, err
		}
		h, err = store.Commit(ctx, gitstore.Commit{
			Ref: ref, Old: old, Tree: tree, Message: catalogMessage,
			Author: gitstore.Signature{Name: "exprec", Email: "exprec@localhost", When: time.Unix(0, 0)},
		})
		if !errors.Is(err, gitstore.ErrConflict) {
			return h, err
		}
	}
	return h, err
}

// changedCatalog is the tree of a catalog with some changes.
func changedCatalog(ctx context.Context, store *gitstore.Store, base gitstore.Hash, changes map[string]catalogChange) (*gitstore.Tree, error) {
	tree := gitstore.NewTree()
	touched := map[string]bool{}
	for uuid := range changes {
		touched[uuid[:2]] = true
	}
	var buckets []gitstore.TreeEntry
	if !base.IsZero() {
		var err error
		if _, buckets, err = commitEntries(store, base); err != nil {
			return nil, err
		}
	}
	for _, bucket := range buckets {
		if !touched[bucket.Name] {
			tree.AddObject(bucket.Name, bucket.Mode, bucket.Hash)
			continue
		}
		entries, err := bucketEntries(store, bucket)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if _, changed := changes[e.Name]; !changed {
				tree.AddObject(bucket.Name+"/"+e.Name, e.Mode, e.Hash)
			}
		}
	}
	return tree, addRoots(ctx, tree, changes)
}

// addRoots adds the runs of changes to the tree of a catalog.
func addRoots(ctx context.Context, tree *gitstore.Tree, changes map[string]catalogChange) error {
	uuids := slices.DeleteFunc(sortedKeys(changes), func(uuid string) bool { return changes[uuid].tip.IsZero() })
	roots, errs := make([]root, len(uuids)), make([]error, len(uuids))
	if err := inParallel(ctx, len(uuids), func(i int) { roots[i], errs[i] = readRoot(changes[uuids[i]]) }); err != nil {
		return err
	}
	for i, uuid := range uuids {
		if errs[i] != nil {
			return fmt.Errorf("the run %s: %w", shortID(uuid), errs[i])
		}
		at := uuid[:2] + "/" + uuid + "/"
		for _, f := range roots[i].files {
			tree.AddBytes(at+f.name, f.data)
		}
		for _, folder := range roots[i].folders {
			tree.AddObject(at+folder.Name, filemode.Submodule, folder.Hash)
		}
		tree.AddObject(at+catalogTip, filemode.Submodule, changes[uuid].tip)
	}
	return nil
}

// root is what a catalog has of a run: the files at the root of its tree. Its
// folders are only named, so that lists know which there are, and runs of one
// source are seen to be that.
type root struct {
	files   []rootFile
	folders []gitstore.TreeEntry
}

type rootFile struct {
	name string
	data []byte
}

func readRoot(of catalogChange) (r root, err error) {
	_, entries, err := commitEntries(of.from, of.tip)
	if err != nil {
		return r, err
	}
	if said, err := notesOf(of.from, entries); err != nil {
		return r, err
	} else if said.Flag(record.Purged) { // somewhere its content may be left, but is not to be shown
		entries = slices.DeleteFunc(entries, func(e gitstore.TreeEntry) bool { return !isNotes(e) })
	}
	for _, e := range entries {
		switch {
		case e.Name == catalogTip:
		case e.Mode == filemode.Dir:
			r.folders = append(r.folders, e)
		case e.Mode == filemode.Regular:
			data, err := of.from.ReadBlob(e.Hash, maxIndexFile)
			if err != nil {
				return r, err
			}
			r.files = append(r.files, rootFile{e.Name, data})
		}
	}
	return r, nil
}
