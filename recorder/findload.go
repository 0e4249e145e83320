package recorder

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/exprec/exprec/recorder/internal/index"
)

// A catalog is what is known of all runs at a moment, in columns. Rows are
// numbered: those of the cache first, then those that were read just now.
type catalog struct {
	project *Project
	listed  []listedRun
	skipped int

	rows  []int        // of the runs there are, in the order of listed
	split int          // the first row that is not in the cache
	keys  *index.Table // of the rows of the cache
	fresh *index.Table
	extra map[string]readRow // the rows of fresh, by id
	order func() []int       // all rows, newest first

	mu     sync.Mutex // guards what follows
	cached *index.Table
	runs   map[int]*Run   // rows that were read just now
	errs   map[int]error  // why a row could be read in part only
	joined map[string]any // columns of both tables
	paths  map[sourceKey][]string
}

func (p *Project) newCatalog(listed []listedRun, skipped int) *catalog {
	c := &catalog{
		project: p, listed: listed, skipped: skipped, rows: make([]int, len(listed)), extra: map[string]readRow{},
		runs: map[int]*Run{}, errs: map[int]error{}, joined: map[string]any{}, paths: map[sourceKey][]string{},
	}
	c.order = sync.OnceValue(c.newestFirst)
	return c
}

// load lists the runs: from the cache those that stand there with the commit
// that their ref points to, the others from git and their journals. Only what
// is sealed and whole gets into the cache: the rest may be another thing in a
// moment. Where all is as in the list before, it says so and is not completed.
func (c *catalog) load(ctx context.Context, before *catalog) (same bool, err error) {
	if c.cached = before.table(); c.cached == nil {
		before, c.cached = nil, c.project.readCache()
	}
	same, err = c.fill(ctx, before)
	if errors.Is(err, index.ErrUnusable) {
		c.cached = index.Empty()
		same, err = c.fill(ctx, nil)
	}
	return same, err
}

// batch is how many runs are read before what they say is put into columns, and
// at most stay open afterwards.
const batch = 1000

// manyFresh is how many sealed runs may stand outside of the cache of a
// project that stays open.
const manyFresh = 64

// fill finds the rows of all runs, reads what is not in the cache, and writes
// the cache anew where that is worth it.
func (c *catalog) fill(ctx context.Context, before *catalog) (same bool, err error) {
	began := time.Now()
	missing := c.matchAgain(before)
	read, err := c.read(ctx, missing[:min(len(missing), batch)], before)
	if err != nil || before.says(c, read) {
		return err == nil, err
	}
	if len(missing) > batch || worthWriting(read, time.Since(began), c.cached.Len()) {
		return false, c.renew(ctx, missing, read)
	}
	return false, c.add(missing, read)
}

// matchAgain is match where a catalog on the same cache may know the answer.
func (c *catalog) matchAgain(before *catalog) (missing []int) {
	if before == nil || !equalLists(before.listed, c.listed) {
		return c.match()
	}
	for i, row := range before.rows {
		if c.rows[i] = row; row >= before.split {
			c.rows[i] = -1
			missing = append(missing, i)
		}
	}
	return missing
}

// match finds the listed runs in the cache, and gives the places in the list
// of those that are not there. Both are sorted by id.
func (c *catalog) match() (missing []int) {
	row := 0
	for i, r := range c.listed {
		c.rows[i] = -1
		if len(r.copies) > 0 {
			// Of several copies the first one counts where it is sealed and
			// whole, and only such ones are in the cache.
			key := index.Key{ID: idBytes(r.uuid), Tip: r.copies[0].key()}
			for row < c.cached.Len() && c.cached.Key(row).Compare(key) < 0 {
				row++
			}
			if row < c.cached.Len() && c.cached.Key(row) == key {
				c.rows[i] = row
				continue
			}
		}
		missing = append(missing, i)
	}
	return missing
}

// readRow is a run that was read for a list.
type readRow struct {
	row    index.Row
	run    *Run
	err    error
	keep   bool // it follows from its commit alone
	copies []runCopy
}

// read reads the runs that stand at some places of the list. What an earlier
// list knows of them is taken over where it cannot have changed.
func (c *catalog) read(ctx context.Context, places []int, before *catalog) ([]readRow, error) {
	read := make([]readRow, len(places))
	err := inParallel(ctx, len(places), func(i int) {
		at := c.listed[places[i]]
		known, ok := before.row(at)
		if ok && known.keep {
			read[i] = known
			return
		}
		var run *Run
		if ok {
			run = c.project.refresh(known.run, at.copies)
		} else {
			run = c.project.following(c.project.best(at.uuid, at.copies), nil)
		}
		row, err := known.row, known.err
		if ok && run == known.run && err == nil {
			row.Bytes, row.Flags = run.Bytes(), run.flags(run.Info()) // files come without a word in the journals
		} else {
			row, err = run.summary()
		}
		read[i] = readRow{row: row, run: run, err: err, copies: at.copies, keep: err == nil && run.started.Status.Final() && run.commit == run.tip}
	})
	return read, err
}

// add takes in what was read and is not in the cache.
func (c *catalog) add(missing []int, read []readRow) error {
	c.split, c.keys = c.cached.Len(), c.cached
	b := &index.Builder{}
	for i, at := range missing {
		row := c.split + b.Len()
		c.rows[at], c.runs[row] = row, read[i].run
		c.extra[read[i].run.uuid] = read[i]
		if read[i].err != nil {
			c.errs[row] = read[i].err
		}
		b.Add(&read[i].row)
	}
	var err error
	c.fresh, err = index.FromBytes(b.Bytes())
	return err
}
