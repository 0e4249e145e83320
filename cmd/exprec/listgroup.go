package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// runGroup is the runs that have the same values of some keys.
type runGroup struct {
	shown  []recorder.Value // of the newest run, one a key
	rows   []recorder.Row
	failed int // neither running nor succeeded
}

// figure is what the runs of a group have of a scalar.
type figure struct {
	n         int // runs with a number
	mean, std float64
	best      float64
	bestRun   string // its id, empty where nothing says what is better
}

// listGroups prints a row for each group of runs, the one with the newest run
// first, or by the mean of a scalar. Errors are one group by their fingerprint.
func (a *app) listGroups(ctx context.Context, rows *recorder.Rows, o listOptions) error {
	groups, err := groupRows(rows, o.groupKeys())
	if err == nil {
		err = sortGroups(rows, groups, o.sort)
	}
	if err != nil {
		return err
	}
	more := 0
	if limit := o.limit(a.out); limit > 0 && len(groups) > limit {
		groups, more = groups[:limit], len(groups)-limit
	}
	names := rows.MainScalars(shownScalars)
	switch {
	case o.json, o.lines:
		return a.groupsJSON(rows, o, groups)
	case o.csv:
		return a.groupsCSV(rows, o, groups, names)
	case len(groups) == 0:
		a.noRuns(o)
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	a.printTable(groupTable(a.out, rows, o.groupKeys(), groups, names))
	if more > 0 {
		a.out.line(styled(dimStyle, "%d more: -n 0", more))
	}
	return nil
}

// groupKeys are the keys to group by.
func (o listOptions) groupKeys() []string {
	keys := strings.Split(o.group, ",")
	for i := range keys {
		keys[i] = strings.TrimSpace(keys[i])
	}
	return keys
}

// groupKey is a key to group by: what is shown of it, and what tells groups
// apart.
type groupKey struct{ shown, by *recorder.Column }

func columnsOf(rows *recorder.Rows, names []string) ([]groupKey, error) {
	var keys []groupKey
	for _, name := range names {
		shown, err := rows.Column(name)
		if err != nil {
			return nil, err
		}
		key := groupKey{shown, shown}
		if shown.Key() == "error" {
			if key.by, err = rows.Column("fingerprint"); err != nil {
				return nil, err
			}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// name tells the group of a run by this key from others.
func (k groupKey) name(r recorder.Row) string {
	v := k.by.Value(r)
	if v.Kind == recorder.AbsentValue {
		v = k.shown.Value(r)
	}
	return fmt.Sprintf("%t %q ", v.Kind == recorder.AbsentValue, v.String())
}

// groupRows puts rows together, those of a group newest first.
func groupRows(rows *recorder.Rows, names []string) ([]*runGroup, error) {
	keys, err := columnsOf(rows, names)
	if err != nil {
		return nil, err
	}
	var groups []*runGroup
	known := map[string]*runGroup{}
	for i := range rows.Len() {
		r := rows.At(i)
		name := ""
		for _, k := range keys {
			name += k.name(r)
		}
		g := known[name]
		if g == nil {
			g = &runGroup{}
			for _, k := range keys {
				g.shown = append(g.shown, k.shown.Value(r))
			}
			known[name] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
		if s := r.Status(); s != recorder.Running && s != recorder.Succeeded {
			g.failed++
		}
	}
	return groups, nil
}

// sortGroups orders groups by the mean of a scalar or result; key begins with a
// hyphen for the greatest first. Groups without one come last.
func sortGroups(rows *recorder.Rows, groups []*runGroup, key string) error {
	name, descending := strings.CutPrefix(key, "-")
	if name == "" {
		return nil
	}
	if _, err := rows.Column(name); err != nil {
		return err
	}
	means := map[*runGroup]float64{}
	for _, g := range groups {
		if f := g.figureOf(rows.Scalar(name)); f.n > 0 {
			means[g] = f.mean
		}
	}
	if len(means) == 0 {
		return usage("name a scalar or result: groups are sorted by its mean", "groups cannot be sorted by %q", name)
	}
	slices.SortStableFunc(groups, func(x, y *runGroup) int {
		a, isX := means[x]
		b, isY := means[y]
		switch {
		case !isX || !isY:
			return cmp.Compare(btoi(!isX), btoi(!isY))
		case descending:
			return cmp.Compare(b, a)
		}
		return cmp.Compare(a, b)
	})
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// figureOf takes a scalar's last values, or results, of the runs that ended.
func (g *runGroup) figureOf(values *recorder.Column) figure {
	var f figure
	var numbers []float64
	for _, r := range g.rows {
		v := values.Value(r)
		if v.Kind != recorder.NumberValue || math.IsNaN(v.Num) || r.Status() == recorder.Running {
			continue
		}
		numbers = append(numbers, v.Num)
		goal := r.Goal(values.Metric())
		if goal != recorder.NoGoal && (f.bestRun == "" || recorder.Better(goal, v.Num, f.best)) {
			f.best, f.bestRun = v.Num, r.ID()
		}
	}
	f.n = len(numbers)
	f.mean, f.std = meanAndDeviation(numbers)
	return f
}

// meanAndDeviation gives the mean and the sample's standard deviation, which is
// 0 of a single number.
func meanAndDeviation(numbers []float64) (mean, deviation float64) {
	if len(numbers) == 0 {
		return math.NaN(), math.NaN()
	}
	for i, v := range numbers {
		mean += (v - mean) / float64(i+1)
	}
	if len(numbers) == 1 {
		return mean, 0
	}
	for _, v := range numbers {
		deviation += (v - mean) * (v - mean) / float64(len(numbers)-1)
	}
	return mean, math.Sqrt(deviation)
}

func groupTable(s *screen, rows *recorder.Rows, keys []string, groups []*runGroup, names []string) *table {
	t := &table{}
	for _, key := range keys {
		t.columns = append(t.columns, column{title: strings.ToUpper(key)})
	}
	t.columns = append(t.columns, column{title: "RUNS", right: true, fixed: true}, column{title: "NOT OK", right: true, fixed: true})
	figures := make([][]figure, len(names))
	for i, name := range names {
		t.columns = append(t.columns, column{title: name, right: true}, column{title: "BEST", right: true})
		for _, g := range groups {
			figures[i] = append(figures[i], g.figureOf(rows.Scalar(name)))
		}
	}
	best := bestGroups(rows, names, figures)
	for i, g := range groups {
		var cells []text
		for _, v := range g.shown {
			cells = append(cells, text{boldStyle, groupWords(s, v)})
		}
		cells = append(cells, plain("%d", len(g.rows)), plain("%d", g.failed))
		for j := range names {
			cells = append(cells, figureCells(figures[j][i], best[j] == i)...)
		}
		t.add(cells...)
	}
	return t
}

// groupWords shows what the runs of a group have in common.
func groupWords(s *screen, v recorder.Value) string {
	switch v.Kind {
	case recorder.AbsentValue:
		return "-"
	case recorder.TextValue, recorder.NumberValue:
		return paramWords(v)
	}
	return valueWords(s, v)
}

// bestGroups is for each scalar the group with the best mean, -1 where nothing
// says what is better or there is only one.
func bestGroups(rows *recorder.Rows, names []string, figures [][]figure) []int {
	best := make([]int, len(names))
	for i, name := range names {
		best[i] = -1
		goal := recorder.NoGoal
		if rows.Len() > 0 {
			goal = rows.At(0).Goal(name)
		}
		compared := 0
		for j, f := range figures[i] {
			if f.n == 0 || goal == recorder.NoGoal {
				continue
			}
			if compared++; best[i] < 0 || recorder.Better(goal, f.mean, figures[i][best[i]].mean) {
				best[i] = j
			}
		}
		if compared < 2 {
			best[i] = -1
		}
	}
	return best
}

func figureCells(f figure, best bool) []text {
	if f.n == 0 {
		return []text{{}, {}}
	}
	mean := text{words: number(f.mean)}
	if f.n > 1 {
		mean.words += " ± " + number2(f.std)
	}
	if best {
		mean = text{green, mean.words + "*"}
	}
	if f.bestRun == "" {
		return []text{mean, {}}
	}
	return []text{mean, {words: number(f.best) + " " + short(f.bestRun)}}
}

// number2 shows a deviation, of which two digits say enough.
func number2(v float64) string { return fmt.Sprintf("%.2g", v) }
