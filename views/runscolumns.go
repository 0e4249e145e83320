package views

import (
	"math"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// How many columns of each kind a table has unless it is told.
const (
	usualParams  = 6
	usualScalars = 4
)

// sparkKey is the key of the column of small charts: alone of the main metric,
// else of the scalar whose name follows.
const sparkKey = "~"

// runsColumn is a column of the table of runs.
type runsColumn struct {
	Key      string // as the URL has it
	Title    string
	Kind     string // "status", "spark", "param", "metric", or empty: its class and its mark
	Right    bool
	WideOnly bool   // a small screen has it in the second line of each run
	Goal     string // "more is better", "less is better" or empty, of a metric

	Order     string // "ascending" or "descending" where the table is sorted by it
	Rank      int    // among several keys that it is sorted by, from 1 on; 0 of a single one
	SortURL   string
	SortAlso  string // the same, behind the keys that it is sorted by already
	values    *recorder.Column
	spark     string // the scalar of a small chart
	best      string // the id of the run with the best value, or empty
	low, high float64
	ranged    bool
}

// usualColumns are the keys of the columns that fit some runs: what they are, who
// ran them where that is not the same, how they differ, and what came of it.
func usualColumns(rows *recorder.Rows, spreads []recorder.Spread) []string {
	keys := []string{"status"}
	if whose := rows.Whose(); whose != "" {
		keys = append(keys, whose)
	}
	if mainSpark(rows) != "" {
		keys = append(keys, sparkKey)
	}
	keys = append(keys, "started", "duration", "commit")
	for _, s := range spreads[:min(usualParams, len(spreads))] {
		keys = append(keys, listable(rows.ParamKey(s.Name)))
	}
	for _, name := range rows.MainScalars(usualScalars) {
		keys = append(keys, listable(rows.ScalarKey(name)))
	}
	return keys
}

// mainSpark is the scalar whose small charts the table shows: the first of the
// main ones that has points.
func mainSpark(rows *recorder.Rows) string {
	_, scalars, _ := rows.Names()
	for _, name := range rows.MainScalars(usualScalars) {
		if _, ok := slices.BinarySearch(scalars, name); ok {
			return name
		}
	}
	return ""
}

// columnsOf makes the columns of some keys. Those that no run has are left out.
func columnsOf(rows *recorder.Rows, keys []string) []runsColumn {
	var columns []runsColumn
	for _, key := range keys {
		if c, ok := columnOf(rows, key); ok {
			columns = append(columns, c)
		}
	}
	return columns
}

func columnOf(rows *recorder.Rows, key string) (runsColumn, bool) {
	if name, ok := strings.CutPrefix(key, sparkKey); ok {
		if name == "" {
			name = mainSpark(rows)
		} else {
			name = unquoted(name)
		}
		return runsColumn{Key: key, Title: name, Kind: "spark", spark: name}, name != ""
	}
	values, err := rows.Column(key)
	if err != nil {
		return runsColumn{}, false
	}
	c := runsColumn{Key: key, Title: values.Name(), values: values}
	switch {
	case values.Metric() != "":
		c.Kind, c.Right = "metric", true
		e := rows.Extent(values)
		c.low, c.high, c.ranged = e.Least, e.Greatest, e.Some
		if e.Best >= 0 {
			c.best = rows.At(e.Best).ID()
		}
		c.Goal = goalWords(rows, values.Metric())
	case !values.BuiltIn():
		c.Kind, c.Right = "param", true
	case values.Name() == "status":
		c.Kind = "status"
	default:
		kind := values.Kind()
		c.Right = kind == recorder.NumberValue || kind == recorder.DurationValue || kind == recorder.SizeValue
	}
	if values.BuiltIn() {
		if title, ok := columnTitles[c.Title]; ok {
			c.Title = title
		}
		c.Title = strings.ToUpper(c.Title[:1]) + c.Title[1:]
	}
	return c, true
}

// columnTitles are the titles of built-in columns that are not called as their
// keys are.
var columnTitles = map[string]string{"duration": "time", "commit": "source", "tag": "tags"}

func goalWords(rows *recorder.Rows, name string) string {
	if rows.Len() == 0 {
		return ""
	}
	switch rows.At(0).Goal(name) {
	case recorder.Maximize:
		return "more is better"
	case recorder.Minimize:
		return "less is better"
	}
	return ""
}

// share is where in the column's range a value lies, from 0 to 100; -1 where
// there is no range.
func (c *runsColumn) share(v recorder.Value) int {
	if !c.ranged || v.Kind != recorder.NumberValue || math.IsNaN(v.Num) || c.high == c.low {
		return -1
	}
	part := (v.Num - c.low) / (c.high - c.low)
	if math.IsInf(c.high-c.low, 0) { // the range itself is no number
		part = v.Num/2/c.high/2 + 0.5
	}
	return int(math.Round(100 * min(max(part, 0), 1)))
}

// order fills in how the table is sorted by its columns.
func order(columns []runsColumn, s runsState) {
	for i := range columns {
		c := &columns[i]
		if c.values == nil {
			continue
		}
		at := slices.IndexFunc(s.Sort, func(by runsSort) bool { return by.Key == c.Key })
		if at >= 0 {
			c.Order = map[bool]string{false: "ascending", true: "descending"}[s.Sort[at].Descending]
			if len(s.Sort) > 1 {
				c.Rank = at + 1
			}
		}
		next, ends := c.next(s, at)
		c.SortURL = s.with(func(s *runsState) {
			s.Sort = nil
			if !ends {
				s.Sort = []runsSort{next}
			}
		}).URL()
		c.SortAlso = s.with(func(s *runsState) {
			switch {
			case at >= 0 && ends:
				s.Sort = slices.Delete(s.Sort, at, at+1)
			case at >= 0:
				s.Sort[at] = next
			case len(s.Sort) < maxSortKeys:
				s.Sort = append(s.Sort, next)
			}
		}).URL()
	}
}

// next is how a click on a column sorts: first the better or the newer ones come
// first, then the others; a third click ends it.
func (c *runsColumn) next(s runsState, at int) (by runsSort, ends bool) {
	descending := c.Goal == "more is better" || c.values.Kind() == recorder.TimeValue
	if at < 0 {
		return runsSort{c.Key, descending}, false
	}
	if s.Sort[at].Descending == descending {
		return runsSort{c.Key, !descending}, false
	}
	return runsSort{}, true
}

// unquoted takes the quotes off a name.
func unquoted(name string) string {
	if len(name) < 2 || name[0] != '"' || name[len(name)-1] != '"' {
		return name
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(name[1 : len(name)-1])
}
