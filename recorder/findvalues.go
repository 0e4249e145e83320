package recorder

import (
	"slices"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/query"
)

// A catalog is the table that queries are asked of.
var _ query.Table = (*catalog)(nil)

// values is a column made of a function.
type values func(row int) Value

// Value is what a row has.
func (v values) Value(row int) Value { return v(row) }

// Column is what the rows have under a key of a query, nil where no row can
// have anything.
func (c *catalog) Column(k query.Key) query.Column {
	switch k.Space {
	case query.BuiltIn:
		return c.builtIn(k.Name)
	case query.Content:
		return c.contents(k.Name)
	case query.Changed:
		return values(c.changed)
	case query.Param:
		return first(c.paramValues(k.Name))
	case query.Result:
		return first(c.resultValues(k.Name))
	case query.Scalar:
		return first(c.scalarValues(k.Of, k.Name), c.resultValues(k.Name))
	}
	return first(c.paramValues(k.Name), c.scalarValues("", k.Name), c.resultValues(k.Name))
}

// first is the first value of a row in several columns.
func first(columns ...values) query.Column {
	columns = slices.DeleteFunc(columns, func(v values) bool { return v == nil })
	switch len(columns) {
	case 0:
		return nil
	case 1:
		return columns[0]
	}
	return values(func(row int) Value {
		for _, column := range columns {
			if v := column(row); v.Kind != query.Missing {
				return v
			}
		}
		return Value{}
	})
}

func (c *catalog) paramValues(name string) values {
	column := c.param(name)
	if column.cached == nil && column.fresh == nil {
		return nil
	}
	return func(row int) Value {
		half, at := column.in(row)
		return valueOfParam(half.Parameter(at))
	}
}

func valueOfParam(p index.Parameter) Value {
	switch p.Kind {
	case index.Text:
		return Value{Kind: query.Text, Text: p.Text}
	case index.Number:
		return Value{Kind: query.Number, Num: p.Num, Text: p.Text}
	case index.Bool:
		return Value{Kind: query.Flag, Num: p.Num}
	}
	return Value{}
}

func (c *catalog) resultValues(name string) values { return floatValues(c.result(name)) }

func floatValues(column *joined[*index.Floats]) values {
	if column.cached == nil && column.fresh == nil {
		return nil
	}
	return func(row int) Value {
		half, at := column.in(row)
		if v, ok := half.Float(at); ok {
			return query.NumberOf(v)
		}
		return Value{}
	}
}

// scalarValues are the values of a scalar that a function's name says.
func (c *catalog) scalarValues(of, name string) values {
	switch of {
	case "", "last":
		return floatValues(c.scalar(index.Last, name))
	case "min":
		return floatValues(c.scalar(index.Min, name))
	case "max":
		return floatValues(c.scalar(index.Max, name))
	}
	column := c.rest(name)
	if column.cached == nil && column.fresh == nil {
		return nil
	}
	return func(row int) Value {
		half, at := column.in(row)
		s, ok := half.Summary(at)
		switch {
		case !ok:
			return Value{}
		case of == "first":
			return query.NumberOf(s.First)
		case of == "nan":
			return query.NumberOf(float64(s.NaN))
		}
		return query.NumberOf(float64(s.Count))
	}
}

// names are what a query can ask for beside the built-in keys, for "did you
// mean" and for completion, sorted.
func (c *catalog) names() (params, scalars, results []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range []*index.Table{c.cached, c.fresh} {
		more, err := t.ParamNames()
		if err == nil {
			params = append(params, more...)
		}
		scalars = append(scalars, t.ScalarNames()...)
		results = append(results, t.ResultNames()...)
	}
	for _, names := range []*[]string{&params, &scalars, &results} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return params, scalars, results
}
