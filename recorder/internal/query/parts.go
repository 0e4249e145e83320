package query

import (
	"math"
	"strconv"
	"strings"
)

// A Part is one of the terms that a query is made of, all of which must hold.
type Part struct {
	node node
	// Key is what the part asks for where it names values that it must have, one
	// of them; the zero key of every other part.
	Key Key
	// Values are those values, as [Value.Same] has them.
	Values []string
}

// Parts are the query's terms, in their order.
func (q *Query) Parts() []Part {
	if q.root == nil {
		return nil
	}
	nodes := []node{q.root}
	if all, ok := q.root.(*allOf); ok {
		nodes = all.parts
	}
	parts := make([]Part, len(nodes))
	for i, n := range nodes {
		parts[i] = partOf(n)
	}
	return parts
}

func partOf(n node) Part {
	alternatives := []node{n}
	if any, ok := n.(*anyOf); ok {
		alternatives = any.parts
	}
	p := Part{node: n}
	for i, a := range alternatives {
		c, ok := a.(*comparison)
		if !ok || c.how != equal && c.how != literal || i > 0 && c.key != p.Key {
			return Part{node: n}
		}
		p.Key = c.key
		p.Values = append(p.Values, c.same())
	}
	return p
}

// same is the value that an equality asks for, as [Value.Same] has it.
func (c *comparison) same() string {
	if c.how == literal {
		return c.a
	}
	return TextOf(c.a).Same()
}

// Join makes a query of terms.
func Join(parts []Part) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(' ')
		}
		place := listed
		if len(parts) == 1 {
			place = loose
		}
		p.node.print(&b, place)
	}
	return b.String()
}

// OneOf is the term that asks for one of some values.
func OneOf(k Key, values []string) Part {
	p := Part{Key: k, Values: values}
	nodes := make([]node, len(values))
	for i, v := range values {
		nodes[i] = equality(k, v)
	}
	p.node = &anyOf{nodes}
	if len(nodes) == 1 {
		p.node = nodes[0]
	}
	return p
}

// equality asks for a value, quoted where it would not stand for itself.
func equality(k Key, v string) *comparison {
	c := &comparison{key: k, how: equal, a: v}
	if v == "" || strings.ContainsAny(v, `"()`) || hasBlank(v) || v[0] == '=' || strings.Contains(v, "..") {
		c.how = literal
	}
	return c
}

// Same is a text that is the same for values that one equality finds: 1e-3 and
// 0.001.
func (v Value) Same() string {
	switch v.Kind {
	case Number:
		if v.Num == math.Trunc(v.Num) && math.Abs(v.Num) >= 1<<53 {
			return v.String()
		}
		return strconv.FormatFloat(v.Num, 'g', -1, 64)
	case Text:
		if n, ok := parseNumber(v.Text); ok {
			return NumberOf(n).Same()
		}
	}
	return v.String()
}
