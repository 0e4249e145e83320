package views

import (
	"math"
	"slices"

	"github.com/exprec/exprec/recorder"
)

// maxCards is how many metrics the overview shows at the top.
const maxCards = 6

// metricCard is a scalar or result in short.
type metricCard struct {
	Name        string
	Last, Exact string
	Best        string // empty where nothing says what is better
	Bad         string // what is not a number among the values
	Delta       delta
	Preview     []float64 // empty for a result
	Step        string
}

// delta is how a value moved since the run that this one is compared with.
type delta struct {
	Text  string // empty where there is nothing to compare with
	Class string // good, bad, or empty where nobody can tell
	Title string
	Note  string // where it was compared, if not at the end of both
}

// cardsOf shows the run's main metrics, the one that it is judged by first.
func cardsOf(run *recorder.Run, scalars []recorder.ScalarSummary, d *recorder.Difference) []metricCard {
	var cards []metricCard
	for _, name := range mainMetrics(run, scalars) {
		if i := slices.IndexFunc(scalars, func(s recorder.ScalarSummary) bool { return s.Name == name }); i >= 0 {
			cards = append(cards, scalarCard(run, scalars[i], d))
		} else if i := slices.IndexFunc(run.Results(), func(r recorder.Result) bool { return r.Name == name }); i >= 0 {
			cards = append(cards, resultCard(run.Results()[i], d))
		}
	}
	return cards
}

// mainMetrics are the names of what a run comes down to: its main metric, those
// with a goal, and others where there are few of these.
func mainMetrics(run *recorder.Run, scalars []recorder.ScalarSummary) []string {
	var names []string
	add := func(name string) {
		if name != "" && len(names) < maxCards && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(run.MainMetric())
	for _, goal := range run.Info().Goals {
		add(goal.Name)
	}
	for _, s := range scalars {
		if run.Goal(s.Name) != recorder.NoGoal {
			add(s.Name)
		}
	}
	for _, r := range run.Results() {
		if run.Goal(r.Name) != recorder.NoGoal {
			add(r.Name)
		}
	}
	for _, s := range scalars {
		if len(names) >= maxCards/2 {
			break
		}
		add(s.Name)
	}
	return names
}

func scalarCard(run *recorder.Run, s recorder.ScalarSummary, d *recorder.Difference) metricCard {
	c := metricCard{Name: s.Name, Last: number(s.Last), Exact: exact(s.Last), Preview: s.Preview, Step: "step " + wholeNumber(s.LastStep)}
	switch run.Goal(s.Name) {
	case recorder.Maximize:
		c.Best = bestWords(s.Max, s.MaxStep)
	case recorder.Minimize:
		c.Best = bestWords(s.Min, s.MinStep)
	}
	if s.NaN > 0 {
		c.Bad = wholeNumber(s.NaN) + " NaN"
	}
	c.Delta = scalarDelta(s.Name, d)
	return c
}

func bestWords(v float64, step int64) string {
	if math.IsNaN(v) {
		return ""
	}
	return "best " + number(v) + " at step " + wholeNumber(step)
}

func resultCard(r recorder.Result, d *recorder.Difference) metricCard {
	c := metricCard{Name: r.Name, Last: number(r.Value), Exact: exact(r.Value), Step: "result"}
	if d == nil {
		return c
	}
	for _, change := range d.Results {
		if change.Name == r.Name {
			c.Delta = deltaOf(change)
			return c
		}
	}
	c.Delta = delta{Text: "as before"}
	return c
}

// scalarDelta finds how a scalar moved. Of a run that goes on it is compared at
// that run's last step.
func scalarDelta(name string, d *recorder.Difference) delta {
	if d == nil {
		return delta{}
	}
	for _, change := range d.Scalars {
		if change.Name != name {
			continue
		}
		moved := deltaOf(change.ResultChange)
		switch {
		case change.Kind != recorder.Changed:
		case change.SameStep:
			moved.Note = "at this step"
		case change.AStep != change.BStep:
			moved.Title += ", at step " + wholeNumber(change.AStep) + " there and " + wholeNumber(change.BStep) + " here"
		}
		return moved
	}
	return delta{Text: "as before"}
}

func deltaOf(c recorder.ResultChange) delta {
	switch c.Kind {
	case recorder.Added:
		return delta{Text: "the previous has none"}
	case recorder.Removed:
		return delta{}
	}
	return delta{Text: signed(c.B - c.A), Class: deltaClass(c.Better), Title: exact(c.A) + " → " + exact(c.B)}
}

func deltaClass(better int) string {
	switch {
	case better > 0:
		return "good"
	case better < 0:
		return "bad"
	}
	return ""
}
