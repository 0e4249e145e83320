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
func (r *Rows) Best(c *Column) int {
	best, compared, bestValue := -1, 0, 0.0
	if c.Metric() == "" {
		return -1
	}
	goals, running, declaredGoals := map[*record.NamedGoal]Goal{}, r.isRunning(), r.goals()
	for i, row := range r.rows {
		v := c.of(row)
		if v.Kind != query.Number || math.IsNaN(v.Num) || running(row) {
			continue
		}
		declared := declaredGoals(row)
		goal, known := goals[first0(declared)]
		if !known {
			goal = r.of.project.goal(declared, c.Metric())
			goals[first0(declared)] = goal
		}
		if goal == NoGoal {
			continue
		}
		compared++
		if best < 0 || Better(goal, v.Num, bestValue) {
			best, bestValue = i, v.Num
		}
	}
	if compared < 2 {
		return -1
	}
	return best
}

// isRunning tells of rows whether they go on.
func (r *Rows) isRunning() func(row int) bool {
	status := r.of.texts("status")
	return func(row int) bool {
		half, at := status.in(row)
		return half.Text(at) == string(Running)
	}
}

// goals gives the goals that the runs of rows declared.
func (r *Rows) goals() func(row int) []record.NamedGoal {
	column := columnOf(r.of, "goals", (*index.Table).Goals)
	return func(row int) []record.NamedGoal {
		half, at := column.in(row)
		return half.Goals(at)
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

// Range is the least and the greatest finite number of a column, and whether
// there are any.
func (r *Rows) Range(c *Column) (least, greatest float64, ok bool) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, row := range r.rows {
		v := c.of(row)
		if v.Kind != query.Number || math.IsNaN(v.Num) || math.IsInf(v.Num, 0) {
			continue
		}
		least, greatest, ok = min(least, v.Num), max(greatest, v.Num), true
	}
	return least, greatest, ok
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
