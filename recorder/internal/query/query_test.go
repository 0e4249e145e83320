package query

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func match(t *testing.T, query string, v Value) bool {
	t.Helper()
	q, err := Parse(query, now)
	if err != nil {
		t.Fatal(query, err)
	}
	keys := q.Keys()
	if len(keys) != 1 {
		t.Fatal(query, "asks for", keys)
	}
	return q.Bind(rows{{keys[0]: v}})(0)
}

func TestNumbersAreEqualHoweverTheyAreWritten(t *testing.T) {
	big := Value{Kind: Number, Num: 9007199254740993, Text: "9007199254740993"}
	for _, c := range []struct {
		query string
		value Value
		want  bool
	}{
		{"scalar.x=1e-3", NumberOf(0.001), true},
		{"scalar.x=1", TextOf("1.0"), true},
		{`scalar.x="1"`, TextOf("1.0"), false},
		{`scalar.x="1"`, NumberOf(1), true},
		{"scalar.x=9007199254740993", big, true},
		{"scalar.x=9007199254740992", big, false},
		{"scalar.x=1", FlagOf(true), false},
		{"scalar.x=true", FlagOf(true), true},
		{"scalar.x=0..2", FlagOf(true), true},
		{"scalar.x=inf", NumberOf(math.Inf(1)), true},
		{"scalar.x=..inf", NumberOf(math.Inf(1)), true},
		{"scalar.x>1e308", NumberOf(math.Inf(1)), true},
		{"scalar.x:0.00", NumberOf(0.001), true},
		{"scalar.x:n", NumberOf(math.NaN()), false},
		{"scalar.x=abc", NumberOf(1), false},
		{"scalar.x=0..", TextOf("abc"), false},
	} {
		if got := match(t, c.query, c.value); got != c.want {
			t.Errorf("%s with %+v: %v", c.query, c.value, got)
		}
	}
}

func TestTimesAndUnits(t *testing.T) {
	at := func(s string) Value {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return TimeOf(when)
	}
	for _, c := range []struct {
		query string
		value Value
		want  bool
	}{
		{"started=-7d..", at("2026-11-03T12:00:00Z"), true},
		{"started=-7d..", at("2026-11-03T11:59:59Z"), false},
		{"started=..-7d", at("2026-11-03T12:00:00Z"), true},
		{"started=-1w..-1d", at("2026-11-05T00:00:00Z"), true},
		{"started=2026-11-01..2026-11-03", at("2026-11-03T23:59:59Z"), true},
		{"started=2026-11-01..2026-11-03", at("2026-11-04T00:00:00Z"), false},
		{"started=2026-11-01T12", at("2026-11-01T12:59:00Z"), true},
		{"started=2026-11-01T12:30:00Z", at("2026-11-01T12:30:00Z"), true},
		{`started>"2026-11-01T12:30"`, at("2026-11-01T12:31:00Z"), true},
		{"started=2025..2026", at("2026-12-31T23:00:00Z"), true},
		{"started:2026-11-03", at("2026-11-03T12:00:00Z"), true},
		{"started<now", at("2026-11-10T11:59:59Z"), true},
		{"duration=1m30s", Value{Kind: Duration, Num: 90}, true},
		{"duration=1.5m..2m", Value{Kind: Duration, Num: 90}, true},
		{"duration=..500ms", Value{Kind: Duration, Num: 0.2}, true},
		{"size=10MB..", Value{Kind: Size, Num: 1e7}, true},
		{"size>10MiB", Value{Kind: Size, Num: 1e7}, false},
	} {
		if got := match(t, c.query, c.value); got != c.want {
			t.Errorf("%s with %v: %v", c.query, c.value, got)
		}
	}
	// A day is a day where the reader is.
	east := now.In(time.FixedZone("east", 10*3600))
	q, err := Parse("started=2026-11-02", east)
	if err != nil {
		t.Fatal(err)
	}
	if !q.Bind(rows{{q.Keys()[0]: at("2026-11-01T15:00:00Z")}})(0) {
		t.Error("the day begins elsewhere")
	}
}

func TestChangedPaths(t *testing.T) {
	paths := Value{Kind: Texts, List: []string{"src/train.py", "README.md"}}
	for query, want := range map[string]bool{
		"changed:train.py": true, "changed:src/train.py": true, "changed:src": true, "changed:src/": true, "changed:*.py": true, "changed:src/*": true,
		"changed:README.md": true, "changed:rain.py": false, "changed:py": false, "changed:lib": false, `changed:"*.py"`: false, "changed:c/train.py": false,
	} {
		if got := match(t, query, paths); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// A long query is answered, a hostile one costs no time.
func TestLongQueries(t *testing.T) {
	words := strings.Repeat("base or ", 1000) + "x"
	if q, err := Parse(words, now); err != nil || !q.Bind(tableRuns(t))(0) {
		t.Error("a query of 8 kB:", err)
	}
	start := time.Now()
	for _, text := range []string{
		strings.Repeat("(", 60_000), strings.Repeat("not ", 15_000), strings.Repeat("(a or ", 10_000), strings.Repeat(`"`, 50_001),
		strings.Repeat("a", 70_000), strings.Repeat("min(", 10_000), "x:" + strings.Repeat("*a", 5000), strings.Repeat("*?", 5000),
	} {
		if _, err := Parse(text, now); err == nil {
			t.Errorf("%.20q… is a query", text)
		}
	}
	slow := Value{Kind: Text, Text: strings.Repeat("a", 1<<20)}
	for _, query := range []string{"label:" + strings.Repeat("*a?", 300) + "b", "label:" + strings.Repeat("?", 1000) + "b", "label:*" + strings.Repeat("a?", 400) + "b*"} {
		if match(t, query, slow) {
			t.Errorf("%.20q… matches", query)
		}
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Error("hostile queries took", took)
	}
}

func TestPlaceOfAnError(t *testing.T) {
	_, err := Parse("status=suceeded", now)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	text, at, length := e.Place(70)
	if text != "status=suceeded" || at != 7 || length != 8 {
		t.Error(text, at, length)
	}
	_, err = Parse(strings.Repeat("word ", 50)+"status=x "+strings.Repeat("word ", 50), now)
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	text, at, length = e.Place(40)
	if []rune(text)[at] != 'x' || length != 1 || len([]rune(text)) > 42 {
		t.Error(text, at, length)
	}
	if got := fmt.Sprint(err); !strings.HasSuffix(got, "at character 258 of the query") {
		t.Error(got)
	}
}

func TestNearWords(t *testing.T) {
	for s, want := range map[string]string{"sucess": "", "suceeded": "succeeded", "lots": "lost", "FAILED": "failed", "x": "", "zzzzzz": ""} {
		if got := nearest(s, statuses); got != want {
			t.Errorf("%s: %q", s, got)
		}
	}
}

// BenchmarkWords answers the costliest plain question.
func BenchmarkWords(b *testing.B) {
	runs := tableRuns(b)
	q, err := Parse("nothing or like this", now)
	if err != nil {
		b.Fatal(err)
	}
	matches := q.Bind(runs)
	for b.Loop() {
		for i := range runs {
			matches(i)
		}
	}
}
