package main

import (
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
	"github.com/exprec/exprec/recorder/say"
)

// askedColumns are the columns that --columns names.
func askedColumns(s *screen, rows *recorder.Rows, keys []string) ([]listColumn, error) {
	var columns []listColumn
	for _, key := range keys {
		values, err := rows.Column(key)
		if err != nil {
			return nil, err
		}
		columns = append(columns, askedColumn(s, values))
	}
	return columns, nil
}

func askedColumn(s *screen, values *recorder.Column) listColumn {
	c := listColumn{column: column{title: values.Key()}, cell: func(r recorder.Row) text {
		return text{words: valueWords(s, values.Value(r))}
	}}
	switch {
	case values.Metric() != "":
		c.right, c.values = true, values
	case values.BuiltIn():
		c.title = strings.ToUpper(c.title)
		kind := values.Kind()
		c.right = kind == recorder.NumberValue || kind == recorder.DurationValue || kind == recorder.SizeValue
	default:
		c.right = true
		c.cell = func(r recorder.Row) text { return text{words: paramWords(values.Value(r))} }
	}
	switch c.title {
	case "STATUS":
		c.cell = rowStatus
	case "ID":
		c.fixed = true
	case "REMOTE":
		c.cell = remoteCell(values)
	}
	return c
}

// remoteCell says too which remotes have a run in another state.
func remoteCell(values *recorder.Column) func(recorder.Row) text {
	return func(r recorder.Row) text {
		if values.Value(r).Kind == recorder.TextsValue {
			return text{words: say.Remotes(r.Remotes())}
		}
		return text{words: paramWords(values.Value(r))} // the run's own parameter of that name
	}
}

// valueWords shows a value to people.
func valueWords(s *screen, v recorder.Value) string {
	switch v.Kind {
	case recorder.NumberValue:
		return number(v.Num)
	case recorder.TimeValue:
		return moment(s, v.When)
	case recorder.DurationValue:
		return duration(v.Num)
	case recorder.SizeValue:
		return size(int64(v.Num))
	case recorder.TextsValue:
		return export.Joined(v.List)
	}
	return v.String()
}

// paramWords shows a parameter with all its digits.
func paramWords(v recorder.Value) string {
	if v.Kind == recorder.TextValue && v.Text == "" {
		return `""`
	}
	return v.String()
}
