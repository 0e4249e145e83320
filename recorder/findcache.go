package recorder

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/index"
)

// rowsName is the file in the cache that keeps what lists need of sealed runs.
// Its name changes with what a row holds.
const rowsName = "runs-1"

func rowsFile(home string) string { return filepath.Join(home, cacheName, rowsName) }

// readCache opens the cache, and gives an empty table where there is none that
// can be used.
func (p *Project) readCache() *index.Table {
	for _, home := range p.homes {
		if table, file, err := index.OpenFile(rowsFile(home)); err == nil {
			p.closeLater(file)
			return table
		}
	}
	return index.Empty()
}

// closeLater keeps a file open as long as the project.
func (p *Project) closeLater(file io.Closer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.caches = append(p.caches, file)
}

// worthWriting decides whether the cache is to be written anew: where reading
// what is new took a good part of the time that writing takes, or where much of
// it has come together.
func worthWriting(read []readRow, took time.Duration, rows int) bool {
	const perRow, share = 5 * time.Microsecond, 8
	sealed := 0
	for i := range read {
		if read[i].keep {
			sealed++
		}
	}
	return sealed >= manyFresh || sealed > 0 && took > time.Duration(rows)*perRow/share
}

// renew makes the cache of the rows that stand in it, without those of runs
// that are gone or have moved, and of those that are missing, of which the
// first have been read. That it cannot be written is no matter.
func (c *catalog) renew(ctx context.Context, missing []int, read []readRow) error {
	b := &index.Builder{}
	var left []int
	var rest []readRow
	added := false
	rows := make([]int, len(c.rows))
	for i, at := range c.rows {
		rows[i] = b.Len()
		if at >= 0 {
			row, err := c.cached.Row(at)
			if err != nil {
				return err
			}
			b.Add(&row)
			continue
		}
		if len(read) == 0 {
			var err error
			if read, err = c.read(ctx, missing[:min(len(missing), batch)], nil); err != nil {
				return err
			}
		}
		if read[0].keep {
			b.Add(&read[0].row)
			added = true
		} else {
			rows[i] = -1
			left, rest = append(left, i), append(rest, read[0])
		}
		missing, read = missing[1:], read[1:]
	}
	data := b.Bytes()
	table, err := index.FromBytes(data)
	if err != nil {
		return fmt.Errorf("list the runs: %w", err)
	}
	if added {
		c.project.writeCache(data)
	}
	c.cached, c.rows = table, rows
	return c.add(left, rest)
}

// writeCache puts the cache into the first home that takes it.
func (p *Project) writeCache(data []byte) {
	for _, home := range p.homes {
		if index.WriteFile(rowsFile(home), data) == nil {
			return
		}
	}
}

// rebuild reads the rows of the cache from git again, under the numbers that
// they have: the file turned out to be damaged after it was opened. The caller
// holds c.mu, or nobody else knows the catalog yet.
func (c *catalog) rebuild() {
	rows := make([]index.Row, c.cached.Len())
	for i := range rows {
		rows[i] = index.Row{Key: c.cached.Key(i), Started: index.Absent, Ended: index.Absent, Exit: index.Absent}
	}
	for i, at := range c.rows {
		if at < 0 || at >= len(rows) {
			continue
		}
		r := c.listed[i]
		run := c.project.best(r.uuid, r.copies)
		row, err := run.summary()
		row.Key = rows[at].Key
		rows[at] = row
		if err != nil {
			c.errs[at], c.runs[at] = err, run
		}
	}
	if table, err := index.FromBytes(index.Encode(rows)); err == nil {
		c.cached = table
		c.project.dropCache()
	}
}

// dropCache removes what cannot be used, so that the next one who lists makes
// it anew.
func (p *Project) dropCache() {
	for _, home := range p.homes {
		_ = os.Remove(rowsFile(home))
	}
}
