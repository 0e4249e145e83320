package record

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// maxFields bounds the fields of a map that stands for a struct, so that the
// bookkeeping of a hostile one stays small.
const maxFields = 1024

// maxEntries bounds the entries of a list, such as the scalars of a run.
const maxEntries = 1 << 22

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

func (c *coder) string(name string, v *string) {
	if c.writing {
		if *v != "" {
			c.key(name)
			c.buf = appendString(c.buf, *v)
		}
		return
	}
	if r, ok := c.value(name); ok {
		if b, err := r.text(); c.check(name, err) {
			*v = string(b)
		}
	}
}

func (c *coder) bool(name string, v *bool) {
	if c.writing {
		if *v {
			c.key(name)
			c.buf = appendBool(c.buf, true)
		}
		return
	}
	if r, ok := c.value(name); ok {
		h, err := r.head()
		if err == nil && h.kind != kindBool {
			err = corrupt("neither true nor false")
		}
		if c.check(name, err) {
			*v = h.bits == 1
		}
	}
}

func (c *coder) int64(name string, v *int64) {
	if c.writing {
		if *v != 0 {
			c.key(name)
			c.buf = appendInt(c.buf, *v)
		}
		return
	}
	if r, ok := c.value(name); ok {
		if n, err := r.int64(); c.check(name, err) {
			*v = n
		}
	}
}

func (c *coder) int(name string, v *int) {
	n := int64(*v)
	c.int64(name, &n)
	if n < math.MinInt || n > math.MaxInt {
		c.check(name, corrupt("the number %d is too large", n))
		return
	}
	*v = int(n)
}

// format is the version of the written form, the first field of a file. Of a
// later major version only what still has a known form is read.
func (c *coder) format(v *int) {
	c.int("format", v)
	c.lenient = *v > Format
}

func (c *coder) uint64(name string, v *uint64) {
	if c.writing {
		if *v != 0 {
			c.key(name)
			c.buf = appendUint(c.buf, *v)
		}
		return
	}
	if r, ok := c.value(name); ok {
		h, err := r.head()
		if err == nil && h.kind != kindUint {
			err = corrupt("not a positive integer")
		}
		if c.check(name, err) {
			*v = h.bits
		}
	}
}

// float writes every value but a positive zero, and keeps its bits.
func (c *coder) float(name string, v *float64) {
	if c.writing {
		if math.Float64bits(*v) != 0 {
			c.key(name)
			c.buf = appendFloat(c.buf, *v)
		}
		return
	}
	if r, ok := c.value(name); ok {
		if f, err := r.float64(); c.check(name, err) {
			*v = f
		}
	}
}

// time is nanoseconds since 1970 in UTC; the zero time is absent.
func (c *coder) time(name string, v *time.Time) {
	if c.writing {
		if !v.IsZero() {
			c.key(name)
			c.buf = appendInt(c.buf, unixNano(*v))
		}
		return
	}
	if r, ok := c.value(name); ok {
		if n, err := r.int64(); c.check(name, err) {
			*v = time.Unix(0, n).UTC()
		}
	}
}

