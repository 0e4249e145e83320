package recorder

import (
	"context"
	"fmt"
	"slices"

	"github.com/exprec/exprec/recorder/internal/record"
)

// continued is the UUID of the run to go on from.
func (e *Experiment) continued(ref string) string {
	if ref == "" {
		return ""
	}
	if record.CheckUUID(ref) == nil {
		return ref
	}
	r, err := e.earlier(ref)
	if err != nil {
		e.fail(fmt.Errorf("the run to continue is not recorded: %w", err))
		return ""
	}
	return r.ID()
}

// earlier is the run that a reference means beside this one, which the newest
// run must not be.
func (e *Experiment) earlier(ref string) (*Run, error) {
	ctx := e.context()
	back, ok, err := stepsBack(ref)
	if !ok {
		return e.project.Run(ctx, ref)
	}
	found, err := e.project.nth(ctx, ref, back, err, func(r Row) bool { return r.ID() != e.uuid })
	if err != nil {
		return nil, err
	}
	return found[0](), nil
}

// maxChainRuns bounds a chain of runs: each is the continuation of the one
// before, and what was fetched may claim anything.
const maxChainRuns = 10_000

// Chain gives the runs that belong together because each goes on from the one
// before, the first one first: those before r, r, and those that go on from
// it. Where several go on from one run, all are given, in the order of their
// starts.
func (p *Project) Chain(ctx context.Context, r *Run) ([]*Run, error) {
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	byID, next := map[string]Row{}, map[string][]Row{}
	for i := rows.Len() - 1; i >= 0; i-- { // the oldest first
		row := rows.At(i)
		byID[row.ID()] = row
		if before := row.Continues(); before != "" {
			next[before] = append(next[before], row)
		}
	}
	seen := map[string]bool{r.uuid: true}
	chain := []*Run{r}
	take := func(row Row) bool {
		if seen[row.ID()] || len(chain) == maxChainRuns {
			return false
		}
		seen[row.ID()] = true
		chain = append(chain, row.Run())
		return true
	}
	for before := r.started.Continues; ; {
		row, ok := byID[before]
		if !ok || !take(row) {
			break
		}
		before = row.Continues()
	}
	slices.Reverse(chain)
	for todo := next[r.uuid]; len(todo) > 0 && ctx.Err() == nil; todo = todo[1:] {
		if take(todo[0]) {
			todo = append(todo, next[todo[0].ID()]...)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return chain, nil
}
