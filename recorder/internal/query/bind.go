package query

import "strings"

// Table is a list of rows.
type Table interface {
	// Column gives what the rows have under a key, nil where none has anything.
	Column(Key) Column
}

// Column is the values of all rows under a key.
type Column interface {
	Value(row int) Value
}

// Bind makes the query ready for a table. It reads the columns that the query
// needs and no others.
func (q *Query) Bind(t Table) (matches func(row int) bool) {
	if q.root == nil {
		return func(int) bool { return true }
	}
	b := &binder{table: t, query: q, words: map[string]Column{}}
	answer := b.bind(q.root)
	return func(row int) bool { return answer(row) == yes }
}

// answer is a part of a query made ready.
type answer func(row int) truth

type binder struct {
	table Table
	query *Query
	words map[string]Column // in which bare words are looked for
}

func (b *binder) bind(n node) answer {
	switch n := n.(type) {
	case *allOf:
		return b.list(n.parts, no)
	case *anyOf:
		return b.list(n.parts, yes)
	case *notOf:
		part := b.bind(n.part)
		return func(row int) truth { return -part(row) }
	case *word:
		return b.word(n)
	case *presence:
		column := b.column(n.key)
		return func(row int) truth { return truthOf(column.Value(row).Kind != Missing) }
	case *comparison:
		return b.comparison(n)
	}
	return func(int) truth { return unknown }
}

// list asks parts until one decides.
func (b *binder) list(parts []node, decides truth) answer {
	answers := make([]answer, len(parts))
	for i, part := range parts {
		answers[i] = b.bind(part)
	}
	return func(row int) truth {
		all := -decides
		for _, a := range answers {
			switch a(row) {
			case decides:
				return decides
			case unknown:
				all = unknown
			}
		}
		return all
	}
}

func (b *binder) comparison(c *comparison) answer {
	test, err := c.test(b.query.now)
	if err != nil { // parsing has refused it
		return func(int) truth { return unknown }
	}
	column := b.column(c.key)
	return func(row int) truth { return test(column.Value(row)) }
}

func (b *binder) column(k Key) Column {
	if c := b.table.Column(k); c != nil {
		return c
	}
	return noColumn{}
}

type noColumn struct{}

func (noColumn) Value(int) Value { return Value{} }

// wordField is a column in which a bare word is looked for, and how.
type wordField struct {
	Column
	matches func(string) bool
}

// wordKeys are the built-in keys that a bare word may be a part of.
var wordKeys = []string{"label", "name", "alias", "group", "tag", "command"}

// leastID is how many characters of an id's beginning a word needs.
const leastID = 4

// word matches a part of label, name, alias, group, tags or command, the whole
// status, or the beginning of the id.
func (b *binder) word(w *word) answer {
	var fields []wordField
	add := func(name string, matches func(string) bool) {
		if _, ok := b.words[name]; !ok {
			b.words[name] = b.column(Key{Space: BuiltIn, Name: name})
		}
		fields = append(fields, wordField{b.words[name], matches})
	}
	part := textMatcher(w.text, w.glob)
	for _, name := range wordKeys {
		add(name, part)
	}
	add("status", func(text string) bool { return strings.EqualFold(text, w.text) })
	if len(w.text) >= leastID {
		add("id", beginning(w.text))
	}
	return func(row int) truth {
		for _, f := range fields {
			if f.Value(row).anyText(f.matches) == yes {
				return yes
			}
		}
		return no
	}
}
