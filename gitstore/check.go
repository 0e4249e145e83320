package gitstore

import (
	"context"
	"fmt"
	"io"
	"path"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Limits of a check. A tree that is deeper is one that git itself refuses.
const (
	maxCheckDepth = 2048
	maxFindings   = 1000
)

// Finding is something that is wrong with an object.
type Finding struct {
	Ref     string // for the caller, who knows it
	Object  Hash
	Path    string // in the commit's tree, "" of a commit
	Problem string // a sentence
	Err     error  // ErrMissing, ErrCorrupt, ErrUnsafe or ErrTooLarge
}

// checker walks over everything that a commit reaches.
type checker struct {
	store    *Store
	todo     []checkItem
	seen     map[Hash]bool
	checked  int
	findings []Finding
}

type checkItem struct {
	hash  Hash
	kind  plumbing.ObjectType
	path  string
	depth int
}

// Check reads every object that a commit reaches: whether it is there, is what
// its hash stands for, is of the kind it should be, and has only names that may
// become files. It goes on after damage; of more than 1,000 findings it keeps
// the first. The error says why it could not go on.
func (s *Store) Check(ctx context.Context, tip Hash) (checked int, findings []Finding, err error) {
	c := &checker{store: s, seen: map[Hash]bool{}}
	c.push(checkItem{hash: tip, kind: plumbing.CommitObject})
	for len(c.todo) > 0 {
		if err := ctx.Err(); err != nil {
			return c.checked, c.findings, err
		}
		item := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		c.checked++
		if err := c.visit(ctx, item); err != nil {
			if ctx.Err() != nil {
				return c.checked, c.findings, ctx.Err()
			}
			c.report(item, err)
		}
	}
	return c.checked, c.findings, nil
}

func (c *checker) push(item checkItem) {
	if !c.seen[item.hash] {
		c.seen[item.hash] = true
		c.todo = append(c.todo, item)
	}
}

func (c *checker) report(item checkItem, err error) {
	if len(c.findings) >= maxFindings {
		return
	}
	problem := err.Error()
	if item.path != "" {
		problem = fmt.Sprintf("%.200q: %v", item.path, err)
	}
	c.findings = append(c.findings, Finding{Object: item.hash, Path: item.path, Problem: problem, Err: err})
}

func (c *checker) visit(ctx context.Context, item checkItem) error {
	switch item.kind {
	case plumbing.CommitObject:
		return c.commit(item)
	case plumbing.TreeObject:
		return c.tree(item)
	}
	return c.blob(ctx, item)
}

func (c *checker) commit(item checkItem) error {
	commit, err := c.store.ReadCommit(item.hash)
	if err != nil {
		return err
	}
	c.push(checkItem{hash: commit.Tree, kind: plumbing.TreeObject})
	for _, parent := range commit.Parents {
		c.push(checkItem{hash: parent, kind: plumbing.CommitObject})
	}
	return nil
}

func (c *checker) tree(item checkItem) error {
	if item.depth > maxCheckDepth {
		return fmt.Errorf("more than %d folders are in each other: %w", maxCheckDepth, ErrTooLarge)
	}
	entries, err := c.store.ReadTree(item.hash)
	if err != nil {
		return err
	}
	for _, e := range entries {
		next := checkItem{hash: e.Hash, kind: plumbing.BlobObject, path: path.Join(item.path, e.Name), depth: item.depth + 1}
		switch e.Mode {
		case filemode.Submodule:
			continue // a commit of another repository
		case filemode.Dir:
			next.kind = plumbing.TreeObject
		}
		c.push(next)
	}
	return nil
}

func (c *checker) blob(ctx context.Context, item checkItem) error {
	r, _, err := c.store.OpenBlob(item.hash)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, contextReader{ctx, r})
	return err
}
