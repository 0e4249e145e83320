package views

import (
	"context"
	"errors"
	"slices"

	"github.com/exprec/exprec/recorder"
)

// comparedRuns are the runs of a comparison, and what is to be said about those
// that are not among them.
type comparedRuns struct {
	runs    []*recorder.Run // the first is the base
	unknown []compareProblem
	matched int // runs that a query matched
}

// compareProblem says of a run why it is not, or not wholly, compared.
type compareProblem struct{ Run, Why string }

// findCompared finds the runs that a state means, and writes their ids into it.
// Runs that there are not are named; the others are compared.
func findCompared(ctx context.Context, p *recorder.Project, s *compareState) (*comparedRuns, error) {
	if len(s.Runs) == 0 && s.Query == "" {
		return &comparedRuns{}, nil
	}
	if len(s.Runs) == 0 {
		return queriedRuns(ctx, p, s)
	}
	found := &comparedRuns{}
	var ids []string
	for _, ref := range s.Runs {
		if len(found.runs) == compareRuns {
			found.unknown = append(found.unknown, compareProblem{ref, "not shown: " + count(compareRuns, "run") + " are compared at most."})
			continue
		}
		run, err := comparedRun(ctx, p, ref)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			found.unknown = append(found.unknown, compareProblem{ref, sentence(err.Error())})
			continue
		}
		if slices.ContainsFunc(found.runs, func(r *recorder.Run) bool { return r.Address() == run.Address() }) {
			continue
		}
		found.runs, ids = append(found.runs, run), append(ids, ref)
	}
	s.Runs = ids
	return found, nil
}

// comparedRun finds a run by its id or the beginning of it.
func comparedRun(ctx context.Context, p *recorder.Project, ref string) (*recorder.Run, error) {
	if !isRunID(ref) {
		return nil, errors.New("this is no id of a run")
	}
	run, err := openRun(ctx, p, ref)
	if err != nil {
		return nil, err
	}
	if run.Deleted() {
		return nil, errors.New("the run is deleted")
	}
	return asItIsNow(p, run), nil
}

// queriedRuns are the first runs that match, in the order of the list of runs.
func queriedRuns(ctx context.Context, p *recorder.Project, s *compareState) (*comparedRuns, error) {
	rows, err := p.Rows(ctx, s.Query)
	if err != nil {
		return nil, err
	}
	rows = inPlace(rows, runsState{})
	found := &comparedRuns{matched: rows.Len()}
	for i := range min(rows.Len(), s.Count) {
		found.runs = append(found.runs, asItIsNow(p, rows.At(i).Run()))
	}
	return found, nil
}

// explicit is the state with the runs of its query by their ids, for links that
// change which they are.
func (c *comparedRuns) explicit(s compareState) compareState {
	if len(s.Runs) > 0 {
		return s
	}
	return s.with(func(s *compareState) {
		s.Query = ""
		for _, run := range c.runs {
			s.Runs = append(s.Runs, short(run.Address()))
		}
	})
}

// offered is a run that could be added.
type offered struct {
	Label, Short, Status, URL string
	Row                       recorder.Row
}

// offers are the newest runs that are not compared yet.
func (c *comparedRuns) offers(ctx context.Context, p *recorder.Project, s compareState, most int) ([]offered, error) {
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	rows = inPlace(rows, runsState{})
	explicit := c.explicit(s)
	var offers []offered
	for i := 0; i < rows.Len() && len(offers) < most; i++ {
		row := rows.At(i)
		id := row.ID()
		if slices.ContainsFunc(c.runs, func(r *recorder.Run) bool { return r.Address() == id }) {
			continue
		}
		offers = append(offers, offered{visible(row.Label()), row.Short(), string(row.Status()), explicit.and(row.Short()).URL(), row})
	}
	return offers, nil
}
