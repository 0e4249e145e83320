package recorder

import (
	"cmp"
	"math"
	"slices"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/query"
)

// Tally counts the values of a column.
type Tally struct {
	Have   int          // rows with a value that a query can ask for
	Counts []ValueCount // the most frequent first; nil where there are too many
	Many   bool         // there are more different values than were asked for
}

// ValueCount is how many rows have a value, or have it among their tags.
type ValueCount struct {
	Value Value
	Rows  int
}

// Tally counts the values of a column, as long as there are at most so many
// different ones. Values are the same that one query finds: 1e-3 and 0.001.
// NaN, which no query finds, does not count.
func (r *Rows) Tally(c *Column, most int) Tally {
	if t, ok := r.tallyByCode(c, most); ok {
		return t
	}
	counter := newCounter(most)
	for _, row := range r.rows {
		counter.add(c.of(row), 1)
	}
	return counter.tally()
}

// counter counts values.
type counter struct {
	most   int
	have   int
	many   bool
	places map[string]int
	counts []ValueCount
}

func newCounter(most int) *counter { return &counter{most: most, places: map[string]int{}} }

func (c *counter) add(v Value, rows int) {
	switch {
	case v.Kind == query.Missing, v.Kind == query.Number && math.IsNaN(v.Num):
		return
	case v.Kind == query.Texts && len(v.List) == 0:
		return
	}
	c.have += rows
	if c.many {
		return
	}
	if v.Kind != query.Texts {
		c.count(v, rows)
		return
	}
	for i, text := range v.List {
		if text != "" && !slices.Contains(v.List[:i], text) {
			c.count(query.TextOf(text), rows)
		}
	}
}

func (c *counter) count(v Value, rows int) {
	name := v.Same()
	at, ok := c.places[name]
	if !ok {
		if len(c.counts) == c.most {
			c.many = true
			return
		}
		at = len(c.counts)
		c.places[name] = at
		c.counts = append(c.counts, ValueCount{Value: v})
	}
	c.counts[at].Rows += rows
}

func (c *counter) tally() Tally {
	if c.many {
		return Tally{Have: c.have, Many: true}
	}
	slices.SortStableFunc(c.counts, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), query.Compare(a.Value, b.Value, false))
	})
	return Tally{Have: c.have, Counts: c.counts}
}

// SortCounts puts values in their own order instead: numbers from the least on,
// then texts.
func SortCounts(counts []ValueCount) {
	slices.SortStableFunc(counts, func(a, b ValueCount) int { return query.Compare(a.Value, b.Value, false) })
}

// coded is a half of a column whose values stand in it once each, with a number.
type coded interface {
	Code(row int) int // -1 where the row has none
	Codes() int
}

// tallyByCode counts by the numbers that values have in the columns: no text is
// looked at but once for each value there is.
func (r *Rows) tallyByCode(c *Column, most int) (Tally, bool) {
	halves, value := r.of.codes(c.key)
	if halves == nil {
		return Tally{}, false
	}
	var counts [2][]int32
	for i, half := range halves {
		counts[i] = make([]int32, half.Codes())
	}
	for _, row := range r.rows {
		i, at := 0, row
		if row >= r.of.split {
			i, at = 1, row-r.of.split
		}
		if code := halves[i].Code(at); code >= 0 {
			counts[i][code]++
		}
	}
	counter := newCounter(most)
	for i := range counts {
		if have, distinct := sumOf(counts[i]); distinct > most {
			counter.many = true
			counter.have += have
			continue
		}
		for code, n := range counts[i] {
			if n > 0 {
				counter.add(value(i, code), int(n))
			}
		}
	}
	return counter.tally(), true
}

// sumOf adds counts up, and says how many there are.
func sumOf(counts []int32) (sum, there int) {
	for _, n := range counts {
		if n > 0 {
			sum += int(n)
			there++
		}
	}
	return sum, there
}

