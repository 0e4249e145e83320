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
func writeStruct(fields func(*coder)) []byte {
	c := &coder{writing: true}
	c.writeMap(fields)
	return c.buf
}

// readStruct decodes one struct and wants nothing to follow it.
func readStruct(data []byte, fields func(*coder)) error {
	c := &coder{buf: data, fields: make([]field, 0, 64)}
	r := reader{data: data}
	c.readMap(&r, fields)
	if c.err == nil {
		c.err = r.end()
	}
	return c.err
}

// writeMap writes fields as a map. Its head is known last: a byte is kept free
// for it, which is enough for 15 fields, and room is made for a wider one.
func (c *coder) writeMap(fields func(*coder)) {
	outer, start := c.written, len(c.buf)
	c.written = 0
	c.buf = append(c.buf, 0)
	fields(c)
	c.buf = slices.Replace(c.buf, start, start+1, appendMapHead(nil, c.written)...)
	c.written = outer
}

// readMap reads the map at r: finds where its values lie, then lets fields
// fetch those they know.
func (c *coder) readMap(r *reader, fields func(*coder)) {
	low, next := c.low, c.next
	c.low, c.next = len(c.fields), 0
	switch err := c.scan(r); {
	case err == nil:
		fields(c)
	case c.lenient:
		r.pos = len(r.data)
	default:
		c.fail(err)
	}
	c.fields = c.fields[:c.low]
	c.low, c.next = low, next
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
