package recorder

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder/internal/query"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Completion is what may stand at a place of a query.
type Completion struct {
	From, To int // the bytes of the query that an offer replaces
	Offers   []Offer
}

// Offer is a word, or the beginning of one: a key with its operator.
type Offer struct {
	Text  string
	About string // what it is, in a few words; may be empty
}

// Complete offers what may stand at a byte of a query: a key, or a value of the
// key that stands there, the most frequent first. A query that cannot be
// understood is completed too.
func (r *Rows) Complete(text string, at, most int) Completion {
	at = min(max(at, 0), len(text))
	from, to := query.WordAt(text, at)
	c := &completer{rows: r, most: most, word: text[from:at], known: map[string]bool{}}
	key, operator, value := query.SplitTerm(c.word)
	switch {
	case operator == "":
		c.keys()
	case key == "has" || key == "missing":
		c.contents(key+operator, value)
	case operator == "=" || operator == ":" || operator == "!=":
		c.values(key, operator, value)
	}
	slices.SortStableFunc(c.offers, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	found := Completion{From: from, To: to}
	for _, o := range c.offers[:min(most, len(c.offers))] {
		found.Offers = append(found.Offers, o.Offer)
	}
	return found
}

type completer struct {
	rows   *Rows
	most   int
	word   string
	known  map[string]bool
	offers []ranked
}

// ranked is an offer, and how well it fits: 0 where it begins as the word.
type ranked struct {
	Offer
	rank int
}

// add offers a text where what was typed is in it.
func (c *completer) add(typed, name, text, about string) {
	at := strings.Index(strings.ToLower(name), strings.ToLower(strings.Trim(typed, `"`)))
	if at < 0 || c.known[text] || text == c.word {
		return
	}
	c.known[text] = true
	c.offers = append(c.offers, ranked{Offer{text, about}, min(at, 1)})
}

// keys offers keys with what follows them, and the words that join terms.
func (c *completer) keys() {
	if of, name, ok := strings.Cut(c.word, "("); ok && of != "" {
		c.functions(of, name)
		return
	}
	params, scalars, results := c.rows.Names()
	for _, name := range QueryKeys() {
		c.add(c.word, name, name+"=", "of every run")
	}
	for _, name := range params {
		key := c.rows.ParamKey(name)
		c.add(c.word, name, key+"=", "parameter")
	}
	for _, name := range slices.Concat(scalars, results) {
		if record.IsSystem(name) && !strings.HasPrefix(c.word, "s") {
			continue
		}
		c.add(c.word, name, c.rows.ScalarKey(name)+"=", "scalar")
	}
	for _, word := range []string{"has:", "missing:", "changed:"} {
		c.add(c.word, word, word, "")
	}
	if c.word != "" {
		for _, of := range []string{"min", "max"} {
			c.add(c.word, of, of+"(", "of a scalar")
		}
	}
}

func (c *completer) functions(of, typed string) {
	_, scalars, _ := c.rows.Names()
	for _, name := range scalars {
		c.add(typed, name, query.Key{Space: query.Scalar, Name: name, Of: of}.String()+"=", "scalar")
	}
}

func (c *completer) contents(before, typed string) {
	params, scalars, results := c.rows.Names()
	for _, name := range slices.Concat(QueryContents(), QueryKeys(), params, scalars, results) {
		c.add(typed, name, before+query.Key{Name: name}.String(), "")
	}
}

// values offers the values of a key; of one with very many, the range they lie
// in.
func (c *completer) values(key, operator, typed string) {
	if key == "status" {
		for _, status := range QueryStatuses() {
			c.add(typed, status, key+operator+status, "")
		}
		return
	}
	column, err := c.rows.Column(key)
	if err != nil {
		return
	}
	switch column.Kind() {
	case TimeValue:
		for _, word := range []string{"today", "-1d..", "-7d..", "-30d.."} {
			c.add(typed, word, key+"="+word, "")
		}
		return
	case DurationValue, SizeValue:
		return
	}
	tally := c.rows.Tally(column, maxDistinct)
	if tally.Many {
		c.bounds(key, column)
	}
	for _, count := range tally.Counts {
		text := query.Join([]query.Part{query.OneOf(column.key, []string{count.Value.String()})})
		_, _, value := query.SplitTerm(text)
		about := fmt.Sprintf("%d runs", count.Rows)
		if count.Rows == 1 {
			about = "1 run"
		}
		c.add(typed, count.Value.String(), key+operator+value, about)
		if len(c.offers) >= c.most && typed == "" {
			break
		}
	}
}

func (c *completer) bounds(key string, column *Column) {
	e := c.rows.Extent(column)
	if !e.Some || math.IsInf(e.Greatest-e.Least, 0) {
		return
	}
	for _, word := range []string{fmt.Sprintf("%.3g..", e.Least), fmt.Sprintf("..%.3g", e.Greatest)} {
		c.add("", word, key+"="+word, "range")
	}
}
