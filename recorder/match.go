package recorder

import (
	"sort"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/query"
)

// Match is the list of those that match one more query, as they stood when the
// list was made, and in its order. The error is a [*QueryError].
func (r *Rows) Match(text string) (*Rows, error) {
	q, err := query.Parse(text, time.Now())
	if err != nil {
		return nil, err
	}
	matches := q.Bind(r.of)
	found := &Rows{of: r.of, query: q}
	for _, row := range r.rows {
		if matches(row) {
			found.rows = append(found.rows, row)
		}
	}
	return found, nil
}

// Pick is the runs whose ids begin as the given ones, in their order, whether or
// not they are in the list; those that are deleted or gone are left out.
func (r *Rows) Pick(prefixes []string) *Rows {
	picked := &Rows{of: r.of, query: r.query}
	flags := r.of.numbers("flags")
	for _, prefix := range prefixes {
		at := sort.Search(len(r.of.listed), func(i int) bool { return r.of.listed[i].uuid >= prefix })
		if at == len(r.of.listed) || prefix == "" || !strings.HasPrefix(r.of.listed[at].uuid, prefix) {
			continue
		}
		row := r.of.rows[at]
		if half, n := flags.in(row); half.Number(n)&deletedFlag == 0 {
			picked.rows = append(picked.rows, row)
		}
	}
	return picked
}

// StartedAfter is the list of those that began after a moment.
func (r *Rows) StartedAfter(when time.Time) *Rows {
	started := r.of.numbers("started")
	later := &Rows{of: r.of, query: r.query}
	for _, row := range r.rows {
		half, at := started.in(row)
		if n := half.Number(at); n != index.Absent && n > when.UnixNano() {
			later.rows = append(later.rows, row)
		}
	}
	return later
}