// unixNano is t's time since 1970 in ns, held within what 64 bits can say
// (years 1678 to 2261).
func unixNano(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// present writes or reads an integer that may be absent and may be zero.
func (c *coder) present(name string, v **int) {
	if c.writing {
		if *v != nil {
			c.key(name)
			c.buf = appendInt(c.buf, int64(**v))
		}
		return
	}
	if r, ok := c.value(name); ok {
		if n, err := r.int64(); c.check(name, err) {
			i := int(n)
			*v = &i
		}
	}
}

func (c *coder) goal(name string, v *Goal) {
	word := v.String()
	c.string(name, &word)
	switch word {
	case "":
		*v = NoGoal
	case "max":
		*v = Maximize
	case "min":
		*v = Minimize
	default:
		c.check(name, corrupt("goal %q is neither max nor min", word))
	}
}

// String is the written form of a goal: "max", "min" or nothing.
func (g Goal) String() string {
	switch g {
	case Maximize:
		return "max"
	case Minimize:
		return "min"
	}
	return ""
}

// strings is a list of text; an empty one is absent.
func (c *coder) strings(name string, v *[]string) {
	list(c, name, v, func(b []byte, s string) []byte { return appendString(b, s) },
		func(r *reader) (string, error) {
			b, err := r.text()
			return string(b), err
		})
}

// list is a list of plain values; an empty one is absent.
func list[T any](c *coder, name string, v *[]T, write func([]byte, T) []byte, read func(*reader) (T, error)) {
	if c.writing {
		if len(*v) == 0 {
			return
		}
		c.key(name)
		c.buf = appendArrayHead(c.buf, len(*v))
		for _, item := range *v {
			c.buf = write(c.buf, item)
		}
		return
	}
	r, ok := c.value(name)
	if !ok {
		return
	}
	n, err := r.list()
	items := make([]T, 0, min(n, 64))
	for range n {
		if err != nil {
			break
		}
		var item T
		if item, err = read(&r); err == nil {
			items = append(items, item)
		}
	}
	if c.check(name, err) && n > 0 {
		*v = items
	}
}

// structs is a list of maps; an empty one is absent. Its fields
// begin with one of [coder.text].
func structs[T any](c *coder, name string, v *[]T, fields func(*coder, *T)) {
	if c.writing {
		if len(*v) == 0 {
			return
		}
		c.key(name)
		c.buf = appendArrayHead(c.buf, len(*v))
		for i := range *v {
			c.writeMap(func(c *coder) { fields(c, &(*v)[i]) })
		}
		return
	}
	var items []T
	each(c, name, fields, func(item *T) error {
		items = append(items, *item)
		return nil
	})
	*v = items
}

// each reads a list of maps and calls take with one after the other; the item
// is only valid until the next one is read.
func each[T any](c *coder, name string, fields func(*coder, *T), take func(*T) error) {
	r, ok := c.value(name)
	if !ok {
		return
	}
	n, err := r.list()
	if !c.check(name, err) {
		return
	}
	item := new(T)
	for i := 0; i < n && c.err == nil && r.left() > 0; i++ {
		*item = *new(T)
		c.readMap(&r, func(c *coder) { fields(c, item) })
		if c.err == nil {
			c.check(name, take(item))
		}
	}
}

// optional is a map that may be absent.
func optional[T any](c *coder, name string, v **T, fields func(*coder, *T)) {
	if c.writing {
		if *v != nil {
			c.key(name)
			c.writeMap(func(c *coder) { fields(c, *v) })
		}
		return
	}
	if r, ok := c.value(name); ok {
		*v = new(T)
		c.readMap(&r, func(c *coder) { fields(c, *v) })
	}
}

// nested is a map that is absent when none of its fields is set.
func nested[T any](c *coder, name string, v *T, fields func(*coder, *T)) {
	if !c.writing {
		if r, ok := c.value(name); ok {
			c.readMap(&r, func(c *coder) { fields(c, v) })
		}
		return
	}
	before := len(c.buf)
	c.key(name)
	start := len(c.buf)
	c.writeMap(func(c *coder) { fields(c, v) })
	if len(c.buf) == start+1 { // the head of an empty map
		c.buf = c.buf[:before]
		c.written--
	}
}

// text is the first field of a list's entries: it is there even when empty, so
// that no entry takes less than a few bytes.
func (c *coder) text(name string, v *string) {
	b := []byte(*v)
	c.textBytes(name, &b)
	*v = string(b)
}

// textBytes is text for those who need no string. What is read is a part of
// the input, not a copy.
func (c *coder) textBytes(name string, v *[]byte) {
	if c.writing {
		c.key(name)
		c.buf = appendString(c.buf, string(*v))
		return
	}
	r, ok := c.value(name)
	if !ok {
		c.check(name, corrupt("it is missing"))
		return
	}
	if b, err := r.text(); c.check(name, err) {
		*v = b
	}
}

// bytes is raw data. What is read is a part of the input, not a copy.
func (c *coder) bytes(name string, v *[]byte) {
	if c.writing {
		if len(*v) > 0 {
			c.key(name)
			c.buf = appendBin(c.buf, *v)
		}
		return
	}
	if r, ok := c.value(name); ok {
		if b, err := r.bin(); c.check(name, err) {
			*v = b
		}
	}
}
