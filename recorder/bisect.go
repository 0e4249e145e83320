package recorder

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/exprec/exprec/gitstore"
)

// ErrNoPath: the commits of two runs do not follow each other.
var ErrNoPath = errors.New("no path of commits leads from one run to the other")

// maxPath bounds how many commits lie between two runs.
const maxPath = 100_000

// CommitsBetween are the user's commits after that of run a and before that of
// run b, the oldest first, along first parents. The error is [ErrNoPath] where
// b's commit does not come after a's.
func (p *Project) CommitsBetween(ctx context.Context, a, b *Run) ([]string, error) {
	from, to := a.Info().Git, b.Info().Git
	if from == nil || to == nil || from.Commit == "" || to.Commit == "" {
		return nil, fmt.Errorf("%w: they were not both recorded on a commit", ErrNoPath)
	}
	var path []string
	for at := to.Commit; at != from.Commit; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		commit, err := p.userCommit(at)
		if err != nil {
			return nil, err
		}
		if len(commit.Parents) == 0 || len(path) == maxPath {
			return nil, fmt.Errorf("%w: %.12s does not come after %.12s", ErrNoPath, to.Commit, from.Commit)
		}
		if at = commit.Parents[0].String(); at != from.Commit {
			path = append(path, at)
		}
	}
	slices.Reverse(path)
	return path, nil
}

// userCommit reads a commit of the user's own.
func (p *Project) userCommit(id string) (gitstore.CommitInfo, error) {
	var err error
	for _, store := range p.stores {
		var info gitstore.CommitInfo
		if info, err = store.ReadCommit(plumbing.NewHash(id)); err == nil {
			return info, nil
		}
	}
	return gitstore.CommitInfo{}, fmt.Errorf("read the commit %.12s: %w", id, err)
}

// PrepareCommit is [Project.PrepareRerun] with the source of a commit of the
// user instead of the run's own.
func (p *Project) PrepareCommit(ctx context.Context, r *Run, commit, dir string) (workDir string, warnings []string, err error) {
	info, err := p.userCommit(commit)
	if err != nil {
		return "", nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", nil, err
	}
	report, err := p.stores[0].Checkout(ctx, info.Tree, nil, dir)
	if err != nil {
		return "", nil, fmt.Errorf("check the commit %.12s out into %q: %w", commit, dir, err)
	}
	workDir, warnings, err = p.bring(ctx, r, dir)
	return workDir, append(report.Warnings, warnings...), err
}
