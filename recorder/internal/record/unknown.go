package record

import (
	"cmp"
	"maps"
	"slices"
)

// unknown closes a struct: fields nobody asked for are kept as one piece of
// msgpack, keys and values in turn, sorted by key, and written back after all
// others. A name that comes twice is an error.
func (c *coder) unknown(v *string) {
	if !c.writing {
		c.leftOver(func(key, value []byte) {
			*v += string(append(appendString(nil, string(key)), value...))
		})
		return
	}
	r := reader{data: []byte(*v)}
	for r.left() > 0 && r.skip(maxDepth) == nil && r.skip(maxDepth) == nil {
		c.written++
	}
	c.buf = append(c.buf, *v...)
}

// unknownMap does the same for a struct that shows what it does not know.
// Values that are not one whole piece of msgpack are left out.
func (c *coder) unknownMap(v *map[string][]byte) {
	if !c.writing {
		c.leftOver(func(key, value []byte) {
			if *v == nil {
				*v = map[string][]byte{}
			}
			(*v)[string(key)] = slices.Clone(value)
		})
		return
	}
	for _, key := range slices.Sorted(maps.Keys(*v)) {
		value := (*v)[key]
		r := reader{data: value}
		if r.skip(maxDepth) == nil && r.left() == 0 {
			c.key(key)
			c.buf = append(c.buf, value...)
		}
	}
}

// leftOver gives the fields that were not asked for, sorted by name.
func (c *coder) leftOver(keep func(key, value []byte)) {
	own := c.fields[c.low:]
	if c.err != nil || !slices.ContainsFunc(own, func(f field) bool { return !f.used }) {
		return
	}
	slices.SortFunc(own, func(a, b field) int { return cmp.Compare(string(a.key), string(b.key)) })
	for i, f := range own {
		if i > 0 && string(own[i-1].key) == string(f.key) {
			c.fail(corrupt("the field %q comes twice", f.key))
			return
		}
		if !f.used {
			keep(f.key, c.buf[f.start:f.end])
		}
	}
}
