package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Signature says who made a commit and when.
type Signature struct {
	Name, Email string
	When        time.Time
}

// Commit is a commit to be written, and the ref that will stand for it.
type Commit struct {
	Ref     string
	Old     Hash // what the ref stands for now; zero: it must not exist
	Parents []Hash
	Tree    *Tree
	Author  Signature // the committer too
	Message string
}

// Commit writes a commit with all its objects as one durable pack and then
// moves the ref. Killed at any moment it leaves the ref as it was, or done;
// what else it leaves is removed by the first commit of another Store. Where
// the ref is not what the commit expects, the error is ErrConflict and nothing
// stays behind. A ref that stands for this very commit already is no conflict.
func (s *Store) Commit(ctx context.Context, c Commit) (Hash, error) {
	h, err := s.commit(ctx, c)
	if err != nil {
		err = fmt.Errorf("write a commit for %s: %w", c.Ref, err)
	}
	return h, err
}

func (s *Store) commit(ctx context.Context, c Commit) (Hash, error) {
	if err := errors.Join(checkRefName(c.Ref), c.Tree.err); err != nil {
		return Hash{}, err
	}
	s.swept.Do(s.sweep) // once: what this process leaves, it removes itself
	w, h, err := s.writePack(ctx, c)
	if err != nil {
		return Hash{}, err
	}
	held, err := s.shareSpace(ctx)
	if err == nil {
		err = errors.Join(s.checkReused(c.Tree.root, w.seen), s.lfs.checkPut(c.Tree.pointers))
	}
	defer held.release()
	if err != nil {
		w.discard()
		return Hash{}, err
	}
	return h, s.point(ctx, c.Ref, h, c.Old, w)
}

// point moves a ref to a commit whose pack has just been written, and lets go
// of the pack or takes it back.
func (s *Store) point(ctx context.Context, name string, h, old Hash, w *packWriter) error {
	err := s.UpdateRef(ctx, name, h, old)
	if err == nil {
		s.database().adopt(w.base)
		return w.release()
	}
	now, readErr := s.Ref(name)
	switch {
	case readErr != nil && !errors.Is(readErr, ErrNotFound):
		w.file.Close() // unknown: a later commit decides about the pack
	case now != h:
		w.discard()
	case errors.Is(err, ErrConflict):
		// Somebody has written the same commit. It counts when it is durable.
		w.discard()
		return syncDir(filepath.Dir(s.refFile(name)))
	default:
		err = errors.Join(err, w.release())
	}
	return err
}

func (s *Store) packDir() string { return filepath.Join(s.dir, "objects", "pack") }

// writePack writes every object of the commit that is new.
func (s *Store) writePack(ctx context.Context, c Commit) (w *packWriter, h Hash, err error) {
	plan, err := s.plan(c)
	if err != nil {
		return nil, h, err
	}
	if err := os.MkdirAll(s.packDir(), s.fileMode(0o777)); err != nil {
		return nil, h, err
	}
	pack, err := newPack(s.packDir(), plan.expected()+1, s.fileMode(0o444))
	if err != nil {
		return nil, h, err
	}
	defer func() {
		if err != nil {
			pack.discard()
		}
	}()
	if err = pack.addNode(ctx, c.Tree.root); err != nil {
		return nil, h, err
	}
	data := c.encode()
	h = hashObject(plumbing.CommitObject, data)
	if err = pack.add(plumbing.CommitObject, h, data); err != nil {
		return nil, h, err
	}
	if err = pack.finish(h, c.Ref); err != nil {
		return nil, h, err
	}
	return pack, h, nil
}

// addNode writes a folder after everything in it, or a file.
func (w *packWriter) addNode(ctx context.Context, n *treeNode) (err error) {
	switch {
	case n.known:
		return nil
	case n.children != nil:
		return w.addFolder(ctx, n)
	case n.file != "":
		n.hash, err = w.addFile(ctx, n.file, n.parent)
		return err
	case n.snapshot != nil:
		for _, object := range n.snapshot.Objects {
			if err := w.addNew(ctx, object); err != nil {
				return err
			}
		}
		return nil
	case n.data != nil:
		return w.add(plumbing.BlobObject, n.hash, n.data)
	}
	return nil
}

func (w *packWriter) addFolder(ctx context.Context, n *treeNode) error {
	for _, name := range n.names() {
		if err := w.addNode(ctx, n.children[name]); err != nil {
			return err
		}
	}
	data := n.encode()
	n.hash = hashObject(plumbing.TreeObject, data)
	if n.hash == n.parent {
		return nil
	}
	return w.add(plumbing.TreeObject, n.hash, data)
}

// addNew writes an object of a snapshot. A file whose content is no longer
// what was hashed cannot be stored under that name.
func (w *packWriter) addNew(ctx context.Context, o NewObject) error {
	if o.File == "" || w.seen[o.Hash] {
		return w.add(o.Type, o.Hash, o.Data)
	}
	h, err := w.addFile(ctx, o.File, Hash{})
	if err == nil && h != o.Hash {
		return fmt.Errorf("store %q: %w", o.File, ErrChanged)
	}
	return err
}

// encode is the commit object.
func (c Commit) encode() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.Tree.root.hash)
	for _, parent := range c.Parents {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	who := c.Author.encode()
	message := strings.TrimRight(strings.ReplaceAll(c.Message, "\x00", ""), "\n")
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s\n", who, who, message)
	return []byte(b.String())
}

// encode writes a signature in UTC.
func (s Signature) encode() string {
	return fmt.Sprintf("%s <%s> %d +0000", cleanSignature(s.Name), cleanSignature(s.Email), max(0, s.When.Unix()))
}

// cleanSignature drops what would break the line of a signature, as git does.
func cleanSignature(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x20 || r == '<' || r == '>' || r == 0x7f {
			return -1
		}
		return r
	}, text))
}
