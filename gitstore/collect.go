package gitstore

import (
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// collector finds the objects of a snapshot that the store does not hold for
// good.
type collector struct {
	*walk
	out  *Snapshot
	seen map[Hash]bool
}

// folder compares a folder with the one of HEAD at the same place; equal ones
// need not be looked into.
func (c *collector) folder(f *snapshotFolder, head Hash) error {
	if c.isHeld(f.hash, head) {
		return nil
	}
	c.add(f.object())
	there := map[string]TreeEntry(nil)
	if !c.store.private {
		there = c.head.folder(head)
	}
	for i := range f.items {
		item := &f.items[i]
		e := there[item.name]
		var err error
		switch {
		case item.mode == filemode.Submodule:
		case item.folder != nil:
			if e.Mode != filemode.Dir {
				e.Hash = Hash{}
			}
			err = c.folder(item.folder, e.Hash)
		case c.isHeld(item.hash, e.Hash):
		case item.isFolder():
			err = c.copyTree(item.hash)
		default:
			err = c.blob(item, f.path+item.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isHeld reports whether the store holds an object for good: HEAD's commit
// reaches it, or the store is our own.
func (c *collector) isHeld(h, head Hash) bool {
	if c.store.private {
		return c.store.settled(h)
	}
	return h == head
}

func (c *collector) add(o NewObject) {
	if !c.seen[o.Hash] {
		c.seen[o.Hash] = true
		c.out.Objects = append(c.out.Objects, o)
	}
}

func (c *collector) blob(item *snapshotItem, path string) error {
	o := NewObject{Type: plumbing.BlobObject, Hash: item.hash, Data: item.data, Size: int64(len(item.data))}
	var err error
	switch {
	case c.seen[item.hash] || item.data != nil:
	case item.state == itemIndexed:
		o, err = c.copyBlob(item.hash)
	case item.state == itemClean:
		o, err = c.cleanContent(item, path)
	default:
		o.File, o.Size = c.file(path), item.size
	}
	if err == nil {
		c.add(o)
	}
	return err
}

func (c *collector) copyBlob(h Hash) (NewObject, error) {
	data, err := c.source.ReadBlob(h, keepTotal)
	return NewObject{Type: plumbing.BlobObject, Hash: h, Data: data, Size: int64(len(data))}, err
}

// maxCopied bounds the objects that are copied for a folder of a sparse index.
const maxCopied = 200_000

// copyTree copies a folder that is not in the work tree, with all in it.
func (c *collector) copyTree(tree Hash) error {
	if c.seen[tree] {
		return nil
	}
	entries, err := c.source.ReadTree(tree)
	if err != nil {
		return err
	}
	f := &snapshotFolder{hash: tree}
	for _, e := range entries {
		f.items = append(f.items, snapshotItem{name: e.Name, mode: e.Mode, hash: e.Hash})
	}
	o := f.object()
	if hashTree(o.Data) != tree || len(c.out.Objects) > maxCopied {
		return fmt.Errorf("copy the tree %s: %w", tree, ErrCorrupt)
	}
	c.add(o)
	for _, e := range entries {
		if e.Mode == filemode.Dir {
			err = c.copyTree(e.Hash)
		} else if e.Mode != filemode.Submodule && !c.seen[e.Hash] {
			if o, err = c.copyBlob(e.Hash); err == nil {
				c.add(o)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dirty reports whether the snapshot differs from HEAD. In a repository whose
// trees cannot be compared, a stat that does not fit counts as a difference.
func (w *walk) dirty(root *snapshotFolder) bool {
	if !w.head.root.IsZero() {
		return root.hash != w.head.root
	}
	if !w.stats.wholeHash {
		return w.changed.Load()
	}
	return len(root.items) > 0
}
