package index

import (
	"encoding/binary"
	"math"
	"slices"
)

// places says which rows a column has something for, and where it lies in it.
type places struct {
	all  bool
	at   []uint32 // by row: 1 + the place, 0 where there is none
	rows []uint32 // instead, where they are few
}

// few says how many rows there are to one that has a value, for a list of
// those to be the smaller form.
const few = 16

// of is where a row's value lies, -1 where it has none.
func (p *places) of(row int) int {
	switch {
	case p.all:
		return row
	case p.at != nil:
		return int(p.at[row]) - 1
	}
	if at, ok := slices.BinarySearch(p.rows, uint32(row)); ok {
		return at
	}
	return -1
}

// appendPlaces writes which of n rows are there: nothing more where all are.
func appendPlaces(b []byte, rows []uint32, n int) []byte {
	if len(rows) == n {
		return append(b, 0)
	}
	b = binary.AppendUvarint(append(b, 1), uint64(len(rows)))
	last := uint32(0)
	for _, row := range rows {
		b = binary.AppendUvarint(b, uint64(row-last))
		last = row + 1
	}
	return b
}

// places reads them, and how many they are.
func (d *decoder) places(n int) (p places, count int) {
	switch flag := d.bytes(1); {
	case flag == nil:
		return places{}, 0
	case flag[0] == 0:
		return places{all: true}, n
	case flag[0] != 1:
		d.fail("rows in the form %d", flag[0])
		return places{}, 0
	}
	count = d.count()
	p.rows = make([]uint32, 0, count)
	next := uint64(0)
	for range count {
		step := d.uvarint()
		if d.err != nil || step >= uint64(n)-next {
			d.fail("a row beyond the last of %d", n)
			return places{}, 0
		}
		next += step
		p.rows = append(p.rows, uint32(next))
		next++
	}
	if count > n/few {
		p.at = make([]uint32, n)
		for i, row := range p.rows {
			p.at[row] = uint32(i) + 1
		}
		p.rows = nil
	}
	return p, count
}

// Texts is a column of texts: those there are, each once, and which one each
// row has.
type Texts struct {
	places
	words []string
	which []uint32
}

// Text is a row's text, empty where it has none.
func (t *Texts) Text(row int) string {
	if t == nil {
		return ""
	}
	if at := t.of(row); at >= 0 {
		return t.words[t.which[at]]
	}
	return ""
}

// words collects a column of texts.
type words struct {
	rows  []uint32
	known map[string]uint32
	list  []string
	which []uint32
}

func (w *words) add(row int, s string) {
	id, ok := w.known[s]
	if !ok {
		if w.known == nil {
			w.known = map[string]uint32{}
		}
		id = uint32(len(w.list))
		w.known[s] = id
		w.list = append(w.list, s)
	}
	w.rows = append(w.rows, uint32(row))
	w.which = append(w.which, id)
}

func (w *words) encode(n int) []byte {
	b := appendPlaces(nil, w.rows, n)
	b = binary.AppendUvarint(b, uint64(len(w.list)))
	for _, s := range w.list {
		b = binary.AppendUvarint(b, uint64(len(s)))
	}
	for _, s := range w.list {
		b = append(b, s...)
	}
	for _, id := range w.which {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}

func decodeTexts(data []byte, n int) (*Texts, error) {
	d := decoder{data: data}
	t := &Texts{}
	var count int
	t.places, count = d.places(n)
	lengths := make([]int, d.count())
	sum := 0
	for i := range lengths {
		lengths[i] = d.count()
		sum += lengths[i]
	}
	text := string(d.bytes(sum)) // one copy, of which the words are parts
	if d.err != nil || count > len(d.data) {
		d.fail("%d rows in %d bytes", count, len(d.data))
		return nil, d.err
	}
	t.words = make([]string, len(lengths))
	for i, length := range lengths {
		t.words[i], text = text[:length], text[length:]
	}
	t.which = make([]uint32, count)
	for i := range t.which {
		id := d.uvarint()
		if id >= uint64(len(t.words)) {
			d.fail("text %d of %d", id, len(t.words))
			break
		}
		t.which[i] = uint32(id)
	}
	return t, d.end()
}

// Numbers is a column of whole numbers.
type Numbers struct {
	places
	values []int64
	zero   int64
}

// Number is a row's number, the column's zero where it has none.
func (c *Numbers) Number(row int) int64 {
	if c == nil {
		return 0
	}
	if at := c.of(row); at >= 0 {
		return c.values[at]
	}
	return c.zero
}

func decodeNumbers(data []byte, n int, zero int64) (*Numbers, error) {
	d := decoder{data: data}
	c := &Numbers{zero: zero}
	var count int
	c.places, count = d.places(n)
	if count > len(d.data) {
		d.fail("%d rows in %d bytes", count, len(d.data))
		return nil, d.err
	}
	c.values = make([]int64, count)
	for i := range c.values {
		c.values[i] = d.varint()
	}
	return c, d.end()
}

// numbers collects a column of whole numbers.
type numbers struct {
	rows   []uint32
	values []byte
}

func (c *numbers) add(row int, v int64) {
	c.rows = append(c.rows, uint32(row))
	c.values = binary.AppendVarint(c.values, v)
}

func (c *numbers) encode(n int) []byte { return append(appendPlaces(nil, c.rows, n), c.values...) }

// Floats is a column of floating-point numbers.
type Floats struct {
	places
	values []float64
}

// Float is a row's number.
func (c *Floats) Float(row int) (v float64, ok bool) {
	if c == nil {
		return 0, false
	}
	if at := c.of(row); at >= 0 {
		return c.values[at], true
	}
	return 0, false
}

func decodeFloats(data []byte, n int) (*Floats, error) {
	d := decoder{data: data}
	c := &Floats{}
	var count int
	c.places, count = d.places(n)
	if len(d.data) != 8*count {
		d.fail("%d rows in %d bytes", count, len(d.data))
		return nil, d.err
	}
	c.values = make([]float64, count)
	for i := range c.values {
		c.values[i] = math.Float64frombits(uint64At(d.data[8*i:]))
	}
	return c, d.err
}

// floats collects a column of floating-point numbers.
type floats struct {
	rows   []uint32
	values []byte
}

func (c *floats) add(row int, v float64) {
	c.rows = append(c.rows, uint32(row))
	c.values = appendUint64(c.values, math.Float64bits(v))
}

func (c *floats) encode(n int) []byte { return append(appendPlaces(nil, c.rows, n), c.values...) }
