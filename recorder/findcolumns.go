package recorder

import (
	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/record"
)

// joined is a column of both tables of a catalog.
type joined[T any] struct {
	cached, fresh T
	split         int
}

// in gives the half that a row is in, and its number there.
func (j *joined[T]) in(row int) (half T, at int) {
	if row < j.split {
		return j.cached, row
	}
	return j.fresh, row - j.split
}

// columnOf gets a column of both tables, once. Where the one of the cache cannot
// be read, its rows are read from git again.
func columnOf[T any](c *catalog, name string, get func(*index.Table) (T, error)) *joined[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.joined[name]; ok {
		return known.(*joined[T])
	}
	j := &joined[T]{split: c.split}
	var err error
	if j.cached, err = get(c.cached); err != nil {
		c.rebuild()
		j.cached, _ = get(c.cached) // it is in memory, and was made just now
	}
	j.fresh, _ = get(c.fresh)
	c.joined[name] = j
	return j
}

func (c *catalog) texts(name string) *joined[*index.Texts] {
	return columnOf(c, "t:"+name, func(t *index.Table) (*index.Texts, error) { return t.Texts(name) })
}

func (c *catalog) numbers(name string) *joined[*index.Numbers] {
	return columnOf(c, "n:"+name, func(t *index.Table) (*index.Numbers, error) { return t.Numbers(name) })
}

func (c *catalog) lists(name string) *joined[*index.Lists] {
	return columnOf(c, "l:"+name, func(t *index.Table) (*index.Lists, error) { return t.Lists(name) })
}

func (c *catalog) param(name string) *joined[*index.Params] {
	return columnOf(c, "p:"+name, func(t *index.Table) (*index.Params, error) { return t.Param(name) })
}

func (c *catalog) scalar(of, name string) *joined[*index.Floats] {
	return columnOf(c, "s:"+of+name, func(t *index.Table) (*index.Floats, error) { return t.Scalar(of, name) })
}

func (c *catalog) result(name string) *joined[*index.Floats] {
	return columnOf(c, "r:"+name, func(t *index.Table) (*index.Floats, error) { return t.Result(name) })
}

func (c *catalog) rest(name string) *joined[*index.Scalars] {
	return columnOf(c, "rest:"+name, func(t *index.Table) (*index.Scalars, error) { return t.Summaries(name) })
}

func (c *catalog) text(name string, row int) string {
	half, at := c.texts(name).in(row)
	return half.Text(at)
}

func (c *catalog) list(name string, row int) []string {
	half, at := c.lists(name).in(row)
	return half.List(at)
}

func (c *catalog) number(name string, row int) int64 {
	half, at := c.numbers(name).in(row)
	return half.Number(at)
}

func (c *catalog) flag(flag int64, row int) bool { return c.number("flags", row)&flag != 0 }

// key names a row.
func (c *catalog) key(row int) index.Key {
	if row < c.split {
		return c.keys.Key(row)
	}
	return c.fresh.Key(row - c.split)
}

// summary puts together what is known of a scalar of a row.
func (c *catalog) summary(name string, row int) (s ScalarSummary, ok bool) {
	rest, at := c.rest(name).in(row)
	if s, ok = rest.Summary(at); !ok {
		return s, false
	}
	s.Name = name
	for of, v := range map[string]*float64{index.Last: &s.Last, index.Min: &s.Min, index.Max: &s.Max} {
		half, at := c.scalar(of, name).in(row)
		*v, _ = half.Float(at)
	}
	return s, true
}

// goals are those that a row's run declared.
func (c *catalog) goals(row int) []record.NamedGoal {
	half, at := columnOf(c, "goals", (*index.Table).Goals).in(row)
	return half.Goals(at)
}
