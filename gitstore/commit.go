package gitstore

import (
	"context"
	"fmt"
	"io"
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

// smallFile is the size in bytes up to which a file is read into memory and
// hashed before the pack is begun.
const smallFile = 1 << 20

// Commit writes a commit with all its objects as one durable pack and then
// moves the ref. Killed at any moment it leaves the ref as it was, or done.
// Where the ref is not what the commit expects, the error is ErrConflict and
// nothing stays behind.
func (s *Store) Commit(ctx context.Context, c Commit) (Hash, error) {
	if err := c.check(); err != nil {
		return Hash{}, err
	}
	if err := s.sweep(); err != nil {
		return Hash{}, err
	}
	base, h, err := s.writePack(ctx, c)
	if err != nil {
		return Hash{}, fmt.Errorf("write the commit for %s: %w", c.Ref, err)
	}
	if err := s.UpdateRef(ctx, c.Ref, h, c.Old); err != nil {
		if now, rerr := s.Ref(c.Ref); rerr != nil || now != h {
			removePack(base)
			return Hash{}, err
		}
	}
	if err := os.Remove(base + ".keep"); err != nil {
		return h, fmt.Errorf("release the pack of %s: %w", c.Ref, err)
	}
	return h, nil
}

func (c Commit) check() error {
	if err := checkRefName(c.Ref); err != nil {
		return err
	}
	return c.Tree.err
}

// writePack writes every object of the commit.
func (s *Store) writePack(ctx context.Context, c Commit) (base string, h Hash, err error) {
	if err := loadSmall(c.Tree.root); err != nil {
		return "", h, err
	}
	dir := filepath.Join(s.dir, "objects", "pack")
	if err := os.MkdirAll(dir, s.fileMode(0o777)); err != nil {
		return "", h, err
	}
	w, err := newPack(dir, c.Tree.expected()+1, s.fileMode(0o444))
	if err != nil {
		return "", h, err
	}
	defer func() {
		if err != nil {
			w.discard()
		}
	}()
	for _, object := range c.Tree.objects {
		if err := w.addNew(ctx, object); err != nil {
			return "", h, err
		}
	}
	if err := w.addTree(ctx, c.Tree.root); err != nil {
		return "", h, err
	}
	data := c.encode()
	h = hashObject(plumbing.CommitObject, data)
	if err := w.add(plumbing.CommitObject, h, data); err != nil {
		return "", h, err
	}
	base, err = w.finish()
	return base, h, err
}

// addNew writes an object of a snapshot. A file whose content is no longer
// what was hashed cannot be stored under that name.
func (w *packWriter) addNew(ctx context.Context, o NewObject) error {
	if o.File == "" || w.seen[o.Hash] {
		return w.add(o.Type, o.Hash, o.Data)
	}
	h, err := w.addFile(ctx, o.File)
	if err == nil && h != o.Hash {
		return fmt.Errorf("store %q: %w", o.File, ErrChanged)
	}
	return err
}

// loadSmall reads the small files of a tree and hashes what is in memory.
func loadSmall(n *treeNode) error {
	for _, child := range n.children {
		if child.children != nil {
			if err := loadSmall(child); err != nil {
				return err
			}
			continue
		}
		if err := child.load(); err != nil {
			return err
		}
	}
	return nil
}

func (n *treeNode) load() error {
	if n.file != "" {
		data, err := readSmall(n.file)
		if err != nil || data == nil {
			return err
		}
		n.data, n.file = data, ""
	}
	if n.hash.IsZero() {
		if n.data == nil {
			n.data = []byte{}
		}
		n.hash = hashObject(plumbing.BlobObject, n.data)
	}
	return nil
}

// readSmall is the content of a small file, nil for a large one.
func readSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, smallFile+1))
	if len(data) > smallFile {
		return nil, err
	}
	return data, err
}

// expected counts the objects of the tree, as far as can be told before the
// large files are hashed.
func (t *Tree) expected() int {
	hashes := map[Hash]bool{}
	for _, o := range t.objects {
		hashes[o.Hash] = true
	}
	return countNew(t.root, hashes) + len(hashes)
}

// countNew counts the folders and the large files, and adds the hashes of the
// blobs in memory to hashes.
func countNew(n *treeNode, hashes map[Hash]bool) int {
	count := 1
	for _, child := range n.children {
		switch {
		case child.children != nil:
			count += countNew(child, hashes)
		case child.file != "":
			count++
		case child.data != nil:
			hashes[child.hash] = true
		}
	}
	return count
}

// addTree writes a folder after everything in it.
func (w *packWriter) addTree(ctx context.Context, n *treeNode) error {
	for _, child := range n.children {
		var err error
		switch {
		case child.children != nil:
			err = w.addTree(ctx, child)
		case child.file != "":
			child.hash, err = w.addFile(ctx, child.file)
		case child.data != nil:
			err = w.add(plumbing.BlobObject, child.hash, child.data)
		}
		if err != nil {
			return err
		}
	}
	data := n.encode()
	n.hash = hashObject(plumbing.TreeObject, data)
	return w.add(plumbing.TreeObject, n.hash, data)
}

// encode is the commit object.
func (c Commit) encode() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.Tree.root.hash)
	for _, parent := range c.Parents {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	who := c.Author.encode()
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s\n", who, who, strings.TrimRight(c.Message, "\n"))
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
