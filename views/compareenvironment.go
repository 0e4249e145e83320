package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// packages is the table of the packages, and of the inputs, whose versions
// differ.
func (v *compareView) packages(runs []*recorder.Run) templ.Component {
	rows := v.changed(runs, func(d *recorder.Difference) []recorder.Change { return d.Packages })
	return compareChanges(v.table("packages", "Packages", rows), "packages are")
}

// environment is the table of what differs in where and how the runs ran.
func (v *compareView) environment(ctx context.Context, p *recorder.Project, runs []*recorder.Run) (templ.Component, error) {
	if v.State.Work {
		d, err := p.Compare(ctx, runs[0], nil)
		if err != nil {
			return nil, err
		}
		v.problems(d)
		v.Runs = append(v.Runs, comparedView{Label: "work tree", Colour: colourAt(1)})
		t := v.table("environment", "Environment", comparedChanges([][]recorder.Change{d.Environment}))
		v.Runs = v.Runs[:1]
		return compareChanges(t, "environment is"), nil
	}
	rows := v.changed(runs, func(d *recorder.Difference) []recorder.Change { return d.Environment })
	return compareChanges(v.table("environment", "Environment", rows), "environment is"), nil
}

// changed compares every run with the base.
func (v *compareView) changed(runs []*recorder.Run, part func(*recorder.Difference) []recorder.Change) []*compareRow {
	var all [][]recorder.Change
	for _, run := range runs[1:] {
		d := recorder.CompareContent(runs[0], run)
		v.problems(d)
		all = append(all, part(d))
	}
	v.Problems = slices.Compact(v.Problems)
	return comparedChanges(all)
}

// comparedChanges makes rows of the changes from the base to each other run. A run
// without a change has what the base has.
func comparedChanges(all [][]recorder.Change) []*compareRow {
	t := newCompareTable(len(all) + 1)
	touched := map[*compareRow][]bool{}
	for i, changes := range all {
		for _, c := range changes {
			row := t.row("param", visible(c.Name))
			if touched[row] == nil {
				touched[row] = make([]bool, len(all)+1)
			}
			touched[row][i+1] = true
			if c.Kind != recorder.Added {
				row.Cells[0] = textCell(changeText(c.A))
			}
			if c.Kind != recorder.Removed {
				row.Cells[i+1] = textCell(changeText(c.B))
			}
		}
	}
	for row, at := range touched {
		for i := range row.Cells[1:] {
			if !at[i+1] {
				row.Cells[i+1] = row.Cells[0]
			}
		}
	}
	return t.sorted()
}

// changeText is one side of a change.
func changeText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, " ")
	case fmt.Stringer:
		return v.String()
	}
	return say.Param(v)
}
