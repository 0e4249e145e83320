package gitstore

import (
	"errors"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Limits of what is read before a pack is begun, in bytes: files up to this
// size, and so many of them. The rest is streamed.
const (
	smallFile   = 256 << 10
	plannedData = 32 << 20
)

// plan looks at everything before the pack is begun, so that the pack's count
// of objects is known: it hashes what is small, and finds out what the first
// parent has at the same path, which is not written again.
type plan struct {
	store  *Store
	budget int64
	hashes map[Hash]bool // to be written
	later  int           // objects whose hash is not known before they are written
}

func (s *Store) plan(c Commit) (*plan, error) {
	p := &plan{store: s, budget: plannedData, hashes: map[Hash]bool{}}
	var parent TreeEntry
	if len(c.Parents) > 0 {
		commit, err := s.ReadCommit(c.Parents[0])
		if err != nil {
			return nil, err
		}
		parent = TreeEntry{Mode: filemode.Dir, Hash: commit.Tree}
	}
	return p, p.node(c.Tree.root, parent)
}

func (p *plan) expected() int { return len(p.hashes) + p.later }

// node plans a folder or a file; parent is what the parent commit has there.
func (p *plan) node(n *treeNode, parent TreeEntry) error {
	n.parent = parent.Hash
	if n.children != nil {
		if err := p.folder(n, parent); err != nil {
			return err
		}
	} else if err := p.load(n); err != nil {
		return err
	}
	n.known = !n.hash.IsZero() && n.hash == n.parent
	switch {
	case n.known:
	case n.hash.IsZero():
		p.later++
	case n.snapshot != nil:
		for _, o := range n.snapshot.Objects {
			p.hashes[o.Hash] = true
		}
	case n.data != nil || n.children != nil:
		p.hashes[n.hash] = true
	}
	return nil
}

// folder plans what is in a folder and hashes it where all of that is hashed.
func (p *plan) folder(n *treeNode, parent TreeEntry) error {
	old := map[string]TreeEntry{}
	if parent.Mode == filemode.Dir {
		entries, err := p.store.ReadTree(parent.Hash)
		if err != nil {
			return err
		}
		for _, e := range entries {
			old[e.Name] = e
		}
	}
	whole := true
	for _, name := range n.names() {
		child := n.children[name]
		if err := p.node(child, old[name]); err != nil {
			return err
		}
		whole = whole && !child.hash.IsZero()
	}
	if whole {
		n.hash = hashObject(plumbing.TreeObject, n.encode())
	}
	return nil
}

// load hashes a blob that is in memory, or small enough to be read into it.
func (p *plan) load(n *treeNode) error {
	if n.file != "" {
		data, err := p.readSmall(n.file)
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

// readSmall is the content of a small file, nil for one that is streamed.
func (p *plan) readSmall(file string) ([]byte, error) {
	f, info, err := openRegular(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := info.Size()
	if size > smallFile || size > p.budget {
		return nil, nil
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, nil // it shrinks: streaming will tell
		}
		return nil, err
	}
	after, err := f.Stat()
	if err != nil || !sameFileState(info, after) {
		return nil, err
	}
	p.budget -= size
	return data, nil
}
