package views

import (
	"fmt"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// runsGroup is the line above the runs of a group.
type runsGroup struct {
	Title     string
	Runs      int
	NotOK     int
	Continued bool // its first runs are on the page before
	Cells     []groupCell
}

// groupCell is what the runs of a group have in the column of a metric.
type groupCell struct {
	Mean, Best string // empty where there is nothing
	Title      string
	IsBest     bool // no other group has a better mean
}

// groupRows puts the runs into groups, and the groups in order: that of their
// first runs, or of the means of the metric that the table is sorted by. A key
// that no run has groups nothing.
func (l *runsList) groupRows() {
	keys := splitKeys(l.state.Group, maxGroupKeys)
	if len(keys) == 0 || l.rows.Len() == 0 {
		return
	}
	groups, err := l.rows.GroupBy(keys...)
	if err != nil {
		l.notes.Unknown = append(l.notes.Unknown, unknownKey{Key: l.state.Group})
		return
	}
	if len(l.state.Sort) > 0 {
		by := l.state.Sort[0]
		if column, err := l.rows.Column(by.Key); err == nil && column.Metric() != "" {
			recorder.SortGroups(groups, column, by.Descending)
		}
	}
	l.groups, l.rows = groups, l.rows.Joined(groups)
}

// groupLines are the lines of the groups of this page, by the place on it of the
// row that they stand above.
func (l *runsList) groupLines() map[int]*runsGroup {
	if len(l.groups) == 0 {
		return nil
	}
	groupOf := make(map[recorder.Row]int, l.shown.Len()) // of the rows of this page
	for at := range l.shown.Len() {
		groupOf[l.shown.At(at)] = -1
	}
	for i, g := range l.groups {
		for n := range g.Rows.Len() {
			if _, ok := groupOf[g.Rows.At(n)]; ok {
				groupOf[g.Rows.At(n)] = i
			}
		}
	}
	lines := map[int]*runsGroup{}
	places := map[int]int{} // of groups, by the place of their line
	before := -1
	for at := range l.shown.Len() {
		row := l.shown.At(at)
		i := groupOf[row]
		if i < 0 || i == before {
			continue
		}
		before = i
		g := l.groups[i]
		lines[at] = &runsGroup{Title: l.groupTitle(g), Runs: g.Rows.Len(), NotOK: g.NotOK, Continued: row != g.Rows.At(0), Cells: make([]groupCell, len(l.columns))}
		places[at] = i
	}
	for i := range l.columns {
		if l.columns[i].Kind == "metric" {
			l.fillFigures(i, lines, places)
		}
	}
	return lines
}

// fillFigures adds mean, deviation and best of a metric to the lines of groups.
func (l *runsList) fillFigures(column int, lines map[int]*runsGroup, places map[int]int) {
	values := l.columns[column].values
	figures := make([]recorder.Figure, len(l.groups))
	for i, g := range l.groups {
		figures[i] = g.Figure(values)
	}
	best := l.rows.BestGroup(values, figures)
	for at, line := range lines {
		line.Cells[column] = figureCell(figures[places[at]], best == places[at])
	}
}

func figureCell(f recorder.Figure, best bool) groupCell {
	if f.N == 0 {
		return groupCell{}
	}
	c := groupCell{Mean: number(f.Mean), IsBest: best, Title: fmt.Sprintf("mean of %s: %s", count(f.N, "run"), exact(f.Mean))}
	if f.N > 1 {
		c.Mean += fmt.Sprintf(" ± %.2g", f.Std)
		c.Title += fmt.Sprintf(", standard deviation %s", exact(f.Std))
	}
	if f.BestRun != "" {
		c.Best = number(f.Best)
		c.Title += fmt.Sprintf("; best %s of %s", exact(f.Best), short(f.BestRun))
	}
	return c
}

func (l *runsList) groupTitle(g recorder.Group) string {
	var parts []string
	for i, key := range splitKeys(l.state.Group, maxGroupKeys) {
		words := wordsOf(g.Values[i])
		switch g.Values[i].Kind {
		case recorder.AbsentValue:
			words = "none"
		case recorder.NumberValue, recorder.TextValue:
			words = g.Values[i].String()
		}
		if key == "commit" {
			words = short(words)
		}
		parts = append(parts, unquoted(key)+" = "+cutMiddle(words, 60))
	}
	return strings.Join(parts, " · ")
}

// groupChoices are the keys that the page offers to group by.
func (l *runsList) groupChoices() []string {
	keys := []string{"group", "tag", "branch", "commit", recorder.DayKey, "host", "status", "error"}
	for _, s := range l.spreads[:min(maxGroupParams, len(l.spreads))] {
		keys = append(keys, listable(l.rows.ParamKey(s.Name)))
	}
	if l.state.Group != "" && !slices.Contains(keys, l.state.Group) {
		keys = append(keys, l.state.Group)
	}
	return keys
}

// maxGroupParams is how many parameters the page offers to group by.
const maxGroupParams = 20