// codes are the two halves of a key's column where its values have numbers, and
// the value of a number; nil where they have none.
func (c *catalog) codes(k query.Key) (halves []coded, value func(half, code int) Value) {
	name := k.Name
	if k.Space == query.Any {
		if !c.onlyParam(name) {
			return nil, nil
		}
		k.Space = query.Param
	}
	if k.Space == query.Param {
		column := c.param(name)
		both := []*index.Params{column.cached, column.fresh}
		if !both[0].Coded() || !both[1].Coded() {
			return nil, nil
		}
		return []coded{both[0], both[1]}, func(half, code int) Value { return valueOfParam(both[half].At(code)) }
	}
	if k.Space != query.BuiltIn {
		return nil, nil
	}
	if column, ok := textKeys[name]; ok {
		texts := c.texts(column)
		both := []*index.Texts{texts.cached, texts.fresh}
		return []coded{both[0], both[1]}, func(half, code int) Value { return query.TextOf(both[half].At(code)) }
	}
	if column, ok := setKeys[name]; ok {
		lists := c.lists(column)
		both := []*index.Lists{lists.cached, lists.fresh}
		return []coded{both[0], both[1]}, func(half, code int) Value { return Value{Kind: query.Texts, List: both[half].At(code)} }
	}
	return nil, nil
}

// onlyParam reports whether a name alone is always a parameter.
func (c *catalog) onlyParam(name string) bool {
	return c.scalarValues("", name) == nil && c.resultValues(name) == nil
}

// Spread is how a parameter differs between the rows of a list.
type Spread struct {
	Name     string
	Have     int // rows that have it
	Distinct int // different values, as far as they were told apart
}

// Spreads are the parameters that are not the same in all rows: those that most
// rows have first, then those with the most values, then by name.
func (r *Rows) Spreads() []Spread {
	var found []Spread
	for _, name := range r.someParams() {
		t := r.Tally(r.Param(name), maxDistinct)
		distinct := len(t.Counts)
		if t.Many {
			distinct = maxDistinct
		}
		if t.Have > 0 && (distinct > 1 || t.Have < len(r.rows)) {
			found = append(found, Spread{name, t.Have, distinct})
		}
	}
	slices.SortFunc(found, func(a, b Spread) int {
		return cmp.Or(b.Have-a.Have, b.Distinct-a.Distinct, cmp.Compare(a.Name, b.Name))
	})
	return found
}

// Whose is the key that tells the rows apart by who ran them, "author" or "user",
// or where that is the same everywhere by where they ran, "host". It is empty where
// nothing does.
func (r *Rows) Whose() string {
	for _, key := range []string{"author", "user", "host"} {
		column, err := r.Column(key)
		if err != nil || !column.BuiltIn() { // a parameter of that name says something else
			continue
		}
		if t := r.Tally(column, 2); t.Many || len(t.Counts) > 1 {
			return key
		}
	}
	return ""
}

// Differing names the first of [Rows.Spreads].
func (r *Rows) Differing(most int) []string {
	var names []string
	for _, s := range r.Spreads() {
		if len(names) == most {
			break
		}
		names = append(names, s.Name)
	}
	return names
}

const (
	maxDistinct   = 100 // how many values of a parameter are told apart: more than that are many
	maxParamNames = 500 // how many parameters are looked at in all rows
	paramRows     = 100 // else those of so many of the newest rows
)

// someParams are the names of the parameters, of very many those that the first
// rows have.
func (r *Rows) someParams() []string {
	params, _, _ := r.Names()
	if len(params) <= maxParamNames {
		return params
	}
	var names []string
	known := map[string]bool{}
	for i := 0; i < min(len(r.rows), paramRows) && len(names) < maxParamNames; i++ {
		r.At(i).EachParam(func(name string, _ Value) {
			if !known[name] && len(names) < maxParamNames {
				known[name] = true
				names = append(names, name)
			}
		})
	}
	return names
}
