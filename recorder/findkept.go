package recorder

import (
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/exprec/exprec/recorder/internal/index"
)

// keptCatalog is the catalog of the last list, of which the next one is made.
type keptCatalog struct {
	mu   sync.Mutex // held while a list is made: who comes then wants the same
	last *catalog
}

// catalog lists the runs as they are now. What the last list knows is taken
// over where the refs say that it still holds; runs that are not sealed are
// looked at each time.
func (p *Project) catalog(ctx context.Context) (*catalog, error) {
	p.kept.mu.Lock()
	defer p.kept.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	listed, skipped, err := p.listed()
	if err != nil {
		return nil, err
	}
	c := p.newCatalog(listed, skipped)
	same, err := c.load(ctx, p.kept.last)
	if err != nil {
		return nil, err
	}
	if !same {
		p.kept.last = c
	}
	return p.kept.last, nil
}

// table is the catalog's part from the cache, nil where it turned out to be
// damaged.
func (c *catalog) table() *index.Table {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cached != c.keys {
		return nil
	}
	return c.cached
}

// row is what the catalog has outside of the cache of a run whose refs are the
// same.
func (c *catalog) row(at listedRun) (r readRow, ok bool) {
	if c == nil {
		return r, false
	}
	r, ok = c.extra[at.uuid]
	return r, ok && slices.Equal(r.copies, at.copies)
}

// says reports whether a later list, for which so many runs were read, would
// tell of the same runs the same things.
func (c *catalog) says(later *catalog, read []readRow) bool {
	if c == nil || c.skipped != later.skipped || len(c.extra) != len(read) || !equalLists(c.listed, later.listed) {
		return false
	}
	for i := range read {
		now := &read[i]
		before, ok := c.extra[now.run.uuid]
		if !ok || before.run != now.run || before.err != nil || now.err != nil || !reflect.DeepEqual(before.row, now.row) {
			return false
		}
	}
	return true
}

func equalLists(a, b []listedRun) bool {
	return sameList(a, b) || slices.EqualFunc(a, b, func(a, b listedRun) bool { return a.uuid == b.uuid && slices.Equal(a.copies, b.copies) })
}
