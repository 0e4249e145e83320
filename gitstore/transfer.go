package gitstore

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Transfer copies a ref of another store, with all commits, trees and blobs
// that it reaches, as one durable pack, and then makes the ref stand for the
// same commit here, where it stands for old now. snapshot is the folder of each
// tree that holds a snapshot of this store's work tree: of what is there only
// those objects are not copied that HEAD has at the same path. All else in the
// user's repository could be pruned.
//
// Killed at any moment it leaves the ref as it was, or done. The other store
// stays as it is.
func (s *Store) Transfer(ctx context.Context, from *Store, name, snapshot string, old Hash) (Hash, error) {
	h, err := s.transfer(ctx, from, name, snapshot, old)
	if err != nil {
		err = fmt.Errorf("move %s to %s: %w", name, s.dir, err)
	}
	return h, err
}

func (s *Store) transfer(ctx context.Context, from *Store, name, snapshot string, old Hash) (Hash, error) {
	h, err := from.Ref(name)
	if err != nil {
		return h, err
	}
	s.swept.Do(s.sweep)
	t := transfer{ctx: ctx, from: from, to: s, head: readHeadTree(s, s.repo), snapshot: snapshot, seen: map[Hash]bool{}}
	if err := t.chain(h); err != nil {
		return h, err
	}
	w, err := t.write(h, name)
	if err != nil {
		return h, err
	}
	return h, s.point(ctx, name, h, old, w)
}

// transfer lists, and then writes, the objects that go from one store to
// another.
type transfer struct {
	ctx      context.Context
	from, to *Store
	head     *headTree
	snapshot string
	seen     map[Hash]bool
	objects  []moved
	reused   []Hash
}

type moved struct {
	hash Hash
	kind plumbing.ObjectType
}

// maxTransfer bounds the objects of one ref that is moved.
const maxTransfer = 20_000_000

// add reports whether an object has not been met before.
func (t *transfer) add(h Hash, kind plumbing.ObjectType) bool {
	if t.seen[h] {
		return false
	}
	t.seen[h] = true
	t.objects = append(t.objects, moved{h, kind})
	return true
}

// chain takes a commit and those before it.
func (t *transfer) chain(h Hash) error {
	for todo := []Hash{h}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		if !t.add(at, plumbing.CommitObject) {
			continue
		}
		commit, err := t.from.ReadCommit(at)
		if err != nil {
			return err
		}
		if err := t.tree(commit.Tree, "", 0); err != nil {
			return err
		}
		todo = append(todo, commit.Parents...)
	}
	return nil
}

// tree takes a folder and all in it.
func (t *transfer) tree(h Hash, path string, depth int) error {
	if t.held(h, path) || !t.add(h, plumbing.TreeObject) {
		return nil
	}
	if err := t.ctx.Err(); err != nil {
		return err
	}
	if depth > maxTreeDepth || len(t.objects) > maxTransfer {
		return fmt.Errorf("the tree %s is too deep, or too large: %w", h, ErrTooLarge)
	}
	entries, err := t.from.ReadTree(h)
	if err != nil {
		return err
	}
	for _, e := range entries {
		at := path + "/" + e.Name
		switch {
		case e.Mode == filemode.Submodule:
		case e.Mode == filemode.Dir:
			if err := t.tree(e.Hash, at, depth+1); err != nil {
				return err
			}
		case !t.held(e.Hash, at):
			t.add(e.Hash, plumbing.BlobObject)
		}
	}
	return nil
}

// held reports whether HEAD has an object at the same path of the work tree.
func (t *transfer) held(h Hash, path string) bool {
	below, ok := strings.CutPrefix(path, "/"+t.snapshot)
	if !ok || t.head.root.IsZero() || below != "" && below[0] != '/' {
		return false
	}
	there := t.head.root
	if below != "" {
		e, ok := t.head.at(below[1:])
		if !ok {
			return false
		}
		there = e.Hash
	}
	if there != h {
		return false
	}
	t.reused = append(t.reused, h)
	return true
}

// write makes the pack, guarded, and then makes sure that what it builds on is
// there.
func (t *transfer) write(h Hash, name string) (w *packWriter, err error) {
	if w, err = newPack(t.to.packDir(), len(t.objects), t.to.fileMode(0o444)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.discard()
		}
	}()
	for _, o := range t.objects {
		if err = t.ctx.Err(); err != nil {
			return nil, err
		}
		if err = t.object(w, o); err != nil {
			return nil, err
		}
	}
	if err = w.finish(h, name); err != nil {
		return nil, err
	}
	for _, reused := range t.reused {
		if !t.seen[reused] && !t.to.Has(reused) && !t.to.partial() {
			err = fmt.Errorf("the object %s has gone while it was to be reused: %w", reused, ErrMissing)
			return nil, err
		}
	}
	return w, nil
}

// object copies one object; a large blob is streamed.
func (t *transfer) object(w *packWriter, o moved) error {
	if o.kind == plumbing.BlobObject {
		size, err := t.from.BlobSize(o.hash)
		if err != nil {
			return err
		}
		if size > smallFile {
			return t.stream(w, o.hash)
		}
	}
	data, err := t.from.read(o.kind, o.hash, maxTree)
	if err != nil {
		return err
	}
	return w.add(o.kind, o.hash, data)
}

func (t *transfer) stream(w *packWriter, h Hash) error {
	blob, size, err := t.from.OpenBlob(h)
	if err != nil {
		return err
	}
	defer blob.Close()
	at, e := w.offset, &entryWriter{w: w}
	// Whether it is worth deflating is decided by looking at its beginning.
	sample := make([]byte, min(size, sampleSize))
	if _, err := io.ReadFull(blob, sample); err != nil {
		return err
	}
	content := io.MultiReader(strings.NewReader(string(sample)), contextReader{t.ctx, blob})
	if err := w.entry(e, plumbing.BlobObject, size, level(sample), content); err != nil {
		return err
	}
	w.note(h, at, e.crc)
	return nil
}

// Take makes the content of a pointer that another store has durable in this
// one: by a second name where the file system gives one, else as a copy. That
// it was pruned there is remembered here.
func (l *LFS) Take(ctx context.Context, from *LFS, p Pointer) error {
	if info, err := os.Stat(l.Path(p)); err == nil && info.Size() == p.Size {
		return nil
	}
	f, err := from.Open(p)
	if when, pruned := prunedTime(err); pruned {
		return l.remember(p, when)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := l.Put(ctx, f.Name(), filepath.Dir(f.Name()) == filepath.Dir(from.Path(p)))
	if err == nil && got != p {
		err = fmt.Errorf("the large content %q has another hash: %w", f.Name(), ErrCorrupt)
	}
	return err
}
