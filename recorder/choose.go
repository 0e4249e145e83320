package recorder

import (
	"math"
	"slices"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/query"
	"github.com/exprec/exprec/recorder/internal/record"
)

// MainScalars names at most so many scalars and results that are worth a column:
// the newest run's main ones first, and only those that have a value somewhere.
func (r *Rows) MainScalars(most int) []string {
	_, scalars, results := r.Names()
	scalars = slices.DeleteFunc(scalars, record.IsSystem)
	most = min(most, len(scalars)+len(results))
	var names []string
	seen := map[listKey]bool{}
	for i := 0; i < len(r.rows) && len(names) < most; i++ {
		row := r.At(i)
		key := listKeyOf(row)
		if seen[key] {
			continue // it has the same ones as a row before it
		}
		seen[key] = true
		for _, name := range row.valueOrder() {
			if len(names) < most && !slices.Contains(names, name) && row.hasValue(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// listKey tells rows apart whose names of values are other lists: equal lists of
// a column are one list.
type listKey struct {
	goals            *record.NamedGoal
	results, scalars *string
}

func listKeyOf(r Row) listKey {
	return listKey{first0(r.Goals()), first0(r.ResultNames()), first0(r.of.list("scalars", r.n))}
}

func first0[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// valueOrder names the run's values: declared goals first, then the configured
// metric, results, scalars.
func (r Row) valueOrder() []string {
	var order []string
	for _, g := range r.Goals() {
		order = append(order, g.Name)
	}
	order = append(order, r.MainMetric())
	order = append(order, r.ResultNames()...)
	return append(order, r.ScalarNames()...)
}

func (r Row) hasValue(name string) bool {
	return slices.Contains(r.ScalarNames(), name) || slices.Contains(r.ResultNames(), name)
}

// Best is the place of the row with the best value of a scalar or result, -1
// where nothing says what is better or there is nothing to compare with. A run
// that goes on is not compared with an end.
func (r *Rows) Best(c *Column) int { return r.Extent(c).Best }

// Extent is how far the values of a column reach.
type Extent struct {
	Best            int // see [Rows.Best]
	Least, Greatest float64
	Some            bool // there is a finite number at all
}

// Extent looks at the numbers of a column.
func (r *Rows) Extent(c *Column) Extent {
	e := Extent{Best: -1, Least: math.Inf(1), Greatest: math.Inf(-1)}
	compared, bestValue := 0, 0.0
	goal, running := r.goalOf(c), r.isRunning()
	for i, row := range r.rows {
		v := c.of(row)
		if v.Kind != query.Number || math.IsNaN(v.Num) {
			continue
		}
		if !math.IsInf(v.Num, 0) {
			e.Least, e.Greatest, e.Some = min(e.Least, v.Num), max(e.Greatest, v.Num), true
		}
		if g := goal(row); g != NoGoal && !running(row) {
			compared++
			if e.Best < 0 || Better(g, v.Num, bestValue) {
				e.Best, bestValue = i, v.Num
			}
		}
	}
	if compared < 2 {
		e.Best = -1
	}
	return e
}

// goalOf tells of rows what is better for a scalar or result.
func (r *Rows) goalOf(c *Column) func(row int) Goal {
	if c.Metric() == "" {
		return func(int) Goal { return NoGoal }
	}
	column := columnOf(r.of, "goals", (*index.Table).Goals)
	known := map[*record.NamedGoal]Goal{}
	var last *record.NamedGoal
	lastGoal := r.of.project.goal(nil, c.Metric())
	known[nil] = lastGoal
	return func(row int) Goal {
		half, at := column.in(row)
		declared := half.Goals(at)
		key := first0(declared)
		if key == last {
			return lastGoal
		}
		goal, ok := known[key]
		if !ok {
			goal = r.of.project.goal(declared, c.Metric())
			known[key] = goal
		}
		last, lastGoal = key, goal
		return goal
	}
}

// isRunning tells of rows whether they go on.
func (r *Rows) isRunning() func(row int) bool {
	status := r.of.texts("status")
	return func(row int) bool {
		half, at := status.in(row)
		return half.Text(at) == string(Running)
	}
}

// Archived is the list of those that are archived, or of those that are not.
func (r *Rows) Archived(is bool) *Rows {
	flags := r.of.numbers("flags")
	kept := &Rows{of: r.of, query: r.query, rows: make([]int, 0, len(r.rows))}
	for _, row := range r.rows {
		if half, at := flags.in(row); (half.Number(at)&index.Archived != 0) == is {
			kept.rows = append(kept.rows, row)
		}
	}
	return kept
}

// ParamKey is the shortest key by which a query finds a parameter.
func (r *Rows) ParamKey(name string) string {
	if k := (query.Key{Name: name}); isShort(k) {
		return k.String()
	}
	return query.Key{Space: query.Param, Name: name}.String()
}

// ScalarKey is the shortest key by which a query finds a scalar, or a result.
func (r *Rows) ScalarKey(name string) string {
	if k := (query.Key{Name: name}); isShort(k) && r.of.paramValues(name) == nil {
		return k.String()
	}
	return query.Key{Space: query.Scalar, Name: name}.String()
}

// isShort reports whether a key reads as itself, and not as a built-in one.
func isShort(k query.Key) bool {
	read, err := query.ParseKey(k.String())
	return err == nil && read == k
}
