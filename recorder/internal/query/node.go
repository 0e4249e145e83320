package query

import (
	"strings"
	"time"
)

// Query is a question about a row.
type Query struct {
	root node // nil matches every row
	now  time.Time
}

// node is a part of a query.
type node interface {
	// print appends the part as a query has it, within ( ) where it binds less
	// than the place wants.
	print(b *strings.Builder, place binding)
}

// binding says how tight a part holds together.
type binding uint8

const (
	loose  binding = iota // or
	listed                // and
	tight                 // not, and a term
)

type (
	// allOf matches where every part does.
	allOf struct{ parts []node }
	// anyOf matches where some part does.
	anyOf struct{ parts []node }
	// notOf matches where the part does not.
	notOf struct{ part node }
	// word is a word that stands alone.
	word struct {
		text string
		glob bool
	}
	// presence asks whether a row has anything under a key.
	presence struct{ key Key }
	// comparison compares the value of a key.
	comparison struct {
		key Key
		how how
		a   string // text, pattern or the one bound
		b   string // upper end of a range
	}
)

// how says in which way a comparison compares.
type how uint8

const (
	contains how = iota // a is a part of it
	glob                // a is a pattern of it
	equal               // it is a
	literal             // it is the text a, which was quoted
	within              // from a to b; one of them may be empty
	less                // < a
	more                // > a
)

// String prints the query in its canonical form: parsing that gives an equal
// query.
func (q *Query) String() string {
	if q.root == nil {
		return ""
	}
	var b strings.Builder
	q.root.print(&b, loose)
	return b.String()
}

// Keys are the keys that the query asks for, each once.
func (q *Query) Keys() []Key {
	var keys []Key
	known := map[Key]bool{}
	walk(q.root, func(n node) {
		var k Key
		switch n := n.(type) {
		case *comparison:
			k = n.key
		case *presence:
			k = n.key
		default:
			return
		}
		if !known[k] {
			known[k] = true
			keys = append(keys, k)
		}
	})
	return keys
}

func walk(n node, visit func(node)) {
	visit(n)
	switch n := n.(type) {
	case *allOf:
		for _, part := range n.parts {
			walk(part, visit)
		}
	case *anyOf:
		for _, part := range n.parts {
			walk(part, visit)
		}
	case *notOf:
		walk(n.part, visit)
	}
}

func (n *anyOf) print(b *strings.Builder, place binding) {
	printParts(b, n.parts, " or ", loose, place)
}

func (n *allOf) print(b *strings.Builder, place binding) {
	printParts(b, n.parts, " ", listed, place)
}

// printParts prints a list. One inside another of its kind is set apart, or
// the two would melt into one.
func printParts(b *strings.Builder, parts []node, between string, own, place binding) {
	if own < place {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, part := range parts {
		if i > 0 {
			b.WriteString(between)
		}
		part.print(b, own+1)
	}
}

func (n *notOf) print(b *strings.Builder, _ binding) {
	b.WriteString("not ")
	n.part.print(b, tight)
}

func (n *word) print(b *strings.Builder, _ binding) { b.WriteString(quoteWord(n.text, n.glob)) }

func (n *presence) print(b *strings.Builder, _ binding) { b.WriteString("has:" + n.key.String()) }

func (n *comparison) print(b *strings.Builder, _ binding) {
	b.WriteString(n.key.String())
	switch n.how {
	case contains:
		b.WriteString(":" + quoteValue(n.a, false))
	case glob:
		b.WriteString(":" + quoteValue(n.a, true))
	case equal:
		b.WriteString("=" + n.a)
	case literal:
		b.WriteString("=" + quoted(n.a))
	case within:
		b.WriteString("=" + n.a + ".." + n.b)
	case less:
		b.WriteString("<" + quoteValue(n.a, false))
	case more:
		b.WriteString(">" + quoteValue(n.a, false))
	}
}
