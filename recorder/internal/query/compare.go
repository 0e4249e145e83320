package query

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// truth is an answer. Comparing what is not there, or NaN, has no answer, and
// its negation has none either.
type truth int8

const (
	no      truth = -1
	unknown truth = 0
	yes     truth = 1
)

func truthOf(v bool) truth {
	if v {
		return yes
	}
	return no
}

// test is a comparison made ready.
type test func(Value) truth

// mistake says why a value cannot be compared with.
type mistake struct{ what, instead string }

// test makes the comparison ready.
func (c *comparison) test(now time.Time) (test, *mistake) {
	if c.how == glob && len(c.a) > maxPattern {
		return nil, &mistake{fmt.Sprintf("a pattern of %d bytes is too long, %d are allowed", len(c.a), maxPattern), ""}
	}
	switch {
	case c.key.Space == Changed:
		return pathTest(c.a, c.how == glob), nil
	case c.how == contains, c.how == glob:
		return c.textTest(now), nil
	case c.how == equal, c.how == literal:
		return c.equalTest(now)
	}
	return c.rangeTest(now)
}

// textTest is "contains", or a pattern of the whole; of ids, a beginning.
func (c *comparison) textTest(now time.Time) test {
	matches := textMatcher(c.a, c.how == glob)
	if c.key.isID() && c.how == contains {
		matches = beginning(c.a)
	}
	return func(v Value) truth {
		if v.Kind == Time {
			v.When = v.When.In(now.Location())
		}
		return v.anyText(matches)
	}
}

// textMatcher reports whether a text holds another, or matches a pattern, in
// upper or lower case.
func textMatcher(s string, glob bool) func(string) bool {
	s = strings.ToLower(s)
	if glob {
		return globMatcher(s)
	}
	return func(text string) bool { return strings.Contains(strings.ToLower(text), s) }
}

func beginning(s string) func(string) bool {
	s = strings.ToLower(s)
	return func(text string) bool { return strings.HasPrefix(text, s) }
}

// anyText asks for one of the texts that the value is.
func (v Value) anyText(matches func(string) bool) truth {
	switch {
	case v.Kind == Missing, v.Kind == Number && math.IsNaN(v.Num):
		return unknown
	case v.Kind == Texts:
		return truthOf(slices.ContainsFunc(v.List, matches))
	}
	return truthOf(matches(v.String()))
}

func (c *comparison) equalTest(now time.Time) (test, *mistake) {
	if c.key == (Key{Space: BuiltIn, Name: "status"}) && !slices.Contains(statuses, c.a) {
		return nil, &mistake{fmt.Sprintf("there is no status %.40q", c.a), nearest(c.a, statuses)}
	}
	if c.key.isID() {
		matches := beginning(c.a)
		return func(v Value) truth { return v.anyText(matches) }, nil
	}
	switch c.key.Kind() {
	case Time:
		s, ok := parseSpan(c.a, now)
		if !ok || s.from.Equal(s.to) {
			return nil, noDate(c.a)
		}
		return func(v Value) truth {
			return timeTruth(v, !v.When.Before(s.from) && v.When.Before(s.to))
		}, nil
	case Flag:
		want, ok := parseFlag(c.a)
		if !ok {
			return nil, &mistake{fmt.Sprintf("%s is true or false, and not %.40q", c.key, c.a), ""}
		}
		return func(v Value) truth { return numberTruth(v, func(n float64) bool { return (n != 0) == want }) }, nil
	case Duration, Size, Number:
		want, err := c.number(c.a)
		if err != nil {
			return nil, err
		}
		return func(v Value) truth { return numberTruth(v, func(n float64) bool { return n == want }) }, nil
	}
	return c.sameTest(), nil
}

// sameTest is equality with a value of any kind: the same text, or the same
// number however it is written.
func (c *comparison) sameTest() test {
	number, isNumber := parseNumber(c.a)
	isNumber = isNumber && c.how == equal
	whole := isNumber && strings.Trim(c.a, "-0123456789") == ""
	return func(v Value) truth {
		switch v.Kind {
		case Missing:
			return unknown
		case Texts:
			return truthOf(slices.Contains(v.List, c.a))
		case Number:
			if math.IsNaN(v.Num) {
				return unknown
			}
			if whole && v.Text != "" && strings.Trim(v.Text, "-0123456789") == "" {
				return truthOf(v.Text == c.a || math.Abs(number) < 1<<53 && v.Num == number)
			}
		}
		if v.String() == c.a {
			return yes
		}
		n, ok := v.numeric()
		return truthOf(isNumber && ok && v.Kind != Flag && n == number)
	}
}

