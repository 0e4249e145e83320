package views

import (
	"math"
	"strconv"

	"github.com/exprec/exprec/recorder"
)

// metrics are the rows of results and of the last values of scalars, the best
// marked, with the way from the base's value to each.
func (t *compareTable) metrics(runs []*recorder.Run) (problems []compareProblem) {
	values := map[*compareRow][]float64{}
	set := func(kind, name string, i int, v float64, title string) {
		row := t.row(kind, visible(name))
		if values[row] == nil {
			values[row] = nanOf(len(runs))
			row.Goal = goalText(goalAmong(runs, name))
		}
		values[row][i] = v
		row.Cells[i] = compareCell{There: true, Text: number(v), Full: exact(v), Number: true, Title: title}
	}
	for i, run := range runs {
		for _, r := range run.Results() {
			set("result", r.Name, i, r.Value, "")
		}
		scalars, err := run.Scalars()
		problems = appendProblem(problems, run, err)
		for _, s := range scalars {
			set("scalar", s.Name, i, s.Last, scalarTitle(s))
		}
	}
	for row, of := range values {
		markBest(row, of, runs)
	}
	for i, run := range runs[min(1, len(runs)):] {
		t.deltas(runs[0], run, i+1)
	}
	return problems
}

func nanOf(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// goalAmong is what is better, as the first run that says it does.
func goalAmong(runs []*recorder.Run, name string) recorder.Goal {
	for _, run := range runs {
		if goal := run.Goal(name); goal != recorder.NoGoal {
			return goal
		}
	}
	return recorder.NoGoal
}

func goalText(goal recorder.Goal) string {
	switch goal {
	case recorder.Maximize:
		return "more is better"
	case recorder.Minimize:
		return "less is better"
	}
	return ""
}

// scalarTitle says where a scalar's last value and its ends are.
func scalarTitle(s recorder.ScalarSummary) string {
	return "last of " + count(int(s.Count), "point") + ", at step " + strconv.FormatInt(s.LastStep, 10) +
		"; min " + exact(s.Min) + " at " + strconv.FormatInt(s.MinStep, 10) +
		", max " + exact(s.Max) + " at " + strconv.FormatInt(s.MaxStep, 10)
}

// markBest marks the best values of a row. Where some runs have ended, one that
// goes on is not measured by its value of now.
func markBest(row *compareRow, values []float64, runs []*recorder.Run) {
	goal := recorder.NoGoal
	switch row.Goal {
	case "more is better":
		goal = recorder.Maximize
	case "less is better":
		goal = recorder.Minimize
	}
	if goal == recorder.NoGoal {
		return
	}
	ended := 0
	for _, run := range runs {
		if run.Status() != recorder.Running {
			ended++
		}
	}
	best, worse := math.NaN(), false
	counts := func(i int) bool {
		return !math.IsNaN(values[i]) && (ended == 0 || runs[i].Status() != recorder.Running)
	}
	for i, v := range values {
		if !counts(i) {
			continue
		}
		worse = worse || !math.IsNaN(best) && v != best
		if recorder.Better(goal, v, best) {
			best = v
		}
	}
	if !worse {
		return // one value, or equal ones
	}
	for i, v := range values {
		row.Cells[i].Best = counts(i) && v == best
	}
}

// deltas says how far the values of a run are from the base's. A run that goes
// on is compared at its own last step.
func (t *compareTable) deltas(base, run *recorder.Run, i int) {
	d := recorder.CompareContent(base, run)
	for _, c := range d.Results {
		t.delta("result", c, i, "")
	}
	for _, c := range d.Scalars {
		say := ""
		if c.SameStep {
			say = "at step " + strconv.FormatInt(min(c.AStep, c.BStep), 10) + ", where the run that goes on is: " + exact(c.A) + " and " + exact(c.B)
		}
		t.delta("scalar", c.ResultChange, i, say)
	}
}

func (t *compareTable) delta(kind string, c recorder.ResultChange, i int, say string) {
	by := c.B - c.A
	if c.Kind != recorder.Changed || math.IsNaN(by) || math.IsInf(by, 0) {
		return
	}
	cell := &t.row(kind, visible(c.Name)).Cells[i]
	cell.Delta = signed(by)
	if share := by / math.Abs(c.A) * 100; !math.IsInf(share, 0) && !math.IsNaN(share) && math.Abs(share) < 1000 {
		cell.Delta += " (" + percent(share) + ")"
	}
	switch c.Better {
	case 1:
		cell.Judged = "good"
	case -1:
		cell.Judged = "bad"
	}
	cell.DeltaSay = say
}

// percent is a share of a hundred with its sign.
func percent(share float64) string {
	if math.Abs(share) >= 100 {
		return signed(math.Round(share)) + " %"
	}
	return signed(share) + " %"
}

// judgedWord is what a delta means, for those who do not see colours.
func judgedWord(judged string) string {
	switch judged {
	case "good":
		return "better"
	case "bad":
		return "worse"
	}
	return ""
}
