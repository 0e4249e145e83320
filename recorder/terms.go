package recorder

import (
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/query"
)

// Terms is a query taken apart into the terms that must all hold, for pages on
// which filters are added and dropped one by one.
type Terms struct{ parts []query.Part }

// ParseTerms takes a query apart. The error is a [*QueryError].
func ParseTerms(text string) (Terms, error) {
	q, err := query.Parse(text, time.Now())
	if err != nil {
		return Terms{}, err
	}
	return Terms{q.Parts()}, nil
}

// Query is the query again, in its canonical form.
func (t Terms) Query() string { return query.Join(t.parts) }

// Len is the number of terms.
func (t Terms) Len() int { return len(t.parts) }

// Text is a term alone, as a query.
func (t Terms) Text(i int) string { return query.Join(t.parts[i : i+1]) }

// Without leaves a term out.
func (t Terms) Without(i int) Terms {
	return Terms{slices.Delete(slices.Clone(t.parts), i, i+1)}
}

// Chosen are the values of a column that the terms name, one of which a run must
// have, as [Value.Same] has them, each once.
func (t Terms) Chosen(c *Column) []string {
	var values []string
	for _, p := range t.parts {
		if p.Key != c.key {
			continue
		}
		for _, v := range p.Values {
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// WithoutColumn leaves out the terms that name values of a column.
func (t Terms) WithoutColumn(c *Column) Terms {
	return Terms{slices.DeleteFunc(slices.Clone(t.parts), func(p query.Part) bool { return p.Key == c.key && len(p.Values) > 0 })}
}

// Toggle adds a value of a column to those that the terms name, or takes it away
// where they name it already.
func (t Terms) Toggle(c *Column, v Value) Terms {
	same := v.Same()
	named := func(p query.Part) bool { return p.Key == c.key && len(p.Values) > 0 }
	var parts []query.Part
	found := false
	for _, p := range t.parts {
		if !named(p) || !slices.Contains(p.Values, same) {
			parts = append(parts, p)
			continue
		}
		found = true
		if left := slices.DeleteFunc(slices.Clone(p.Values), func(known string) bool { return known == same }); len(left) > 0 {
			parts = append(parts, query.OneOf(c.key, left))
		}
	}
	if found {
		return Terms{parts}
	}
	if at := slices.IndexFunc(parts, named); at >= 0 {
		parts[at] = query.OneOf(c.key, append(slices.Clone(parts[at].Values), same))
		return Terms{parts}
	}
	return Terms{append(parts, query.OneOf(c.key, []string{same}))}
}
