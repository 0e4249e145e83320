package query

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawQuery draws a query that is one most of the time.
func drawQuery(t *rapid.T, depth int) string {
	kinds := []string{"word", "text", "value", "range", "bound", "has"}
	if depth > 0 {
		kinds = append(kinds, "and", "or", "not", "group")
	}
	sub := func() string { return drawQuery(t, depth-1) }
	name := func() string {
		return rapid.SampledFrom([]string{"lr", "loss", "val/acc", "status", "started", "duration", "param.x", "metric.loss", "result.acc",
			"min(loss)", "max( a b )", `last("x)")`, `"a key"`, `"or"`, "or", "tags", "exit_code", "archived", "a!b", "größe", `param."a b"`, "count(n)"}).Draw(t, "key")
	}
	plain := func() string {
		return rapid.SampledFrom([]string{"a", "base", "1", "-7d", "1h", "*x?", `"*x"`, "a=b", "x(y)", `""`, `"a \" b"`, `a"b c"d`, `\`, `"\\"`, "..", "nan", "true", "failed", "=", "10MB", "2026-11-01", `a\"b"`}).Draw(t, "value")
	}
	bound := func() string {
		return rapid.SampledFrom([]string{"", "0", "1.5", "-1e3", "inf", "1h30m", "2026-11", "today", "x"}).Draw(t, "bound")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "word":
		return plain()
	case "text":
		return name() + ":" + plain()
	case "value":
		return name() + rapid.SampledFrom([]string{"=", "!=", " = ", "=="}).Draw(t, "op") + plain()
	case "range":
		return name() + "=" + bound() + ".." + bound()
	case "bound":
		return name() + rapid.SampledFrom([]string{"<", "<=", " > ", ">="}).Draw(t, "op") + plain()
	case "has":
		return rapid.SampledFrom([]string{"has:", "missing:", "changed:"}).Draw(t, "has") + rapid.SampledFrom([]string{"image", "files", "lr", "min(loss)", "param.x", `"a`, "train.py", "*.go", "src/"}).Draw(t, "of")
	case "and":
		return sub() + rapid.SampledFrom([]string{" ", " and ", "\t", "  AND "}).Draw(t, "and") + sub()
	case "or":
		return sub() + rapid.SampledFrom([]string{" or ", " OR "}).Draw(t, "or") + sub()
	case "not":
		return "not " + sub()
	}
	return "(" + sub() + ")"
}

// Printing gives a query that reads the same and prints the same.
func TestPrintingIsTheInverseOfParsing(t *testing.T) {
	parsed := 0
	rapid.Check(t, func(t *rapid.T) {
		if q, err := Parse(drawQuery(t, 4), now); err == nil {
			parsed++
			checkPrinted(t, q)
		}
	})
	if parsed == 0 {
		t.Error("no query was one")
	}
}

func checkPrinted(t rapid.TB, q *Query) {
	t.Helper()
	text := q.String()
	again, err := Parse(text, now)
	if err != nil {
		t.Fatalf("%q cannot be read: %v", text, err)
	}
	if !reflect.DeepEqual(again.root, q.root) {
		t.Fatalf("%q reads as %q", text, again)
	}
	if again.String() != text {
		t.Fatalf("%q prints as %q", text, again)
	}
}

// drawValue draws a value of any kind.
func drawValue(t *rapid.T) Value {
	switch rapid.IntRange(0, 6).Draw(t, "kind of value") {
	case 0:
		return TextOf(rapid.SampledFrom([]string{"a", "base", "1", "0x1", "-7", "failed", "nan"}).Draw(t, "text"))
	case 1:
		return NumberOf(rapid.Float64().Draw(t, "number"))
	case 2:
		return TimeOf(now.Add(time.Duration(rapid.Int64().Draw(t, "time"))))
	case 3:
		return FlagOf(rapid.Bool().Draw(t, "flag"))
	case 4:
		return Value{Kind: Texts, List: rapid.SliceOf(rapid.StringMatching("[ab]*")).Draw(t, "list")}
	case 5:
		return Value{Kind: Duration, Num: rapid.Float64().Draw(t, "seconds")}
	}
	return Value{}
}

// A query and its negation never both match; double negation changes nothing,
// and the laws of and, or and not hold in three values.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawQuery(t, 2), drawQuery(t, 2)
		parse := func(text string) *Query {
			q, err := Parse(text, now)
			if err != nil {
				return nil
			}
			return q
		}
		x, y := parse("("+a+")"), parse("("+b+")")
		if x == nil || y == nil {
			return
		}
		table := rows{{}}
		for _, k := range append(x.Keys(), y.Keys()...) {
			if v := drawValue(t); v.Kind != Missing {
				table[0][k] = v
			}
		}
		is := func(text string) bool { return parse(text).Bind(table)(0) }
		a, b = x.String(), y.String()
		if is("("+a+")") && is("not ("+a+")") {
			t.Fatalf("%s and its negation match %v", a, table)
		}
		if is("not not ("+a+")") != is(a) {
			t.Fatalf("double negation of %s", a)
		}
		if is("not (("+a+") or ("+b+"))") != is("not ("+a+") not ("+b+")") {
			t.Fatalf("not of or: %s, %s", a, b)
		}
		if is("not (("+a+") ("+b+"))") != is("not ("+a+") or not ("+b+")") {
			t.Fatalf("not of and: %s, %s", a, b)
		}
		if is("("+a+") ("+b+")") != (is(a) && is(b)) || is("("+a+") or ("+b+")") != (is(a) || is(b)) {
			t.Fatalf("and, or: %s, %s", a, b)
		}
	})
}

// A pattern matches as its plain definition says.
func TestPatterns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[abü*?]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[abü]{0,10}`).Draw(t, "text")
		if got, want := globMatcher(pattern)(text), slowGlob([]rune(pattern), []rune(text)); got != want {
			t.Fatalf("%q matches %q: %v", pattern, text, got)
		}
	})
}

func slowGlob(pattern, text []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	if pattern[0] == '*' {
		return slowGlob(pattern[1:], text) || len(text) > 0 && slowGlob(pattern, text[1:])
	}
	return len(text) > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && slowGlob(pattern[1:], text[1:])
}

func FuzzParse(f *testing.F) {
	for _, c := range append(section(f, "| query | runs |"), section(f, "| query | at |")...) {
		f.Add(code(f, c[0]))
	}
	f.Add(strings.Repeat("(", 200))
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text, now)
		if err == nil {
			checkPrinted(t, q)
			q.Bind(rows{{}})(0)
			q.Keys()
			return
		}
		e := err.(*Error)
		if e.At < 0 || e.At > e.End || e.End > len(text) {
			t.Fatalf("the place %d to %d is not in %d bytes", e.At, e.End, len(text))
		}
		for _, width := range []int{1, 10, 70} {
			if shown, at, length := e.Place(width); at < 0 || at > len([]rune(shown)) || length < 1 {
				t.Fatalf("the place is %d of %q", at, shown)
			}
		}
		_ = e.Error()
	})
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"lr", "min(loss)", `max("a b")`, "param.x.y", "tags", `"`, "min((x", "or"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKey(text)
		if err != nil {
			return
		}
		again, err := ParseKey(k.String())
		if err != nil || again != k {
			t.Fatalf("%q is %v, prints as %q, which is %v, %v", text, k, k, again, err)
		}
	})
}