// number reads a number as the key's values are written.
func (c *comparison) number(s string) (float64, *mistake) {
	var v float64
	var ok bool
	what := "a number"
	switch c.key.Kind() {
	case Duration:
		what = "a length of time, write 90s or 1h30m"
		v, ok = parseDuration(s)
	case Size:
		what = "a size, write 10MB or 1.5GiB"
		v, ok = parseSize(s)
	case Text, Texts, Flag:
		return 0, &mistake{fmt.Sprintf("%s is no number, and has no range", c.key), ""}
	default:
		v, ok = parseNumber(s)
	}
	if !ok {
		return 0, &mistake{fmt.Sprintf("%.40q is not %s", s, what), ""}
	}
	return v, nil
}

func noDate(s string) *mistake {
	return &mistake{fmt.Sprintf("%.40q is no date, write 2026-11-01, 2026-11-01T12:30, today, or -7d.. for the last seven days", s), ""}
}

// rangeTest is a range with both ends in it, or less or more than a bound.
func (c *comparison) rangeTest(now time.Time) (test, *mistake) {
	if c.how == within && c.a == "" && c.b == "" {
		return nil, &mistake{"a range needs an end, write 0.9.. or ..0.01", ""}
	}
	if c.key.Kind() == Time {
		return c.timeTest(now)
	}
	low, high := math.Inf(-1), math.Inf(1)
	var err *mistake
	if c.a != "" {
		low, err = c.number(c.a)
	}
	if err == nil && c.b != "" {
		high, err = c.number(c.b)
	}
	switch {
	case err != nil:
		return nil, err
	case low > high:
		return nil, &mistake{"the range ends before it begins", c.key.String() + "=" + c.b + ".." + c.a}
	}
	return func(v Value) truth {
		return numberTruth(v, func(n float64) bool {
			switch c.how {
			case less:
				return n < low
			case more:
				return n > low
			}
			return low <= n && n <= high
		})
	}, nil
}

func (c *comparison) timeTest(now time.Time) (test, *mistake) {
	var low, high span
	ok := true
	if c.a != "" {
		if low, ok = parseSpan(c.a, now); !ok {
			return nil, noDate(c.a)
		}
	}
	if c.b != "" {
		if high, ok = parseSpan(c.b, now); !ok {
			return nil, noDate(c.b)
		}
	}
	if c.a != "" && c.b != "" && high.to.Before(low.from) {
		return nil, &mistake{"the range ends before it begins", c.key.String() + "=" + c.b + ".." + c.a}
	}
	return func(v Value) truth {
		switch c.how {
		case less:
			return timeTruth(v, v.When.Before(low.from))
		case more:
			return timeTruth(v, low.after(v.When))
		}
		return timeTruth(v, (c.a == "" || !v.When.Before(low.from)) && (c.b == "" || !high.after(v.When)))
	}, nil
}

// after reports whether a time is later than all of the span.
func (s span) after(t time.Time) bool {
	if s.from.Equal(s.to) {
		return t.After(s.to)
	}
	return !t.Before(s.to)
}

func timeTruth(v Value, is bool) truth {
	if v.Kind != Time {
		return unknown
	}
	return truthOf(is)
}

func numberTruth(v Value, is func(float64) bool) truth {
	n, ok := v.numeric()
	if !ok {
		return unknown
	}
	return truthOf(is(n))
}

// pathTest asks for a path: all of it, its last part, a folder above it, or a
// pattern of one of those.
func pathTest(s string, glob bool) test {
	matches := func(text string) bool { return text == s }
	if glob {
		fits := globMatcher(strings.ToLower(s))
		matches = func(text string) bool { return fits(strings.ToLower(text)) }
	}
	s = strings.TrimSuffix(s, "/")
	return func(v Value) truth {
		if v.Kind != Texts {
			return unknown
		}
		return truthOf(slices.ContainsFunc(v.List, func(path string) bool {
			return matches(path) || strings.HasPrefix(path, s+"/") ||
				matches(path[strings.LastIndexByte(path, '/')+1:]) || strings.HasSuffix(path, "/"+s)
		}))
	}
}

func sameFold(a, b string) bool { return strings.EqualFold(a, b) }
