package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/recorder/export"
)

func decodeOne(t *rapid.T, b []byte) string {
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return m["k"]
}

func TestTableInAPipeIsWhole(t *testing.T) {
	tab := &table{columns: []column{{title: "NAME"}, {title: "N", right: true}}}
	tab.add(text{words: strings.Repeat("long ", 40)}, text{words: "1"})
	tab.add(text{words: "two\nlines\x1b"}, text{words: "10"})
	s, out := page(0, false)
	if hidden := tab.print(s); hidden != nil {
		t.Errorf("columns %q were hidden", hidden)
	}
	s.flush()
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 4 || len(lines[0]) != 64 || len(lines[1]) != 204 || !strings.HasPrefix(lines[2], `two\nlines\x1b `) {
		t.Errorf("got %q", lines)
	}
}

func TestTableFitsTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 12).Draw(t, "columns")
		width := rapid.IntRange(12, 120).Draw(t, "width")
		tab := &table{}
		for i := range columns {
			tab.columns = append(tab.columns, column{title: anyText().Draw(t, "title"), right: i%2 == 0, fixed: i == 0})
		}
		tab.columns[0].title = "ID"
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			cells := []text{{words: "0123abcd"}}
			for range columns - 1 {
				cells = append(cells, text{words: anyText().Draw(t, "cell")})
			}
			tab.add(cells...)
		}
		s, out := page(width, false)
		hidden := tab.print(s)
		s.flush()
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != len(tab.rows)+1 {
			t.Fatalf("%d rows gave %d lines", len(tab.rows), len(lines))
		}
		for _, line := range lines {
			if w := displayWidth(line); w > width {
				t.Fatalf("%q is %d wide, the terminal %d", line, w, width)
			}
		}
		if len(hidden) >= columns {
			t.Fatalf("all columns are hidden")
		}
	})
}

func TestShortenCountsWideCharacters(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 8, "short"}, {"a long word", 6, "a lon…"}, {"高さ高さ", 8, "高さ高さ"}, {"高さ高さ", 6, "高さ…"}, {"高さ高さ", 5, "高さ…"},
	} {
		if got := shorten(c.in, c.width); got != c.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestNumbersForPeople(t *testing.T) {
	for v, want := range map[float64]string{
		0.123456: "0.1235", 3: "3", 0: "0", -2: "-2", 123456: "123456", 1234567: "1.235e+06", 1e-9: "1e-09",
		math.Inf(1): "+Inf", math.Inf(-1): "-Inf",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %s, want %s", v, got, want)
		}
	}
	if got := number(math.NaN()); got != "NaN" {
		t.Errorf("number(NaN) = %s", got)
	}
	for v, want := range map[float64]string{0.04: "0.0s", 59.94: "59.9s", 60: "1m00s", 3599.9: "59m59s", 3600: "1h00m", 90061: "1d01h"} {
		if got := duration(v); got != want {
			t.Errorf("duration(%v) = %s, want %s", v, got, want)
		}
	}
}

func TestQuoteForShells(t *testing.T) {
	for in, want := range map[string]string{"plain-1.0": "plain-1.0", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(id)": "'$(id)'", "~/x": "'~/x'"} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestFlattenedParameters(t *testing.T) {
	got := flatten(map[string]any{"b": 1, "a": map[string]any{"z": 2, "e": map[string]any{}, "y": map[string]any{"x": 3}}})
	var names []string
	for _, p := range got {
		names = append(names, p.name)
	}
	if strings.Join(names, " ") != "a.e a.y.x a.z b" {
		t.Errorf("got %v", names)
	}
}

func TestFormulasInCSVNames(t *testing.T) {
	for in, want := range map[string]string{"=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": `\tx`, "loss": "loss"} {
		if got := spreadsheetSafe(in); got != want {
			t.Errorf("spreadsheetSafe(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNumbersOfJSON(t *testing.T) {
	got, err := json.Marshal(export.Value(map[string]any{
		"nan": math.NaN(), "inf": []any{math.Inf(1), math.Inf(-1)}, "f32": float32(0.1), "big": uint64(math.MaxUint64), "nil": nil,
	}))
	want := `{"big":18446744073709551615,"f32":0.1,"inf":["Infinity","-Infinity"],"nan":"NaN","nil":null}`
	if err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
}
