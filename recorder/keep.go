package recorder

import (
	"fmt"
	"math"
	"slices"
)

// BestRuns gives the n best of the runs by their main metric, the best first,
// and its name. Runs without a value of it are never among them. The error
// wraps [ErrNoMetric] where the runs have no main metric in common, or nothing
// tells whether more of it is better.
func BestRuns(runs []*Run, n int) ([]*Run, string, error) {
	metric, goal := "", NoGoal
	for _, r := range runs {
		name := r.MainMetric()
		switch {
		case name == "":
		case metric == "":
			metric, goal = name, r.Goal(name)
		case metric != name || goal != r.Goal(name):
			return nil, "", fmt.Errorf("%w: some go by %q, others by %q", ErrNoMetric, metric, name)
		}
	}
	switch {
	case metric == "":
		return nil, "", fmt.Errorf("%w: no goal was declared, and git config exprec.metric names none", ErrNoMetric)
	case goal == NoGoal:
		return nil, "", fmt.Errorf("%w: nothing tells whether more of %q is better", ErrNoMetric, metric)
	}
	values := map[*Run]float64{}
	var ranked []*Run
	for _, r := range runs {
		if v, ok := r.lastValue(metric); ok && !math.IsNaN(v) {
			values[r] = v
			ranked = append(ranked, r)
		}
	}
	slices.SortStableFunc(ranked, func(a, b *Run) int {
		switch {
		case Better(goal, values[a], values[b]):
			return -1
		case Better(goal, values[b], values[a]):
			return 1
		}
		return 0
	})
	return ranked[:min(n, len(ranked))], metric, nil
}

// lastValue is a result, else the last value of a scalar.
func (r *Run) lastValue(name string) (float64, bool) {
	for _, result := range r.Results() {
		if result.Name == name {
			return result.Value, true
		}
	}
	scalars, err := r.Scalars()
	if err != nil {
		return 0, false
	}
	for _, s := range scalars {
		if s.Name == name && s.Count > 0 {
			return s.Last, true
		}
	}
	return 0, false
}
