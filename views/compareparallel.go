package views

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/plot"
)

// compareParallelView is the compared runs among the others, ready to be shown.
type compareParallelView struct {
	SVG   string
	Shown int // runs in the picture
	All   int // runs that could be in it
	Query string
}

// words say which runs are shown.
func (v compareParallelView) words() string {
	words := count(v.Shown, "run")
	if v.All > v.Shown {
		words = "the newest " + comma(v.Shown) + " of " + count(v.All, "run")
	}
	if v.Query != "" {
		words += " that match"
	}
	return words + "; the compared ones are coloured"
}

const (
	parallelRuns       = 500  // runs in the picture
	parallelCategories = 40   // texts that an axis tells apart
	parallelLog        = 100  // how many times the least is the most where an axis of a parameter is logarithmic
	parallelLogMetric  = 1000 // the same of a metric
	parallelHeight     = 320
	parallelPerAxis    = 115
)

// parallel shows how the compared runs lie among all runs, or among those of the
// query, by the parameters that differ and by what came of them.
func (v *compareView) parallel(ctx context.Context, p *recorder.Project, runs []*recorder.Run) (templ.Component, error) {
	rows, err := p.Rows(ctx, v.State.Query)
	if err != nil {
		return nil, err
	}
	rows = inPlace(rows, runsState{})
	page := compareParallelView{All: rows.Len(), Query: v.State.Query}
	threads, compared, err := v.parallelRows(ctx, p, rows, runs)
	if err != nil {
		return nil, err
	}
	picture := plot.Parallel{Height: parallelHeight, Title: "The compared runs among the others"}
	for i := range threads {
		picture.Threads = append(picture.Threads, plot.Thread{Faint: true})
		if at := slices.Index(compared, threads[i].ID()); at >= 0 {
			picture.Threads[i] = plot.Thread{Class: v.Runs[at].Colour, Title: v.Runs[at].Label}
		}
	}
	for _, column := range parallelColumns(rows) {
		axis, values := parallelAxis(column, threads)
		if axis.Title == "" {
			continue
		}
		picture.Axes = append(picture.Axes, axis)
		for i, value := range values {
			picture.Threads[i].Values = append(picture.Threads[i].Values, value)
		}
	}
	page.Shown = len(threads)
	if len(picture.Axes) > 0 {
		picture.Width = max(640, parallelPerAxis*len(picture.Axes))
		page.SVG = picture.SVG()
	}
	return compareParallel(page), nil
}

// parallelRows are the newest rows, and those of the compared runs, whether they
// match or not; the latter come last, above the others.
func (v *compareView) parallelRows(ctx context.Context, p *recorder.Project, rows *recorder.Rows, runs []*recorder.Run) (threads []recorder.Row, compared []string, err error) {
	for _, run := range runs {
		compared = append(compared, run.Address())
	}
	for i := 0; i < rows.Len() && len(threads) < parallelRuns; i++ {
		if row := rows.At(i); !slices.Contains(compared, row.ID()) {
			threads = append(threads, row)
		}
	}
	all := rows
	if v.State.Query == "" {
		if all, err = p.Rows(ctx, ""); err != nil { // the compared ones may be archived
			return nil, nil, err
		}
	}
	coloured := all.Filter(func(row recorder.Row) bool { return slices.Contains(compared, row.ID()) })
	for i := range coloured.Len() {
		threads = append(threads, coloured.At(i))
	}
	return threads, compared, nil
}

// parallelColumn is what an axis shows.
type parallelColumn struct {
	*recorder.Column
	metric bool
}

// parallelColumns are the parameters that differ most, and the main metrics.
func parallelColumns(rows *recorder.Rows) []parallelColumn {
	var columns []parallelColumn
	for _, name := range rows.Differing(usualParams) {
		columns = append(columns, parallelColumn{rows.Param(name), false})
	}
	_, scalars, _ := rows.Names()
	for _, name := range rows.MainScalars(usualScalars) {
		column := rows.Result(name)
		if _, ok := slices.BinarySearch(scalars, name); ok {
			column = rows.Scalar(name)
		}
		columns = append(columns, parallelColumn{column, true})
	}
	return columns
}

// parallelAxis is a column as an axis, with the place of each run on it. An axis
// without a title has nothing to show.
func parallelAxis(c parallelColumn, rows []recorder.Row) (axis plot.Axis, values []float64) {
	texts := make([]string, len(rows))
	values = nanOf(len(rows))
	numbers, there := true, false
	for i, row := range rows {
		v := c.Value(row)
		switch v.Kind {
		case recorder.AbsentValue:
			continue
		case recorder.NumberValue:
			values[i] = v.Num
		default:
			numbers = false
		}
		there, texts[i] = true, visible(wordsOf(v))
	}
	if !there {
		return axis, values
	}
	axis.Title = visible(c.Name())
	if !numbers {
		axis.Categories = categoriesOf(texts)
		for i, text := range texts {
			values[i] = math.NaN()
			if at, ok := slices.BinarySearch(axis.Categories, text); ok && text != "" {
				values[i] = float64(at)
			}
		}
		return axis, values
	}
	least, most := plot.Range(values, false)
	times := float64(parallelLog)
	if c.metric {
		times = parallelLogMetric
	}
	axis.Log = least > 0 && most/least >= times
	return axis, values
}

// categoriesOf are the texts that are there, sorted; of very many the first.
func categoriesOf(texts []string) []string {
	all := slices.Clone(texts)
	slices.Sort(all)
	all = slices.DeleteFunc(slices.Compact(all), func(s string) bool { return strings.TrimSpace(s) == "" })
	return all[:min(len(all), parallelCategories)]
}
