package recorder

import (
	"context"
	"encoding/hex"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/diff"
	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/query"
)

// sourceKey names what a run ran: its source's tree, and the user's own commit.
type sourceKey struct{ tree, commit string }

// maxChangedPaths bounds how many changed files of a run a query sees.
const maxChangedPaths = 10_000

// changed are the source files of a row that differ from the run's own git
// commit. It is missing where the source was not kept, or the commit is not
// here.
func (c *catalog) changed(row int) Value {
	s := sourceKey{c.text("snapshot", row), c.text("commit", row)}
	if s.tree == "" || s.commit == "" {
		return Value{}
	}
	if !c.flag(index.Dirty, row) {
		return Value{Kind: query.Texts}
	}
	c.mu.Lock()
	known, ok := c.paths[s]
	c.mu.Unlock()
	if !ok {
		if known = c.compareWithCommit(s); known == nil {
			return Value{} // the commit may be here the next time
		}
		c.mu.Lock()
		c.paths[s] = known
		c.mu.Unlock()
	}
	return Value{Kind: query.Texts, List: known}
}

// compareWithCommit lists the changed files, nil where they cannot be known.
func (c *catalog) compareWithCommit(s sourceKey) []string {
	var tree gitstore.Hash
	copy(tree[:], s.tree)
	var commit gitstore.Hash
	if n, err := hex.Decode(commit[:], []byte(s.commit[:min(len(s.commit), 2*len(commit))])); err != nil || n != len(commit) || len(s.commit) != 2*n {
		return nil
	}
	from, ok := c.userTree(commit)
	if !ok {
		return nil
	}
	for _, store := range c.project.stores {
		if !store.Has(tree) {
			continue
		}
		found, _, err := diff.Trees(context.Background(), from, diff.Side{Objects: storeObjects{store}, Root: tree}, maxChangedPaths)
		if err != nil {
			return nil
		}
		paths := make([]string, 0, len(found))
		for _, change := range found {
			paths = append(paths, change.Path)
			if change.From != "" {
				paths = append(paths, change.From)
			}
		}
		return paths
	}
	return nil
}

// userTree is the tree of a commit of the user's.
func (c *catalog) userTree(commit gitstore.Hash) (diff.Side, bool) {
	for _, store := range c.project.stores {
		if info, err := store.ReadCommit(commit); err == nil {
			return diff.Side{Objects: storeObjects{store}, Root: info.Tree}, true
		}
	}
	return diff.Side{}, false
}
