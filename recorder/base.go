package recorder

import (
	"errors"
	"fmt"
	"slices"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// ref is the run's commit in the store whose copy counts, and what its ref
// stands for there, which is nothing where only an archive has the run.
func (p *Project) ref(uuid string) (store *gitstore.Store, tip, ref gitstore.Hash, err error) {
	var copies []runCopy
	refs := map[*gitstore.Store]gitstore.Hash{}
	for _, store := range p.stores {
		tip, ref, err := p.tipIn(store, uuid)
		switch {
		case err == nil:
			copies = append(copies, runCopy{store: store, hash: tip})
			refs[store] = ref
		case !errors.Is(err, gitstore.ErrNotFound):
			return nil, tip, ref, err
		}
	}
	if light := p.lightList().runs[uuid]; len(copies) == 0 && light.remote != "" {
		return nil, tip, ref, fmt.Errorf("%w: its content is on %s", ErrLight, light.remote)
	}
	if len(copies) == 0 {
		return nil, tip, ref, fmt.Errorf("%w in git yet; exprec recover puts it there", ErrNoRun)
	}
	best := p.best(uuid, copies)
	return best.store, best.tip, refs[best.store], nil
}

// base is the commit that notes lie on: the record, or the start of a run that
// has not been sealed.
type base struct {
	hash    gitstore.Hash
	entries []gitstore.TreeEntry
}

// baseOf finds the base below a tip, and the notes of the tip.
func baseOf(store *gitstore.Store, tip gitstore.Hash) (base, notes, error) {
	top, info, said, err := topOf(store, tip)
	if err != nil {
		return base{}, notes{}, err
	}
	return top.below(store, info), said, nil
}

// topOf takes a tip for a base, and gives its notes.
func topOf(store *gitstore.Store, tip gitstore.Hash) (base, gitstore.CommitInfo, notes, error) {
	info, entries, err := commitEntries(store, tip)
	if err != nil {
		return base{}, info, notes{}, err
	}
	said, err := notesOf(store, entries)
	return base{hash: tip, entries: entries}, info, said, err
}

// below goes from a tip down to the base. A commit of notes holds what its parent
// holds but for the notes.
func (b base) below(store *gitstore.Store, info gitstore.CommitInfo) base {
	for range maxChain {
		if len(info.Parents) == 0 {
			break
		}
		parent, under, err := commitEntries(store, info.Parents[0])
		if err != nil || !sameRecord(b.entries, under) {
			break
		}
		b, info = base{hash: info.Parents[0], entries: under}, parent
	}
	return b
}

// notesOf are the notes in a tree.
func notesOf(store *gitstore.Store, entries []gitstore.TreeEntry) (notes, error) {
	at := slices.IndexFunc(entries, isNotes)
	if at < 0 {
		return notes{}, nil
	}
	return decodeNotes(store, entries[at].Hash)
}

func commitEntries(store *gitstore.Store, hash gitstore.Hash) (gitstore.CommitInfo, []gitstore.TreeEntry, error) {
	info, err := store.ReadCommit(hash)
	if err != nil {
		return info, nil, err
	}
	entries, err := store.ReadTree(info.Tree)
	return info, entries, err
}

func isNotes(e gitstore.TreeEntry) bool { return e.Name == record.NotesFile }

// sameRecord reports whether two trees differ in their notes at most.
func sameRecord(a, b []gitstore.TreeEntry) bool {
	return slices.Equal(slices.DeleteFunc(slices.Clone(a), isNotes), slices.DeleteFunc(slices.Clone(b), isNotes))
}

// notesCommit is the commit that follows from a base and notes alone, so that
// equal notes have equal ids wherever they are written.
func notesCommit(b base, n notes) gitstore.Commit {
	tree := gitstore.NewTree()
	for _, e := range b.entries {
		if !isNotes(e) {
			tree.AddObject(e.Name, e.Mode, e.Hash)
		}
	}
	tree.AddBytes(record.NotesFile, record.EncodeNotes(n))
	c := gitstore.Commit{
		Tree: tree, Message: record.NotesMessage,
		Author: gitstore.Signature{Name: "exprec", Email: "exprec@localhost", When: n.Newest()},
	}
	if !b.hash.IsZero() { // a run that was purged has notes on nothing
		c.Parents = []gitstore.Hash{b.hash}
	}
	return c
}

// cloneName is the file below a home that names the clone.
const cloneName = "clone"
