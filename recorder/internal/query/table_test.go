package query

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// now is the moment of the truth table.
var now = time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)

// rows is a table for tests: the values of each row by key.
type rows []map[Key]Value

type rowsColumn struct {
	rows rows
	keys []Key // the first that a row has counts
}

func (c rowsColumn) Value(row int) Value {
	for _, k := range c.keys {
		if v, ok := c.rows[row][k]; ok {
			return v
		}
	}
	return Value{}
}

func (r rows) Column(k Key) Column {
	name := strings.ReplaceAll(k.Name, "/", ".")
	switch k.Space {
	case Any:
		return rowsColumn{r, []Key{{Space: Param, Name: name}, {Space: Scalar, Name: k.Name}, {Space: Result, Name: k.Name}}}
	case Scalar:
		if k.Of == "last" {
			k.Of = ""
		}
	case Param:
		k.Name = name
	}
	return rowsColumn{r, []Key{k}}
}

// section gives the rows of the tables in FORMAT.md whose heading begins so.
func section(t testing.TB, heading string) [][]string {
	t.Helper()
	data, err := os.ReadFile("../../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "\n"+heading)
	if !ok {
		t.Fatalf("FORMAT.md has no table %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n\n")
	var found [][]string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		found = append(found, cells)
	}
	return found
}

// code takes a query out of its backticks.
func code(t testing.TB, cell string) string {
	t.Helper()
	if len(cell) < 2 || cell[0] != '`' || cell[len(cell)-1] != '`' {
		t.Fatalf("%q is no query", cell)
	}
	return cell[1 : len(cell)-1]
}

// tableRuns are the runs of the truth table, A first.
func tableRuns(t testing.TB) rows {
	t.Helper()
	var all rows
	for _, cells := range section(t, "| run |") {
		r := map[Key]Value{}
		set := func(k Key, v Value) {
			if v.Kind != Missing {
				r[k] = v
			}
		}
		for i, name := range []string{"", "label", "status", "tag", "group", "command", "started", "duration", "error"} {
			cell := cells[i]
			if cell == "-" {
				cell = ""
			}
			set(Key{Space: BuiltIn, Name: name}, cellValue(t, name, cell))
		}
		set(Key{Space: BuiltIn, Name: "id"}, TextOf(strings.Repeat(strings.ToLower(cells[0]), 8)))
		for i, k := range map[int]Key{9: {Space: Param, Name: "lr"}, 10: {Space: Param, Name: "optimizer.name"}, 12: {Space: Result, Name: "acc"}, 13: {Space: Content, Name: "image"}} {
			if v, err := strconv.ParseFloat(cells[i], 64); err == nil {
				set(k, NumberOf(v))
			} else if cells[i] != "-" {
				set(k, TextOf(cells[i]))
			}
		}
		setLoss(t, set, cells[11])
		all = append(all, r)
	}
	if len(all) != 4 {
		t.Fatalf("the truth table has %d runs", len(all))
	}
	return all
}

func cellValue(t testing.TB, name, cell string) Value {
	t.Helper()
	switch name {
	case "":
		return Value{}
	case "tag":
		return Value{Kind: Texts, List: strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ' ' })}
	case "error":
		if cell == "" {
			return Value{}
		}
		return Value{Kind: Texts, List: strings.SplitN(cell, ": ", 2)}
	case "started":
		at, err := time.Parse("2006-01-02T15:04", cell)
		if err != nil {
			t.Fatal(err)
		}
		return TimeOf(at)
	case "duration":
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatal(err)
		}
		return Value{Kind: Duration, Num: v}
	}
	return TextOf(cell)
}

// setLoss sets the scalar of three points.
func setLoss(t testing.TB, set func(Key, Value), cell string) {
	t.Helper()
	if cell == "-" {
		return
	}
	last, least, _ := strings.Cut(cell, ", ")
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	loss := func(of string, v float64) { set(Key{Space: Scalar, Name: "loss", Of: of}, NumberOf(v)) }
	nan := 0.0
	if math.IsNaN(number(last)) {
		nan = 1
	}
	loss("", number(last))
	loss("min", number(least))
	loss("max", number(last))
	loss("count", 3)
	loss("nan", nan)
}

// The table in FORMAT.md says what queries mean.
func TestTruthTable(t *testing.T) {
	runs := tableRuns(t)
	cases := section(t, "| query | runs |")
	if len(cases) < 80 {
		t.Fatalf("the truth table has %d queries", len(cases))
	}
	for _, c := range cases {
		query := code(t, c[0])
		q, err := Parse(query, now)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		matches := q.Bind(runs)
		var found []string
		for i := range runs {
			if matches(i) {
				found = append(found, string(rune('A'+i)))
			}
		}
		if got := strings.Join(found, " "); got != c[1] {
			t.Errorf("%s matches %q, want %q", query, got, c[1])
		}
	}
}

// The second table says what is wrong with queries, and where.
func TestErrors(t *testing.T) {
	cases := section(t, "| query | at | error |")
	if len(cases) < 20 {
		t.Fatalf("the table has %d errors", len(cases))
	}
	for _, c := range cases {
		_, err := Parse(code(t, c[0]), now)
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%s gives %v", c[0], err)
			continue
		}
		got := e.What
		if e.Instead != "" {
			got += "; did you mean " + e.Instead + "?"
		}
		if got != c[2] || strconv.Itoa(e.At+1) != c[1] {
			t.Errorf("%s: at %d: %s", c[0], e.At+1, got)
		}
		if at := fmt.Sprintf("at character %s of the query", c[1]); !strings.Contains(err.Error(), at) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the sentence is %q", c[0], err)
		}
	}
}

// The keys that FORMAT.md names are those there are.
func TestBuiltInsAreDescribed(t *testing.T) {
	data, err := os.ReadFile("../../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile("(?s)built-in one \\(`(.*?)`\\)").FindSubmatch(data)
	if list == nil {
		t.Fatal("there is no list of keys")
	}
	named := strings.Fields(string(list[1]))
	slices.Sort(named)
	if !slices.Equal(named, BuiltIns()) {
		t.Errorf("named are %v\nthere are %v", named, BuiltIns())
	}
}
