package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// TreeObject is a tree of objects that are known. The entries are sorted.
func TreeObject(entries []TreeEntry) NewObject {
	data := encodeTree(entries)
	return NewObject{Type: plumbing.TreeObject, Hash: hashObject(plumbing.TreeObject, data), Data: data}
}

// CommitObject is a commit of a tree that is known.
func CommitObject(tree Hash, parents []Hash, author Signature, message string) NewObject {
	c := Commit{Parents: parents, Tree: &Tree{root: &treeNode{hash: tree}}, Author: author, Message: message}
	data := c.encode()
	return NewObject{Type: plumbing.CommitObject, Hash: hashObject(plumbing.CommitObject, data), Data: data}
}

// BlobObject is a blob with its content.
func BlobObject(data []byte) NewObject {
	return NewObject{Type: plumbing.BlobObject, Hash: hashObject(plumbing.BlobObject, data), Data: data, Size: int64(len(data))}
}

// Derived are objects that follow from others, so that the store need not hold
// them.
type Derived struct {
	Objects []NewObject
	// Cut are commits of them that are taken as if nothing were before them,
	// since that is not here. The remote must have them.
	Cut []Hash
	// Both are commits without parents that the remote has too: what they hold is
	// not sent again, and need not be here.
	Both []Hash
	// From has more objects; it may be nil.
	From *Store
}

// writeObjects puts objects into the wire that the store does not hold.
func (w *wire) writeObjects(d Derived) error {
	if d.From != nil {
		dirs := append(slices.Clone(w.remote.store.database().dirs), d.From.database().dirs...)
		if err := w.write(alternates, strings.Join(dirs, "\n")+"\n"); err != nil {
			return err
		}
	}
	if len(d.Objects) == 0 {
		return nil
	}
	pack, err := newPack(filepath.Join(w.dir, "objects", "pack"), len(d.Objects), 0o400)
	if err != nil {
		return err
	}
	if err := pack.addAll(d.Objects); err != nil {
		pack.discard()
		return err
	}
	if err := pack.finish(d.Objects[len(d.Objects)-1].Hash, wireRemote); err != nil {
		pack.discard()
		return err
	}
	return pack.release()
}

// cutAt adds to the commits that nothing is before.
func (w *wire) cutAt(commits []Hash) error {
	if len(commits) == 0 {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(w.dir, "shallow"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	for _, h := range commits {
		if _, err = fmt.Fprintln(f, h); err != nil {
			break
		}
	}
	return errors.Join(err, f.Close())
}

// WriteObjects writes objects that no ref reaches: they are there until git
// removes what is of no use, which leaves new ones alone.
func (s *Store) WriteObjects(ctx context.Context, objects []NewObject) error {
	w, err := s.packOf(ctx, objects)
	if err != nil {
		return err
	}
	if err := w.finish(objects[len(objects)-1].Hash, "refs/exprec/"); err != nil {
		w.discard()
		return err
	}
	s.database().adopt(w.base)
	return w.release()
}

// packOf begins a pack with objects.
func (s *Store) packOf(ctx context.Context, objects []NewObject) (*packWriter, error) {
	s.swept.Do(s.sweep)
	w, err := newPack(s.packDir(), len(objects), s.fileMode(0o444))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(ctx.Err(), w.addAll(objects)); err != nil {
		w.discard()
		return nil, err
	}
	return w, nil
}

// CommitDerived writes objects, of which the last is a commit, and then makes a
// ref stand for it, as [Store.Commit] does. What they name must be in the store.
func (s *Store) CommitDerived(ctx context.Context, name string, old Hash, objects []NewObject) error {
	if err := checkRefName(name); err != nil {
		return err
	}
	w, err := s.packOf(ctx, objects)
	if err != nil {
		return err
	}
	last := objects[len(objects)-1].Hash
	if err := w.finish(last, name); err != nil {
		w.discard()
		return err
	}
	return s.point(ctx, name, last, old, w)
}
