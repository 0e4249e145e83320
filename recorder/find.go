package recorder

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/query"
)

// What queries are made of and give.
type (
	// QueryError says what is wrong with a query, and where.
	QueryError = query.Error
	// Value is what a run has under a key of a query: status, lr, min(loss).
	Value = query.Value
	// ValueKind is what a value is.
	ValueKind = query.Kind
)

// The kinds of values.
const (
	AbsentValue   = query.Missing
	TextValue     = query.Text     // Text
	NumberValue   = query.Number   // Num, and in Text all digits of a whole number
	TimeValue     = query.Time     // When
	DurationValue = query.Duration // Num, in seconds
	SizeValue     = query.Size     // Num, in bytes
	FlagValue     = query.Flag     // Num, 0 or 1
	TextsValue    = query.Texts    // List
)

// Rows is a list of runs as they stood at a moment, for tables, queries and
// completion. It comes from a cache where the runs are sealed, so nothing of
// git is opened for it; [Row.Run] opens one. It is safe for concurrent use, as
// long as the project is open.
type Rows struct {
	of    *catalog
	query *query.Query
	rows  []int
}

// Rows lists the runs that match a query, newest first, without those that were
// deleted; see [Project.Runs].
func (p *Project) Rows(ctx context.Context, text string) (*Rows, error) {
	return p.rowsAt(ctx, text, time.Now())
}

// rowsAt is Rows at a moment, from which dates in the query count.
func (p *Project) rowsAt(ctx context.Context, text string, now time.Time) (*Rows, error) {
	return p.rowsOf(ctx, text, now, false)
}

// rowsOf is rowsAt for the runs that were deleted, or for all others.
func (p *Project) rowsOf(ctx context.Context, text string, now time.Time, deleted bool) (*Rows, error) {
	q, err := query.Parse(text, now)
	if err != nil {
		return nil, err
	}
	c, err := p.catalog(ctx)
	if err != nil {
		return nil, err
	}
	r := &Rows{of: c, query: q}
	matches, flags := q.Bind(c), c.numbers("flags")
	for i, row := range c.order() {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if half, at := flags.in(row); half.Number(at)&deletedFlag != 0 == deleted && matches(row) {
			r.rows = append(r.rows, row)
		}
	}
	return r, ctx.Err()
}

// newestFirst sorts all rows.
func (c *catalog) newestFirst() []int {
	started := c.numbers("started")
	type at struct {
		place int
		when  int64
	}
	order := make([]at, len(c.rows))
	for i, row := range c.rows {
		half, n := started.in(row)
		order[i] = at{i, half.Number(n)}
	}
	// The rows stand in the order of their ids, which decides between equals.
	slices.SortFunc(order, func(a, b at) int { return cmp.Or(cmp.Compare(b.when, a.when), a.place-b.place) })
	rows := make([]int, len(order))
	for i := range order {
		rows[i] = c.rows[order[i].place]
	}
	return rows
}

// Len is the number of runs in the list.
func (r *Rows) Len() int { return len(r.rows) }

// At is a run of the list.
func (r *Rows) At(i int) Row { return Row{r.of, r.rows[i]} }

// Slice is the part of the list from one place up to another.
func (r *Rows) Slice(from, to int) *Rows {
	return &Rows{of: r.of, query: r.query, rows: r.rows[from:to:to]}
}

// Filter is the list of those for which keep holds.
func (r *Rows) Filter(keep func(Row) bool) *Rows {
	kept := &Rows{of: r.of, query: r.query}
	for _, row := range r.rows {
		if keep(Row{r.of, row}) {
			kept.rows = append(kept.rows, row)
		}
	}
	return kept
}

// Sort is the list by the values of a column; those without one, and NaN, come
// last, and equal ones stay in their order.
func (r *Rows) Sort(c *Column, descending bool) *Rows {
	order := make([]query.Ordered, len(r.rows))
	for i, row := range r.rows {
		order[i] = query.Order(c.of(row), i)
	}
	query.Sort(order, descending)
	list := &Rows{of: r.of, query: r.query, rows: make([]int, len(order))}
	for i := range order {
		list.rows[i] = r.rows[order[i].At]
	}
	return list
}

// Skipped counts the refs beside the runs that are not called as runs are.
func (r *Rows) Skipped() int { return r.of.skipped }

