package views

import (
	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// compareTableView is a table of what runs have, ready to be shown.
type compareTableView struct {
	ID, Title  string
	State      compareState
	Runs       []comparedView
	Rows       []*compareRow
	Equal      int // rows that are equal, shown or not
	MoreRows   int // rows beyond the bound
	MoreRuns   int // runs beyond the bound, not in the table
	Filtered   bool
	HidesEqual bool // equal rows can be shown and hidden
}

// differences is the table of how the runs differ.
func (v *compareView) differences(runs []*recorder.Run) templ.Component {
	rows, problems := compareRunRows(runs)
	v.Problems = append(v.Problems, problems...)
	t := v.table("differences", "Differences", rows)
	t.HidesEqual = true
	return compareDifferences(t)
}

// table bounds rows to what a page shows.
func (v *compareView) table(id, title string, rows []*compareRow) compareTableView {
	t := compareTableView{ID: id, Title: title, State: v.State, Runs: v.Runs, Filtered: v.State.Only != ""}
	shown := len(t.Runs)
	if !v.State.Flip {
		shown = min(shown, compareColumns)
	}
	t.MoreRuns, t.Runs = len(t.Runs)-shown, t.Runs[:shown]
	for _, row := range chosenRows(rows, v.State, &t.Equal) {
		if len(t.Rows) == compareRows {
			t.MoreRows++
			continue
		}
		cut := *row
		cut.Cells = row.Cells[:shown]
		t.Rows = append(t.Rows, &cut)
	}
	return t
}

// chosenRows are the rows that a state shows; equal counts those that are equal.
func chosenRows(rows []*compareRow, s compareState, equal *int) []*compareRow {
	var chosen []*compareRow
	for _, row := range rows {
		if !matches(s.Only, row.Name) {
			continue
		}
		differs := row.Differs()
		if !differs {
			*equal++
		}
		if differs || s.All {
			chosen = append(chosen, row)
		}
	}
	return chosen
}
