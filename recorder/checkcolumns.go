package recorder

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// tally is what the points of a scalar come to, counted anew.
type tally struct {
	count, nan      int64
	first, last     point
	min, max        point
	firstAt, lastAt int // chunks
	ragged          bool
}

type point struct {
	step  int64
	value float64
}

// columns counts the points in all chunks and compares that with the index.
func (c *checker) columns(s *sealed) {
	index, err := s.scalars()
	c.found(record.ScalarsFile, err)
	counted, err := c.count(s)
	c.found("scalars", err)
	if err != nil {
		return
	}
	for _, summary := range index {
		t, ok := counted[summary.Name]
		if !ok {
			t = &tally{}
		}
		delete(counted, summary.Name)
		c.report.Points += t.count
		c.found(record.ScalarsFile, t.compare(summary))
	}
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		c.found(record.ScalarsFile, fmt.Errorf("the scalar %.80q has points and is not in the index", name))
	}
}

// count reads every chunk, one at a time.
func (c *checker) count(s *sealed) (map[string]*tally, error) {
	counted := map[string]*tally{}
	r := c.run
	folder, err := r.store.Lookup(r.tree, "scalars")
	if errors.Is(err, gitstore.ErrNotFound) {
		return counted, nil
	}
	if err != nil {
		return nil, err
	}
	chunks, err := r.store.ReadTree(folder.Hash)
	if err != nil {
		return nil, err
	}
	for number := range chunks {
		if err := c.ctx.Err(); err != nil {
			return nil, err
		}
		data, err := s.read("scalars/"+record.ChunkName(number), maxChunkFile)
		if err != nil {
			return nil, err
		}
		if data == nil {
			return nil, fmt.Errorf("%s is missing", record.ChunkName(number))
		}
		columns, err := record.DecodeChunk(data, "")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", record.ChunkName(number), err)
		}
		for _, column := range columns {
			if counted[column.Name] == nil {
				counted[column.Name] = &tally{firstAt: number}
			}
			counted[column.Name].add(column, number)
		}
	}
	return counted, nil
}

func (t *tally) add(c record.Column, chunk int) {
	t.lastAt = chunk
	if len(c.Values) != len(c.Steps) || len(c.Times) != len(c.Steps) {
		t.ragged = true
		return
	}
	for i, value := range c.Values {
		p := point{c.Steps[i], value}
		if t.count == 0 {
			t.first = p
		}
		t.last = p
		t.count++
		switch numbers := t.count - t.nan; {
		case math.IsNaN(value):
			t.nan++
		case numbers == 1:
			t.min, t.max = p, p
		case value < t.min.value:
			t.min = p
		case value > t.max.value:
			t.max = p
		}
	}
}

// compare says in what the index is wrong.
func (t *tally) compare(s ScalarSummary) error {
	wrong := func(what string) error {
		return fmt.Errorf("the index and the points of the scalar %.80q disagree about %s", s.Name, what)
	}
	switch {
	case t.ragged:
		return fmt.Errorf("the scalar %.80q has not as many steps as values", s.Name)
	case t.count != s.Count:
		return wrong(fmt.Sprintf("their count: %d and %d", s.Count, t.count))
	case t.nan != s.NaN:
		return wrong("how many are NaN")
	case t.count > 0 && (s.Chunk != t.firstAt || s.Chunk+s.Chunks-1 != t.lastAt):
		return wrong("the chunks that hold them")
	case t.count > 0 && !(same(t.first, s.FirstStep, s.First) && same(t.last, s.LastStep, s.Last)):
		return wrong("the first or the last one")
	case t.count > t.nan && !(same(t.min, s.MinStep, s.Min) && same(t.max, s.MaxStep, s.Max)):
		return wrong("the smallest or the greatest one")
	}
	return nil
}

func same(p point, step int64, value float64) bool {
	return p.step == step && (p.value == value || math.IsNaN(p.value) && math.IsNaN(value))
}
