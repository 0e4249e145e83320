package record

// maxEntries bounds the entries of a list, such as the scalars of a run.
const maxEntries = 1 << 22

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

// structs is a list of maps; an empty one is absent. The fields of each begin
// with one of [coder.text].
func structs[T any](c *coder, name string, v *[]T, fields func(*coder, *T)) {
	if c.writing {
		if len(*v) == 0 {
			return
		}
		c.key(name)
		c.buf = appendArrayHead(c.buf, len(*v))
		for i := range *v {
			writeMap(c, &(*v)[i], fields)
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
		readMap(c, &r, item, fields)
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
			writeMap(c, *v, fields)
		}
		return
	}
	if r, ok := c.value(name); ok {
		*v = new(T)
		readMap(c, &r, *v, fields)
	}
}

// nested is a map that is absent when none of its fields is set.
func nested[T any](c *coder, name string, v *T, fields func(*coder, *T)) {
	if !c.writing {
		if r, ok := c.value(name); ok {
			readMap(c, &r, v, fields)
		}
		return
	}
	before := len(c.buf)
	c.key(name)
	start := len(c.buf)
	writeMap(c, v, fields)
	if len(c.buf) == start+1 { // the head of an empty map
		c.buf = c.buf[:before]
		c.written--
	}
}