// AsksFor reports whether the query is about a built-in key, such as archived.
func (r *Rows) AsksFor(key string) bool {
	return slices.Contains(r.query.Keys(), query.Key{Space: query.BuiltIn, Name: key})
}

// Unknown names the keys of the query that no run of the project has, each with
// the name that was perhaps meant, or an empty one.
func (r *Rows) Unknown() (keys, meant []string) {
	for _, k := range r.query.Keys() {
		if r.of.Column(k) == nil {
			keys, meant = append(keys, k.String()), append(meant, r.of.nearest(k))
		}
	}
	return keys, meant
}

// Names are the names of parameters, scalars and results in the project,
// sorted. Those of nested parameters have dots.
func (r *Rows) Names() (params, scalars, results []string) { return r.of.names() }

// Column is what runs have under a key of a query.
type Column struct {
	key    query.Key
	values query.Column // nil where no run has anything
	metric string       // the scalar or result that a name alone turned out to be
}

// Column gives the column of a key, such as status, lr or min(val/loss). The
// error says why there is none: a [*QueryError], or that no run has it.
func (r *Rows) Column(key string) (*Column, error) {
	k, err := query.ParseKey(key)
	if err != nil {
		return nil, err
	}
	c := r.column(k)
	if k.Space == query.Any && r.of.Column(query.Key{Space: query.Param, Name: k.Name}) == nil {
		c.metric = k.Name
	}
	if c.values != nil {
		return c, nil
	}
	if meant := r.of.nearest(k); meant != "" {
		return nil, fmt.Errorf("%w %q; did you mean %s?", ErrNoKey, key, meant)
	}
	return nil, fmt.Errorf("%w %q", ErrNoKey, key)
}

// Param is the column of a parameter, by its name with dots.
func (r *Rows) Param(name string) *Column { return r.column(query.Key{Space: query.Param, Name: name}) }

// Scalar is the column of a scalar's last value, in runs without the scalar of
// the result of that name.
func (r *Rows) Scalar(name string) *Column {
	return r.column(query.Key{Space: query.Scalar, Name: name})
}

// Result is the column of a result.
func (r *Rows) Result(name string) *Column {
	return r.column(query.Key{Space: query.Result, Name: name})
}

func (r *Rows) column(k query.Key) *Column { return &Column{key: k, values: r.of.Column(k)} }

// nearest is the key that was perhaps meant.
func (c *catalog) nearest(k query.Key) string {
	params, scalars, results := c.names()
	return k.Nearest(slices.Concat(params, scalars, results))
}

// Value is what a run has.
func (c *Column) Value(r Row) Value { return c.of(r.n) }

// Kind is what the values are, as far as the key alone says.
func (c *Column) Kind() ValueKind { return c.key.Kind() }

// Metric is the scalar or result whose last, least or greatest values the column
// holds, so that one of them may be the best; else it is empty.
func (c *Column) Metric() string {
	switch {
	case c.metric != "":
		return c.metric
	case c.key.Space == query.Result, c.key.Space == query.Scalar && slices.Contains([]string{"", "last", "min", "max"}, c.key.Of):
		return c.key.Name
	}
	return ""
}

// BuiltIn reports whether the key is one that every run has.
func (c *Column) BuiltIn() bool { return c.key.Space == query.BuiltIn }

// Name is the name in the column's key: of the built-in key, the parameter, the
// scalar or result; with min(x) and its like the key itself.
func (c *Column) Name() string {
	if c.key.Of != "" {
		return c.key.String()
	}
	return c.key.Name
}

// Key is the column's key as a query has it.
func (c *Column) Key() string { return c.key.String() }

func (c *Column) of(row int) Value {
	if c.values == nil {
		return Value{}
	}
	return c.values.Value(row)
}

// open opens all runs of the list.
func (r *Rows) open(ctx context.Context) ([]*Run, error) {
	runs := make([]*Run, len(r.rows))
	err := inParallel(ctx, len(runs), func(i int) { runs[i] = r.At(i).Run() })
	return runs, err
}

// QueryKeys are the built-in keys of queries, sorted.
func QueryKeys() []string { return query.BuiltIns() }

// QueryContents are the words that has: and missing: know besides keys.
func QueryContents() []string { return query.Contents() }

// QueryStatuses are the values that the key status can have.
func QueryStatuses() []string { return query.Statuses() }
