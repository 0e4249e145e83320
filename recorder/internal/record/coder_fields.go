package record

import (
	"math"
	"time"
)

// string is text, or the bytes that stand for what is not UTF-8.
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

// bool is true where it is there.
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

// int64 is a signed integer.
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

// int is an integer that must fit the machine it is read on.
func (c *coder) int(name string, v *int) {
	n := int64(*v)
	c.int64(name, &n)
	if int64(int(n)) != n {
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

// uint64 is an integer that is not negative.
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
// (years 1677 to 2262).
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
		n, err := r.int64()
		if err == nil && int64(int(n)) != n {
			err = corrupt("the number %d is too large", n)
		}
		if c.check(name, err) {
			i := int(n)
			*v = &i
		}
	}
}

// goal is "max" or "min".
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
