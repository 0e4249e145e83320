package recorder

import (
	"time"

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
