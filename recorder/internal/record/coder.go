package record

import (
	"fmt"
	"slices"
)

// maxFields bounds the fields of a map that stands for a struct, so that the
// bookkeeping of a hostile one stays small.
const maxFields = 1024

// coder writes or reads the fields of structs. One function a struct lists its
// fields once, in their fixed order, and serves both directions, so that the
// two cannot drift apart. Writing leaves out fields with a zero value; reading
// takes fields in any order and leaves absent ones alone.
type coder struct {
	writing bool
	buf     []byte // what was written, or what is read
	written int    // fields of the map that is being written

	fields  []field // of all maps that are being read, the innermost last
	low     int     // where the innermost map's fields begin
	next    int     // the field that is expected next
	lenient bool    // fields of an unexpected kind are passed over
	err     error   // the first one, with the path of its field
}

// field is one entry of a map that is being read.
type field struct {
	key        []byte
	start, end int // of its value
	used       bool
}

// writeStruct encodes one struct.
func writeStruct[T any](v *T, fields func(*coder, *T)) []byte {
	c := &coder{writing: true}
	writeMap(c, v, fields)
	return c.buf
}

// readStruct decodes one struct and wants nothing to follow it.
func readStruct[T any](data []byte, v *T, fields func(*coder, *T)) error {
	c := &coder{buf: data, fields: make([]field, 0, 64)}
	r := reader{data: data}
	readMap(c, &r, v, fields)
	if c.err == nil {
		c.err = r.end()
	}
	return c.err
}

// mapState is what is put aside of an outer map while an inner one is coded.
type mapState struct{ written, start, low, next int }

// begin begins a map that is written. Its head is known last: a byte is kept
// free for it, which is enough for 15 fields, and end makes room for a wider one.
func (c *coder) begin() mapState {
	outer := mapState{written: c.written, start: len(c.buf)}
	c.written = 0
	c.buf = append(c.buf, 0)
	return outer
}

func (c *coder) end(outer mapState) {
	if c.written < 16 {
		c.buf[outer.start] = 0x80 | byte(c.written)
	} else {
		c.buf = slices.Replace(c.buf, outer.start, outer.start+1, appendMapHead(nil, c.written)...)
	}
	c.written = outer.written
}

// enter goes into the map at r: it finds where its values lie, for the fields
// to be fetched by name. It is false where there is nothing to fetch; leave is
// called in either case.
func (c *coder) enter(r *reader) (mapState, bool) {
	outer := mapState{low: c.low, next: c.next}
	c.low, c.next = len(c.fields), 0
	err := c.scan(r)
	switch {
	case err == nil:
		return outer, true
	case c.lenient:
		r.pos = len(r.data)
	default:
		c.fail(err)
	}
	return outer, false
}

func (c *coder) leave(outer mapState) {
	c.fields = c.fields[:c.low]
	c.low, c.next = outer.low, outer.next
}

// writeMap writes v as a map.
func writeMap[T any](c *coder, v *T, fields func(*coder, *T)) {
	outer := c.begin()
	fields(c, v)
	c.end(outer)
}

// readMap reads the map at r into v.
func readMap[T any](c *coder, r *reader, v *T, fields func(*coder, *T)) {
	outer, ok := c.enter(r)
	if ok {
		fields(c, v)
	}
	c.leave(outer)
}

// scan finds the fields of the map at r.
func (c *coder) scan(r *reader) error {
	n, err := r.mapping()
	if err != nil {
		return err
	}
	if n > maxFields {
		return tooLarge("a map has %d fields, at most %d are allowed", n, maxFields)
	}
	for range n {
		key, err := r.text()
		if err != nil {
			return fmt.Errorf("name of a field: %w", err)
		}
		start := r.pos
		if err := r.skip(maxDepth); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		c.fields = append(c.fields, field{key: key, start: start, end: r.pos})
	}
	return nil
}

// fail keeps the first error.
func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// key begins a field that is being written.
func (c *coder) key(name string) {
	c.written++
	c.buf = appendString(c.buf, name)
}

// value finds a field that is being read. Fields mostly come in the order they
// are asked for, so the search begins at the one after the last found.
func (c *coder) value(name string) (reader, bool) {
	own := c.fields[c.low:]
	if c.err != nil {
		return reader{}, false
	}
	for i := range own {
		at := c.next + i
		if at >= len(own) {
			at -= len(own)
		}
		if f := &own[at]; !f.used && string(f.key) == name {
			f.used = true
			c.next = at + 1
			if c.next == len(own) {
				c.next = 0
			}
			return reader{data: c.buf[:f.end], pos: f.start}, true
		}
	}
	return reader{}, false
}

// check keeps an error of the field called name.
func (c *coder) check(name string, err error) bool {
	if err != nil && !c.lenient {
		c.fail(fmt.Errorf("%q: %w", name, err))
	}
	return err == nil
}
