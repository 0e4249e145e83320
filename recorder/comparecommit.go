package recorder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/diff"
)

// ErrNoCommit: the run ran without a commit of the user's repository.
var ErrNoCommit = errors.New("there was no commit")

// CompareCommit says what the source of a run has that the user's commit which
// was checked out has not: what had not been committed. The error wraps
// [ErrNoCommit] where there was none, and says so where the commit is not here.
func (p *Project) CompareCommit(ctx context.Context, r *Run) (SourceChange, error) {
	git := r.Info().Git
	if git == nil || git.Commit == "" {
		return SourceChange{}, fmt.Errorf("compare the source of the run %s with its commit: %w", r.Short(), ErrNoCommit)
	}
	new, large, err := sideOf(r)
	if err != nil {
		return SourceChange{}, err
	}
	for _, store := range p.stores {
		var info gitstore.CommitInfo
		if info, err = store.ReadCommit(plumbing.NewHash(git.Commit)); err == nil {
			return compareSides(ctx, diff.Side{Objects: storeObjects{store}, Root: info.Tree}, new, nil, large)
		}
	}
	return SourceChange{}, fmt.Errorf("read the commit %.12s: %w", git.Commit, err)
}

// CompareSource says what changed in the source from run a to run b, and nothing
// else; see [Project.Compare].
func (p *Project) CompareSource(ctx context.Context, a, b *Run) (SourceChange, error) {
	return p.compareSource(ctx, a, b)
}

// HashOf is the git object that a file of [Run.Source] or [Run.Files] is, empty
// where that is not known: of a run that goes on.
func HashOf(info fs.FileInfo) string {
	if e, ok := info.Sys().(gitstore.TreeEntry); ok {
		return e.Hash.String()
	}
	return ""
}
