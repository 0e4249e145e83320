package views

import (
	"container/list"
	"errors"
	"sync"

	"github.com/exprec/exprec/recorder"
)

// lineCache keeps the lines that were drawn last: a page asks for the same ones
// again and again, at another zoom or smoothed differently. It is safe for
// concurrent use; two readers of one line share the work of reading it.
type lineCache struct {
	limit int64 // bytes

	mu    sync.Mutex
	known map[lineKey]*list.Element // of *lineEntry
	order *list.List                // the one used last at the front
	size  int64
}

// lineKey names a line. The revision says which state of the run it is of.
type lineKey struct {
	run, revision, name string
	shape               lineShape
}

type lineEntry struct {
	key  lineKey
	once sync.Once
	line *lineData
	err  error
	size int64
}

// cachedLines is how much memory cached lines take, in bytes.
const cachedLines = 256 << 20

func newLineCache(limit int64) *lineCache {
	return &lineCache{limit: limit, known: map[lineKey]*list.Element{}, order: list.New()}
}

// get gives the line of a key, which is read where it is not known. What cannot
// be read is asked for again the next time.
func (c *lineCache) get(key lineKey, read func() (*lineData, error)) (*lineData, error) {
	e := c.entry(key)
	e.once.Do(func() { e.line, e.err = read() })
	c.settle(e)
	return e.line, e.err
}

// outdate forgets the line of a key where it is old.
func (c *lineCache) outdate(key lineKey, old func(*lineData) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.known[key]; ok {
		if e := at.Value.(*lineEntry); e.size > 0 && old(e.line) {
			c.drop(at)
		}
	}
}

// entry finds the entry of a key, or makes it, and moves it to the front.
func (c *lineCache) entry(key lineKey) *lineEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.known[key]; ok {
		c.order.MoveToFront(at)
		return at.Value.(*lineEntry)
	}
	e := &lineEntry{key: key}
	c.known[key] = c.order.PushFront(e)
	return e
}

// settle counts what an entry takes once it was read, and drops the entries that
// were not used for the longest time.
func (c *lineCache) settle(e *lineEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.known[e.key]
	if !ok || at.Value != e {
		return
	}
	if e.err != nil {
		c.drop(at)
		return
	}
	if e.size == 0 {
		e.size = e.line.bytes() + 1024
		c.size += e.size
	}
	for c.size > c.limit && c.order.Len() > 1 {
		c.drop(c.order.Back())
	}
}

// drop forgets an entry. The caller holds c.mu.
func (c *lineCache) drop(at *list.Element) {
	e := c.order.Remove(at).(*lineEntry)
	delete(c.known, e.key)
	c.size -= e.size
}

// sealed reports whether nothing of a run's record changes any more.
func sealed(run *recorder.Run) bool { return !run.Ended().IsZero() }

// line gives a scalar of a run as it is drawn. The error is recorder.ErrNoScalar
// where the run has none of that name.
func (d *Dashboard) line(run *recorder.Run, name string, shape lineShape) (*lineData, error) {
	key := lineKey{run: run.Address(), name: name, shape: shape}
	if sealed(run) {
		key.revision = run.Commit().String() + run.Light()
		return d.lines.get(key, func() (*lineData, error) {
			s, err := run.Series(name)
			if errors.Is(err, recorder.ErrLight) {
				return previewOf(run, name, shape)
			}
			if err != nil {
				return nil, err
			}
			return newLineData(s, run.Started(), shape), nil
		})
	}
	s, err := run.Series(name)
	if errors.Is(err, recorder.ErrLight) {
		return previewOf(run, name, shape)
	}
	if err != nil {
		return nil, err
	}
	// A run that goes on only gets more points: how many there are says which line
	// it is. The one before it is of no use any more.
	key.revision = "live"
	d.lines.outdate(key, func(l *lineData) bool { return l.facts.Count != len(s.Values) })
	return d.lines.get(key, func() (*lineData, error) {
		l := newLineData(s, run.Started(), shape)
		l.facts.Continuing = true
		return l, nil
	})
}
