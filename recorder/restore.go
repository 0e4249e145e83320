package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/exprec/exprec/gitstore"
)

// PlanRestore says what putting the run's source into the work tree would
// write and remove, without touching anything: the whole of it, or the paths
// given, which are relative to the project's top. Its Apply does it, and
// [Project.Undo] undoes that.
func (p *Project) PlanRestore(ctx context.Context, r *Run, paths []string) (*gitstore.RestorePlan, error) {
	if p.repo != nil && p.repo.WorkTree == "" {
		return nil, fmt.Errorf("restore the run %s: %s has no work tree; use exprec checkout", r.Short(), p.top)
	}
	tree, err := r.sourceTree()
	if err != nil {
		return nil, err
	}
	// What a snapshot would leave out, such as keys, is not in the run either
	// and must stay.
	options, err := p.snapshotOptions()
	if err != nil {
		return nil, fmt.Errorf("restore the run %s: %w", r.Short(), err)
	}
	plan, err := r.store.PlanRestore(ctx, p.repo, p.top, tree, sizesOf(r.largeSource()), paths, options)
	if err != nil {
		return nil, fmt.Errorf("restore the run %s: %w", r.Short(), err)
	}
	return plan, nil
}

// undoPrefix is where restores save what they replace.
const undoPrefix = "refs/exprec-undo/"

// Undo takes the last restore of this work tree back. The error wraps
// [gitstore.ErrNotFound] where there is none.
func (p *Project) Undo(ctx context.Context) (*gitstore.Report, error) {
	stores, err := p.byNewestRestore()
	if err != nil {
		return nil, err
	}
	for _, store := range stores {
		report, err := store.Undo(ctx, p.top)
		// What a store keeps may be for another work tree of the repository.
		if !errors.Is(err, gitstore.ErrNotFound) {
			return report, err
		}
	}
	return nil, fmt.Errorf("undo a restore: %w: nothing has been restored here, or all of it was undone", gitstore.ErrNotFound)
}

// byNewestRestore gives the stores that hold saved states, the one with the
// newest first. The names of the refs are times of equal length, so that they
// sort by time.
func (p *Project) byNewestRestore() ([]*gitstore.Store, error) {
	newest := map[*gitstore.Store]string{}
	for _, store := range p.stores {
		refs, err := store.Refs(undoPrefix)
		if err != nil {
			return nil, fmt.Errorf("look for restores: %w", err)
		}
		if len(refs) > 0 {
			newest[store] = refs[len(refs)-1].Name
		}
	}
	return slices.SortedFunc(maps.Keys(newest), func(a, b *gitstore.Store) int {
		return strings.Compare(newest[b], newest[a])
	}), nil
}
