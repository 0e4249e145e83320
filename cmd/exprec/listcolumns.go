package main

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
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
	}
	return c
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
		return joinTexts(v.List)
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

// plainWords is a value for programs: times in UTC, numbers with all digits.
func plainWords(v recorder.Value) string {
	switch v.Kind {
	case recorder.NumberValue:
		return plainNumber(v.Num)
	case recorder.TimeValue:
		return v.When.UTC().Format(time.RFC3339Nano)
	case recorder.TextsValue:
		return joinTexts(v.List)
	}
	return v.String()
}

// plainNumber is a number as JSON would have it, and words for those it has
// none for.
func plainNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// joinTexts leaves out texts that are empty, such as the type of an error that
// has none.
func joinTexts(list []string) string {
	var there []string
	for _, s := range list {
		if s != "" {
			there = append(there, s)
		}
	}
	return strings.Join(there, ", ")
}
