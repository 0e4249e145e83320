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
	last := p.kept.last
	if err := c.load(ctx, last); err != nil {
		return nil, err
	}
	if last.says(c) {
		return last, nil
	}
	p.kept.last = c
	return c, nil
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

// says reports whether the catalog tells of the same runs the same things as
// another one that is newer.
func (c *catalog) says(newer *catalog) bool {
	if c == nil || c.table() != newer.keys || c.skipped != newer.skipped || len(c.extra) != len(newer.extra) || !equalLists(c.listed, newer.listed) {
		return false
	}
	for id, now := range newer.extra {
		if before := c.extra[id]; before.run != now.run || before.err != nil || now.err != nil || !reflect.DeepEqual(before.row, now.row) {
			return false
		}
	}
	return true
}

func equalLists(a, b []listedRun) bool {
	return sameList(a, b) || slices.EqualFunc(a, b, func(a, b listedRun) bool { return a.uuid == b.uuid && slices.Equal(a.copies, b.copies) })
}
