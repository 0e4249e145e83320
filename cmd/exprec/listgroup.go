package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// listGroups prints a row for each group of runs, the one with the newest run
// first, or by the mean of a scalar. Errors are one group by their fingerprint.
func (a *app) listGroups(ctx context.Context, rows *recorder.Rows, o listOptions) error {
	groups, err := rows.GroupBy(o.groupKeys()...)
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

// sortGroups orders groups by the mean of a scalar or result; key begins with a
// hyphen for the greatest first.
func sortGroups(rows *recorder.Rows, groups []recorder.Group, key string) error {
	name, descending := strings.CutPrefix(key, "-")
	if name == "" {
		return nil
	}
	if _, err := rows.Column(name); err != nil {
		return err
	}
	if !recorder.SortGroups(groups, rows.Scalar(name), descending) {
		return usage("name a scalar or result: groups are sorted by its mean", "groups cannot be sorted by %q", name)
	}
	return nil
}

func groupTable(s *screen, rows *recorder.Rows, keys []string, groups []recorder.Group, names []string) *table {
	t := &table{}
	for _, key := range keys {
		t.columns = append(t.columns, column{title: strings.ToUpper(key)})
	}
	t.columns = append(t.columns, column{title: "RUNS", right: true, fixed: true}, column{title: "NOT OK", right: true, fixed: true})
	figures, best := make([][]recorder.Figure, len(names)), make([]int, len(names))
	for i, name := range names {
		t.columns = append(t.columns, column{title: name, right: true}, column{title: "BEST", right: true})
		for _, g := range groups {
			figures[i] = append(figures[i], g.Figure(rows.Scalar(name)))
		}
		best[i] = rows.BestGroup(rows.Scalar(name), figures[i])
	}
	for i, g := range groups {
		var cells []text
		for _, v := range g.Values {
			cells = append(cells, text{boldStyle, groupWords(s, v)})
		}
		cells = append(cells, plain("%d", g.Rows.Len()), plain("%d", g.NotOK))
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

func figureCells(f recorder.Figure, best bool) []text {
	if f.N == 0 {
		return []text{{}, {}}
	}
	mean := text{words: number(f.Mean)}
	if f.N > 1 {
		mean.words += " ± " + number2(f.Std)
	}
	if best {
		mean = text{green, mean.words + "*"}
	}
	if f.BestRun == "" {
		return []text{mean, {}}
	}
	return []text{mean, {words: number(f.Best) + " " + short(f.BestRun)}}
}

// number2 shows a deviation, of which two digits say enough.
func number2(v float64) string { return fmt.Sprintf("%.2g", v) }
