package recorder

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/query"
)

// Group is the runs of a list that have the same values of some keys.
type Group struct {
	Values []Value // one a key, as the first run has them
	Rows   *Rows   // in the order of the list
	NotOK  int     // of them neither running nor succeeded
}

// Figure is what the runs of a group that ended have of a scalar or result.
type Figure struct {
	N         int // runs with a number
	Mean, Std float64
	Best      float64
	BestRun   string // its id, empty where nothing says what is better
}

// DayKey groups runs by the day on which they started, where and when it is here.
const DayKey = "day"

// GroupBy puts the runs together that have the same values of some keys, the group
// of the first run first. Errors are one group by their fingerprint. The error is
// that of [Rows.Column].
func (r *Rows) GroupBy(keys ...string) ([]Group, error) {
	by := make([]groupKey, len(keys))
	for i, key := range keys {
		var err error
		if by[i], err = r.groupKey(key); err != nil {
			return nil, err
		}
	}
	var groups []Group
	known := map[string]int{}
	running := r.isRunning()
	status := r.of.texts("status")
	for _, row := range r.rows {
		var name strings.Builder
		for _, k := range by {
			k.name(&name, row)
		}
		at, ok := known[name.String()]
		if !ok {
			at = len(groups)
			known[name.String()] = at
			g := Group{Rows: &Rows{of: r.of, query: r.query}}
			for _, k := range by {
				g.Values = append(g.Values, k.shown(row))
			}
			groups = append(groups, g)
		}
		g := &groups[at]
		g.Rows.rows = append(g.Rows.rows, row)
		if half, n := status.in(row); !running(row) && half.Text(n) != string(Succeeded) {
			g.NotOK++
		}
	}
	return groups, nil
}

// groupKey is a key to group by: what is shown of it, and what tells groups apart.
type groupKey struct{ shown, by func(row int) Value }

// name tells the group of a run by this key from others.
func (k groupKey) name(b *strings.Builder, row int) {
	v := k.by(row)
	if v.Kind == query.Missing {
		v = k.shown(row)
	}
	text := v.Same()
	b.WriteString(strconv.FormatBool(v.Kind == query.Missing))
	b.WriteString(strconv.Itoa(len(text)))
	b.WriteByte(' ')
	b.WriteString(text)
}

func (r *Rows) groupKey(key string) (groupKey, error) {
	shown, err := r.Column(key)
	if key == DayKey && errors.Is(err, ErrNoKey) {
		started := r.column(query.Key{Space: query.BuiltIn, Name: "started"})
		day := func(row int) Value {
			v := started.of(row)
			if v.Kind != query.Time {
				return Value{}
			}
			return query.TextOf(v.When.Local().Format(time.DateOnly))
		}
		return groupKey{day, day}, nil
	}
	if err != nil {
		return groupKey{}, err
	}
	k := groupKey{shown.of, shown.of}
	if shown.Key() == "error" {
		k.by = r.column(query.Key{Space: query.BuiltIn, Name: "fingerprint"}).of
	}
	return k, nil
}

// Figure takes a scalar's last values, or results, of the runs that ended.
func (g Group) Figure(c *Column) Figure {
	var f Figure
	var numbers []float64
	running, goalOf := g.Rows.isRunning(), g.Rows.goalOf(c)
	for _, row := range g.Rows.rows {
		v := c.of(row)
		if v.Kind != query.Number || math.IsNaN(v.Num) || running(row) {
			continue
		}
		numbers = append(numbers, v.Num)
		if goal := goalOf(row); goal != NoGoal && (f.BestRun == "" || Better(goal, v.Num, f.Best)) {
			f.Best, f.BestRun = v.Num, Row{g.Rows.of, row}.ID()
		}
	}
	f.N = len(numbers)
	f.Mean, f.Std = meanAndDeviation(numbers)
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

// SortGroups orders groups by the mean of a scalar or result. Groups without one
// come last; it reports whether any has one.
func SortGroups(groups []Group, c *Column, descending bool) bool {
	type at struct {
		group Group
		mean  float64
		ok    bool
	}
	order, some := make([]at, len(groups)), false
	for i, g := range groups {
		f := g.Figure(c)
		order[i] = at{g, f.Mean, f.N > 0}
		some = some || f.N > 0
	}
	if !some {
		return false
	}
	slices.SortStableFunc(order, func(x, y at) int {
		switch {
		case !x.ok || !y.ok:
			return cmp.Compare(btoi(!x.ok), btoi(!y.ok))
		case descending:
			return cmp.Compare(y.mean, x.mean)
		}
		return cmp.Compare(x.mean, y.mean)
	})
	for i := range order {
		groups[i] = order[i].group
	}
	return true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// BestGroup is the place of the group with the best mean, -1 where nothing says
// what is better or there is only one; figures are those of the groups.
func (r *Rows) BestGroup(c *Column, figures []Figure) int {
	if r.Len() == 0 {
		return -1
	}
	goal := r.At(0).Goal(c.Metric())
	best, compared := -1, 0
	for i, f := range figures {
		if f.N == 0 || goal == NoGoal {
			continue
		}
		if compared++; best < 0 || Better(goal, f.Mean, figures[best].Mean) {
			best = i
		}
	}
	if compared < 2 {
		return -1
	}
	return best
}

// Joined is the runs of groups as one list, a group after the other.
func (r *Rows) Joined(groups []Group) *Rows {
	all := &Rows{of: r.of, query: r.query, rows: make([]int, 0, len(r.rows))}
	for _, g := range groups {
		all.rows = append(all.rows, g.Rows.rows...)
	}
	return all
}
