package index

import (
	"slices"
	"strings"
)

// Params is a parameter in each row.
type Params struct {
	columns []paramValues // the first that has a row counts
	wide    map[int]Parameter
}

// paramValues is one column: the values there are, and which one each row has.
type paramValues struct {
	*Texts
	values []Parameter
}

// Parameter is what a row has; of kind None where it has none.
func (c *Params) Parameter(row int) Parameter {
	if c == nil {
		return Parameter{}
	}
	if p, ok := c.wide[row]; ok {
		return p
	}
	for _, column := range c.columns {
		if at := column.of(row); at >= 0 {
			return column.values[column.which[at]]
		}
	}
	return Parameter{}
}

// Param is the parameter of a name, in which / and . are the same; nil where
// no row has it.
func (t *Table) Param(name string) (*Params, error) {
	c := &Params{}
	for _, form := range t.forms(name) {
		texts, err := column(t, paramColumn+form, func(data []byte) (paramValues, error) { return decodeParam(data, t.n) })
		if err != nil {
			return nil, err
		}
		c.columns = append(c.columns, texts)
	}
	wide, err := t.wideRows()
	for row, flat := range wide {
		p, ok := flat[name]
		if !ok {
			p, ok = flat[dotted(name)]
		}
		if ok {
			if c.wide == nil {
				c.wide = map[int]Parameter{}
			}
			c.wide[row] = p
		}
	}
	if err != nil || len(c.columns) == 0 && c.wide == nil {
		return nil, err
	}
	return c, nil
}

func dotted(name string) string { return strings.ReplaceAll(name, "/", ".") }

// forms are the columns of a parameter: that of its name as it is first.
func (t *Table) forms(name string) []string {
	var forms []string
	if _, ok := t.at[paramColumn+name]; ok {
		forms = append(forms, name)
	}
	if !strings.ContainsAny(name, "./") {
		return forms
	}
	others := t.names(paramColumn)
	slices.Sort(others)
	for _, other := range others {
		if other != name && dotted(other) == dotted(name) {
			forms = append(forms, other)
		}
	}
	return forms
}

func decodeParam(data []byte, n int) (p paramValues, err error) {
	if p.Texts, err = decodeTexts(data, n); err != nil {
		return p, err
	}
	p.values = make([]Parameter, len(p.words))
	for i, packed := range p.words {
		if p.values[i], err = unpackParameter(packed); err != nil {
			return p, err
		}
	}
	return p, nil
}

// wideRows are the parameters of the rows that have them in no columns, by
// their names, and by their names with dots.
func (t *Table) wideRows() (map[int]map[string]Parameter, error) {
	wide, err := t.Numbers("wide")
	if err != nil || len(wide.values) == 0 {
		return nil, err
	}
	params, err := t.Texts("params")
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wide != nil {
		return t.wide, nil
	}
	t.wide = map[int]map[string]Parameter{}
	for row := range t.n {
		if wide.Number(row) == 0 {
			continue
		}
		byName := map[string]Parameter{}
		flat := flattenRaw([]byte(params.Text(row)))
		for _, p := range flat {
			byName[dotted(p.name)] = p.value
		}
		for _, p := range flat {
			byName[p.name] = p.value
		}
		t.wide[row] = byName
	}
	return t.wide, nil
}

// ParamNames are the parameters that some row has, in no order.
func (t *Table) ParamNames() ([]string, error) {
	names := t.names(paramColumn)
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	wide, err := t.wideRows()
	for _, flat := range wide {
		for name := range flat {
			if !known[name] {
				known[name] = true
				names = append(names, name)
			}
		}
	}
	return names, err
}

// EachParam visits the parameters of params.msgpack by their dotted names,
// sorted.
func EachParam(raw string, visit func(name string, p Parameter)) {
	for _, p := range flattenRaw([]byte(raw)) {
		visit(p.name, p.value)
	}
}
