package main

import (
	"context"
	"errors"
	"slices"

	"github.com/exprec/exprec/recorder"
)

const (
	shownParams  = 3   // columns of parameters that differ
	shownScalars = 3   // columns of main scalars
	whoseWidth   = 100 // of a terminal that has room for who ran what
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
// the runs are, who ran them where they are of several people, the parameters in
// which they differ, and their main scalars.
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
			best[i] = rows.Best(c.values)
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
	if values, err := rows.Column(rows.Whose()); err == nil && (s.width == 0 || s.width >= whoseWidth) {
		who := askedColumn(s, values)
		columns = slices.Insert(columns, 3, who)
	}
	for _, name := range rows.Differing(shownParams) {
		values := rows.Param(name)
		columns = append(columns, listColumn{column: column{title: name, right: true}, cell: func(r recorder.Row) text {
			return text{words: shorten(sanitizeLine(paramWords(values.Value(r))), cellMost)}
		}})
	}
	for _, name := range rows.MainScalars(shownScalars) {
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
	status := statusOf(r.Status(), r.Err())
	if remote := r.Light(); remote != "" {
		status.words += ", on " + sanitizeLine(remote)
	}
	return status
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

// unreadable says in a word why a run cannot be read whole.
func unreadable(err error) string {
	if errors.Is(err, recorder.ErrNewer) {
		return "newer"
	}
	return "damaged"
}
