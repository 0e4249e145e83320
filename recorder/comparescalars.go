package recorder

import (
	"math"
	"slices"
	"strings"
)

// compareResults lists the results that differ, sorted by name.
func compareResults(a, b *Run) []ResultChange {
	x, y := named{}, named{}
	for _, r := range a.Results() {
		x.set(r.Name, r.Value)
	}
	for _, r := range b.Results() {
		y.set(r.Name, r.Value)
	}
	var found []ResultChange
	for _, c := range changes(x, y, equalValues) {
		found = append(found, judged(c.Name, c.Kind, valueOr(c.A), valueOr(c.B), goalOf(a, b, c.Name)))
	}
	return found
}

func valueOr(v any) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	return math.NaN()
}

// goalOf is the goal of either run, the newer one's first.
func goalOf(a, b *Run, name string) Goal {
	for _, r := range []*Run{b, a} {
		if goal := r.Goal(name); goal != NoGoal {
			return goal
		}
	}
	return NoGoal
}

func judged(name string, kind Kind, a, b float64, goal Goal) ResultChange {
	c := ResultChange{Name: name, Kind: kind, A: a, B: b, Goal: goal}
	switch {
	case kind != Changed:
	case Better(goal, b, a):
		c.Better = 1
	case Better(goal, a, b):
		c.Better = -1
	}
	return c
}

// compareScalars compares last values. Where one of the runs goes on and the
// other has ended, they are compared at the last step of the one that goes on.
func (d *Difference) compareScalars(a, b *Run) {
	x, err := a.Scalars()
	d.problem("scalars", err)
	y, err := b.Scalars()
	d.problem("scalars", err)
	for _, pair := range pairUp(x, y) {
		c := pair.change(goalOf(a, b, pair.name))
		if pair.a != nil && pair.b != nil {
			d.problem("scalar "+pair.name, alignSteps(&c, a, b))
		}
		if c.Kind != Changed || !equalValues(c.A, c.B) {
			d.Scalars = append(d.Scalars, c)
		}
	}
}

// pair is a scalar of two runs, nil where one does not have it.
type pair struct {
	name string
	a, b *ScalarSummary
}

// pairUp matches scalars by name, sorted.
func pairUp(x, y []ScalarSummary) []*pair {
	byName := map[string]*pair{}
	var pairs []*pair
	get := func(name string) *pair {
		p, ok := byName[name]
		if !ok {
			p = &pair{name: name}
			byName[name], pairs = p, append(pairs, p)
		}
		return p
	}
	for i := range x {
		get(x[i].Name).a = &x[i]
	}
	for i := range y {
		get(y[i].Name).b = &y[i]
	}
	slices.SortFunc(pairs, func(p, q *pair) int { return strings.Compare(p.name, q.name) })
	return pairs
}

func (p *pair) change(goal Goal) ScalarChange {
	c := ScalarChange{}
	kind, a, b := Changed, math.NaN(), math.NaN()
	if p.a != nil {
		a, c.AStep = p.a.Last, p.a.LastStep
	} else {
		kind = Added
	}
	if p.b != nil {
		b, c.BStep = p.b.Last, p.b.LastStep
	} else {
		kind = Removed
	}
	c.ResultChange = judged(p.name, kind, a, b, goal)
	return c
}

// alignSteps takes the value of the run that has ended at the step where the
// other one is.
func alignSteps(c *ScalarChange, a, b *Run) error {
	if (a.Status() == Running) == (b.Status() == Running) || c.AStep == c.BStep {
		return nil
	}
	ended, step := b, c.AStep
	if b.Status() == Running {
		ended, step = a, c.BStep
	}
	series, err := ended.Series(c.Name)
	if err != nil {
		return err
	}
	value, at, ok := series.at(step)
	if !ok {
		return nil
	}
	if ended == a {
		c.A, c.AStep = value, at
	} else {
		c.B, c.BStep = value, at
	}
	c.SameStep = true
	c.ResultChange = judged(c.Name, c.Kind, c.A, c.B, c.Goal)
	return nil
}
