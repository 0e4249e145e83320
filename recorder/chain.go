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
	runs, err := p.Runs(ctx, "")
	if err != nil {
		return nil, err
	}
	byID, next := map[string]*Run{}, map[string][]*Run{}
	for _, run := range slices.Backward(runs) { // the oldest first
		byID[run.uuid] = run
		if before := run.started.Continues; before != "" {
			next[before] = append(next[before], run)
		}
	}
	seen := map[string]bool{r.uuid: true}
	chain := []*Run{r}
	for at := byID[r.started.Continues]; at != nil && !seen[at.uuid] && len(chain) < maxChainRuns; at = byID[at.started.Continues] {
		seen[at.uuid] = true
		chain = append(chain, at)
	}
	slices.Reverse(chain)
	for todo := next[r.uuid]; len(todo) > 0 && len(chain) < maxChainRuns; todo = todo[1:] {
		if at := todo[0]; !seen[at.uuid] {
			seen[at.uuid] = true
			chain = append(chain, at)
			todo = append(todo, next[at.uuid]...)
		}
	}
	return chain, nil
}
