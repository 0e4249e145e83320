package main

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/exprec/exprec/recorder"
)

const (
	shownParams  = 3 // columns of parameters that differ
	shownScalars = 3 // columns of main scalars
)

// labelTitle is the title of the column of labels.
const labelTitle = "LABEL"

// listColumn is a column of a table of runs.
type listColumn struct {
	column
	cell func(r recorder.Row) text
	// values are those of a scalar or result, of which the best one is marked.
	values *recorder.Column
}

// runsTable makes the table of runs: the columns that were asked for, else what
// the runs are, the parameters in which they differ, and their main scalars.
func runsTable(ctx context.Context, s *screen, rows *recorder.Rows, keys []string, before map[string]int) (*table, error) {
	columns := defaultColumns(s, rows)
	if len(keys) > 0 {
		var err error
		if columns, err = askedColumns(s, rows, keys); err != nil {
			return nil, err
		}
	}
	for i, c := range columns {
		if c.title == labelTitle {
			columns[i].cell = func(r recorder.Row) text { return text{boldStyle, chainLabel(r.Label(), before[r.ID()])} }
		}
	}
	t := &table{}
	best := make([]int, len(columns))
	for i, c := range columns {
		t.columns = append(t.columns, c.column)
		best[i] = -1
		if c.values != nil {
			best[i] = bestRow(rows, c.values)
		}
	}
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cells := make([]text, len(columns))
		for j, c := range columns {
			cells[j] = c.cell(rows.At(i))
			if best[j] == i {
				cells[j] = text{green, cells[j].words + "*"}
			}
		}
		t.add(cells...)
	}
	return t, nil
}

func defaultColumns(s *screen, rows *recorder.Rows) []listColumn {
	columns := []listColumn{
		{column: column{title: "ID", fixed: true}, cell: func(r recorder.Row) text { return text{words: r.Short()} }},
		{column: column{title: labelTitle}},
		{column: column{title: "STATUS", fixed: true}, cell: rowStatus},
		{column: column{title: "STARTED", fixed: true}, cell: func(r recorder.Row) text { return text{words: moment(s, r.Started())} }},
		{column: column{title: "TIME", right: true, fixed: true}, cell: rowTime},
	}
	for _, name := range differing(rows) {
		values := rows.Param(name)
		columns = append(columns, listColumn{column: column{title: name, right: true}, cell: func(r recorder.Row) text {
			return text{words: shorten(sanitizeLine(paramWords(values.Value(r))), cellMost)}
		}})
	}
	for _, name := range mainScalars(rows) {
		values := rows.Scalar(name)
		columns = append(columns, listColumn{column: column{title: name, right: true}, values: values, cell: func(r recorder.Row) text {
			return text{words: valueWords(s, values.Value(r))}
		}})
	}
	return columns
}

func rowTime(r recorder.Row) text {
	if r.Started().IsZero() {
		return text{}
	}
	return text{words: duration(r.Seconds())}
}

// rowStatus is a row's status in its colour. Of a run that goes on the run
// itself knows more.
func rowStatus(r recorder.Row) text {
	if r.Err() == nil && r.Status() == recorder.Running {
		return statusText(r.Run())
	}
	return statusOf(r.Status(), r.Err())
}

// statusText is the run's status in its colour, and where it goes on if nobody
// here would see it die.
func statusText(r *recorder.Run) text {
	if r.Err() == nil && r.Elsewhere() != "" {
		return text{cyan, sanitizeLine(string(r.Status()) + ", " + standing(r))}
	}
	return statusOf(r.Status(), r.Err())
}

func statusOf(status recorder.Status, err error) text {
	switch {
	case err != nil:
		return text{red, unreadable(err)}
	case status == recorder.Succeeded:
		return text{green, string(status)}
	case status == recorder.Failed:
		return text{red, string(status)}
	case status == recorder.Running:
		return text{cyan, string(status)}
	case status == recorder.Lost:
		return text{magenta, string(status)}
	}
	return text{yellow, string(status)}
}

// maxDistinct is how many values of a parameter are told apart: more than that
// are many.
const maxDistinct = 1000

// differing names the parameters that are not the same in all rows: those that
// most rows have first, then those with the most values, then by name.
func differing(rows *recorder.Rows) []string {
	type spread struct {
		name           string
		have, distinct int
	}
	var found []spread
	params, _, _ := rows.Names()
	for _, name := range params {
		column, values, have := rows.Param(name), map[string]bool{}, 0
		for i := range rows.Len() {
			v := column.Value(rows.At(i))
			if v.Kind == recorder.AbsentValue {
				continue
			}
			have++
			if len(values) < maxDistinct {
				values[v.String()] = true
			}
		}
		if have > 0 && (len(values) > 1 || have < rows.Len()) {
			found = append(found, spread{name, have, len(values)})
		}
	}
	slices.SortFunc(found, func(a, b spread) int {
		return cmp.Or(b.have-a.have, b.distinct-a.distinct, cmp.Compare(a.name, b.name))
	})
	var names []string
	for _, s := range found[:min(shownParams, len(found))] {
		names = append(names, s.name)
	}
	return names
}

// mainScalars names the values to show: the newest run's main ones first, and
// only those that have a value somewhere.
func mainScalars(rows *recorder.Rows) []string {
	_, scalars, results := rows.Names()
	most := min(shownScalars, len(scalars)+len(results))
	var names []string
	for i := 0; i < rows.Len() && len(names) < most; i++ {
		for _, name := range valueOrder(rows.At(i)) {
			if !slices.Contains(names, name) && len(names) < most && hasValue(rows.At(i), name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// valueOrder names the run's values: declared goals first, then the configured
// metric, results, scalars.
func valueOrder(r recorder.Row) []string {
	var order []string
	for _, g := range r.Goals() {
		order = append(order, g.Name)
	}
	order = append(order, r.MainMetric())
	order = append(order, r.ResultNames()...)
	return append(order, r.ScalarNames()...)
}

func hasValue(r recorder.Row, name string) bool {
	return slices.Contains(r.ScalarNames(), name) || slices.Contains(r.ResultNames(), name)
}

// bestRow is the place of the row with the best value, -1 where nothing says
// what is better or there is nothing to compare with. A run that goes on is
// not compared with an end.
func bestRow(rows *recorder.Rows, values *recorder.Column) int {
	best, compared, bestValue := -1, 0, 0.0
	for i := range rows.Len() {
		r := rows.At(i)
		v := values.Value(r)
		if v.Kind != recorder.NumberValue || math.IsNaN(v.Num) || r.Status() == recorder.Running {
			continue
		}
		goal := r.Goal(values.Metric())
		if goal == recorder.NoGoal {
			continue
		}
		compared++
		if best < 0 || recorder.Better(goal, v.Num, bestValue) {
			best, bestValue = i, v.Num
		}
	}
	if compared < 2 {
		return -1
	}
	return best
}

// unreadable says in a word why a run cannot be read whole.
func unreadable(err error) string {
	if errors.Is(err, recorder.ErrNewer) {
		return "newer"
	}
	return "damaged"
}
