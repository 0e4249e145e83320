package gitstore

import (
	"context"
	"fmt"
	"math"

	"github.com/dustin/go-humanize"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Bounds of a tree that is written to disk. A few objects that name each other
// many times can stand for more files than any disk holds.
const (
	maxTreeFiles = 5_000_000
	maxTreeDepth = 256
)

// treeSize is what a tree becomes on disk.
type treeSize struct {
	files int
	bytes int64
	depth int
}

// checkRoom refuses a tree that is too large for the disk, before anything of
// it is written. The error is ErrTooLarge.
func (s *Store) checkRoom(ctx context.Context, tree Hash, large map[string]int64, dir string) error {
	m := treeMeter{ctx: ctx, store: s, known: map[Hash]treeSize{}}
	size, err := m.tree(tree, 0)
	if err != nil {
		return err
	}
	if size.files > maxTreeFiles {
		return fmt.Errorf("the tree stands for more than %d files: %w", maxTreeFiles, ErrTooLarge)
	}
	for _, n := range large {
		size.bytes = addSizes(size.bytes, n)
	}
	if free, known := freeBytes(dir); known && uint64(size.bytes) > free {
		return fmt.Errorf("it takes %s, and the disk has %s left: %w", humanize.IBytes(uint64(size.bytes)), humanize.IBytes(free), ErrTooLarge)
	}
	return nil
}

// treeMeter measures trees, each one once.
type treeMeter struct {
	ctx   context.Context
	store *Store
	known map[Hash]treeSize
}

func (m *treeMeter) tree(h Hash, depth int) (treeSize, error) {
	if depth > maxTreeDepth {
		return treeSize{}, fmt.Errorf("the tree is deeper than %d folders: %w", maxTreeDepth, ErrTooLarge)
	}
	if size, ok := m.known[h]; ok {
		if depth+size.depth > maxTreeDepth {
			return size, fmt.Errorf("the tree is deeper than %d folders: %w", maxTreeDepth, ErrTooLarge)
		}
		return size, nil
	}
	if err := m.ctx.Err(); err != nil {
		return treeSize{}, err
	}
	entries, err := m.store.ReadTree(h)
	if err != nil {
		return treeSize{}, err
	}
	size := treeSize{files: 1}
	for _, e := range entries {
		below := treeSize{files: 1}
		switch e.Mode {
		case filemode.Dir:
			if below, err = m.tree(e.Hash, depth+1); err != nil {
				return size, fmt.Errorf("the folder %q: %w", e.Name, err)
			}
			size.depth = max(size.depth, below.depth+1)
		case filemode.Submodule:
		default:
			if below.bytes, err = m.store.BlobSize(e.Hash); err != nil {
				return size, fmt.Errorf("the file %q: %w", e.Name, err)
			}
		}
		size.files = min(size.files+below.files, maxTreeFiles+1)
		size.bytes = addSizes(size.bytes, below.bytes)
	}
	m.known[h] = size
	return size, nil
}

// addSizes adds without running over.
func addSizes(a, b int64) int64 {
	if b < 0 || a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
