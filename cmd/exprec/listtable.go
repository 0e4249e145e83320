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

// rowData is what a row of the table of runs is made of.
type rowData struct {
	run    *recorder.Run
	params map[string]string
	values map[string]float64 // last ones of scalars, and results
	order  []string           // names of values, the main ones first
}

// runsTable makes the table of runs: what they are, the parameters in which
// they differ, and their main scalars with the best of each marked.
func runsTable(ctx context.Context, s *screen, runs []*recorder.Run) (*table, error) {
	rows := make([]rowData, len(runs))
	for i, r := range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows[i] = readRow(r)
	}
	params, scalars := differing(rows), mainScalars(rows)
	t := &table{columns: []column{{title: "ID", fixed: true}, {title: "LABEL"}, {title: "STATUS", fixed: true}, {title: "STARTED", fixed: true}, {title: "TIME", right: true, fixed: true}}}
	for _, name := range params {
		t.columns = append(t.columns, column{title: name, right: true})
	}
	best := make([]int, len(scalars))
	for i, name := range scalars {
		t.columns = append(t.columns, column{title: name, right: true})
		best[i] = bestRow(rows, name)
	}
	for i, row := range rows {
		cells := stateCells(s, row.run)
		for _, name := range params {
			cells = append(cells, text{words: shorten(sanitizeLine(row.params[name]), cellMost)})
		}
		for j, name := range scalars {
			cells = append(cells, scalarCell(row, name, best[j] == i))
		}
		t.add(cells...)
	}
	return t, nil
}

// readRow reads what can be read of a run; a damaged part stays empty.
func readRow(r *recorder.Run) rowData {
	row := rowData{run: r, params: map[string]string{}, values: map[string]float64{}}
	params, _ := r.Params()
	for _, p := range flatten(params) {
		row.params[p.name] = value(p.value)
	}
	scalars, _ := r.Scalars()
	for _, s := range scalars {
		row.values[s.Name] = s.Last
	}
	for _, result := range r.Results() {
		if _, scalar := row.values[result.Name]; !scalar {
			row.values[result.Name] = result.Value
		}
	}
	row.order = valueOrder(r, scalars)
	return row
}

// valueOrder names the run's values: declared goals first, then the configured
// metric, results, scalars.
func valueOrder(r *recorder.Run, scalars []recorder.ScalarSummary) []string {
	var order []string
	for _, g := range r.Info().Goals {
		order = append(order, g.Name)
	}
	order = append(order, r.MainMetric())
	for _, result := range r.Results() {
		order = append(order, result.Name)
	}
	for _, s := range scalars {
		order = append(order, s.Name)
	}
	return order
}

func stateCells(s *screen, r *recorder.Run) []text {
	started, time := moment(s, r.Started()), ""
	if started != "" {
		time = duration(r.Seconds())
	}
	return []text{{words: r.Short()}, {boldStyle, r.Label()}, statusText(r), {words: started}, {words: time}}
}

// statusText is the run's status in its colour.
func statusText(r *recorder.Run) text {
	status := r.Status()
	switch {
	case r.Err() != nil:
		return text{red, unreadable(r.Err())}
	case status == recorder.Succeeded:
		return text{green, string(status)}
	case status == recorder.Failed:
		return text{red, string(status)}
	case r.Elsewhere() != "":
		return text{cyan, sanitizeLine(string(status) + ", " + standing(r))}
	case status == recorder.Running:
		return text{cyan, string(status)}
	case status == recorder.Lost:
		return text{magenta, string(status)}
	}
	return text{yellow, string(status)}
}

func scalarCell(row rowData, name string, best bool) text {
	v, ok := row.values[name]
	switch {
	case !ok:
		return text{}
	case best:
		return text{green, number(v) + "*"}
	}
	return text{words: number(v)}
}

// differing names the parameters that are not the same in all rows: those that
// most rows have first, then those with the most values, then by name.
func differing(rows []rowData) []string {
	have := map[string]int{}
	values := map[string]map[string]bool{}
	for _, row := range rows {
		for name, v := range row.params {
			have[name]++
			if values[name] == nil {
				values[name] = map[string]bool{}
			}
			values[name][v] = true
		}
	}
	var names []string
	for name, n := range have {
		if len(values[name]) > 1 || n < len(rows) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(have[b]-have[a], len(values[b])-len(values[a]), cmp.Compare(a, b))
	})
	return names[:min(shownParams, len(names))]
}

// mainScalars names the values to show: the newest run's main ones first, and
// only those that have a value somewhere.
func mainScalars(rows []rowData) []string {
	var names []string
	for _, row := range rows {
		for _, name := range row.order {
			_, known := row.values[name]
			if known && !slices.Contains(names, name) {
				names = append(names, name)
			}
			if len(names) == shownScalars {
				return names
			}
		}
	}
	return names
}

// bestRow is the row with the best value, -1 where nothing says what is better
// or there is nothing to compare with.
func bestRow(rows []rowData, name string) int {
	best, compared := -1, 0
	for i, row := range rows {
		v, ok := row.values[name]
		goal := row.run.Goal(name)
		if !ok || goal == recorder.NoGoal || math.IsNaN(v) || row.run.Status() == recorder.Running {
			continue
		}
		compared++
		if best < 0 || recorder.Better(goal, v, rows[best].values[name]) {
			best = i
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
