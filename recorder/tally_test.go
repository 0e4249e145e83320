package recorder

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// mixed are runs whose values are written in many ways; the last ones came after
// the list was kept, so that they are not in its columns.
func mixed(b *bench, n int) {
	values := []any{0.001, "1e-3", 0.1, int64(7), "7", "x y", true, math.NaN(), nil, []any{int64(1), "a"}, `say "hi"`, "1..2", ""}
	for i := range n {
		m := b.run(fmt.Sprint("run ", i%5))
		m.params = map[string]any{"lr": values[i%len(values)], "many": int64(i), "model": map[string]any{"depth": int64(i % 3)}}
		if i%4 == 0 {
			delete(m.params, "model")
		}
		m.Group = []string{"", "a b", `c"d`}[i%3]
		b.seal(m)
	}
}

// Each value that is counted is found by the term that filters by it, as often.
func TestTallyIsWhatQueriesFind(t *testing.T) {
	b := newBench(t)
	mixed(b, 30)
	rowsOf(b, "")
	mixed(b, 9)
	rows := rowsOf(b, "")
	for _, key := range []string{"lr", "param.lr", "model.depth", "group", "status", "name", "tag", "host", "min(loss)"} {
		column, err := rows.Column(key)
		if err != nil {
			t.Fatal(err)
		}
		counted := rows.Tally(column, 100)
		slow := newCounter(100)
		for _, row := range rows.rows {
			slow.add(column.of(row), 1)
		}
		if want := slow.tally(); counted.Have != want.Have || len(counted.Counts) != len(want.Counts) {
			t.Errorf("%s: %d rows with %d values, by their values %d with %d", key, counted.Have, len(counted.Counts), want.Have, len(want.Counts))
		}
		for _, c := range counted.Counts {
			query := Terms{}.Toggle(column, c.Value).Query()
			found, err := rows.Match(query)
			if err != nil || found.Len() != c.Rows {
				t.Errorf("%s: %d rows are counted, the query %s finds %v, %v", key, c.Rows, query, found, err)
			}
			terms, err := ParseTerms(query)
			if err != nil || !slices.Equal(terms.Chosen(column), []string{c.Value.Same()}) || terms.Toggle(column, c.Value).Len() != 0 {
				t.Errorf("%s: the query %s is not read as its filter, %v", key, query, err)
			}
		}
	}
	column, _ := rows.Column("many")
	if few := rows.Tally(column, 12); !few.Many || few.Counts != nil || few.Have != rows.Len() {
		t.Errorf("a parameter of many values: %+v", few)
	}
}

func TestSpreads(t *testing.T) {
	b := newBench(t)
	mixed(b, 12)
	rows := rowsOf(b, "")
	var got []string
	for _, s := range rows.Spreads() {
		got = append(got, fmt.Sprint(s.Name, " ", s.Have, " ", s.Distinct))
	}
	if want := []string{"many 12 12", "lr 11 9", "model.depth 9 3"}; !slices.Equal(got, want) {
		t.Errorf("the parameters that differ: %q, want %q", got, want)
	}
	if one := rows.Slice(0, 1).Spreads(); one != nil {
		t.Errorf("one run differs from itself: %v", one)
	}
}

// Rows say whether users tell them apart, or else hosts.
func TestWhose(t *testing.T) {
	b := newBench(t)
	for _, who := range []struct{ author, user, host, want string }{
		{"", "ada", "gpu-1", ""}, {"", "ada", "gpu-1", ""}, {"", "", "gpu-1", ""}, {"Ada", "ada", "gpu-2", "host"},
		{"Ada", "ben", "gpu-2", "user"}, {"", "cy", "gpu-1", "user"}, {"Ben", "ben", "gpu-2", "author"},
	} {
		m := b.run("run")
		m.Author, m.User, m.Host.Name = who.author, who.user, who.host
		b.seal(m)
		if got := rowsOf(b, "").Whose(); got != who.want {
			t.Errorf("with %+v the runs are told apart by %q", who, got)
		}
	}
}

// Filters of one key are alternatives, in one term; those of others stay.
func TestTermsToggle(t *testing.T) {
	b := newBench(t)
	mixed(b, 3)
	rows := rowsOf(b, "")
	tag, _ := rows.Column("tag")
	for _, c := range []struct{ query, value, want string }{
		{"", "a", "tag=a"},
		{"tag=a", "a", ""},
		{"tag=a", "b", "tag=a or tag=b"},
		{"(tag=a or tag=b) lr=..1", "a", "tag=b lr=..1"},
		{"not tag=a x", "a", "not tag=a x tag=a"},
		{"tag=a tag=a lr", "a", "lr"},
		{"lr or x", "a b", `(lr or x) tag="a b"`},
	} {
		terms, err := ParseTerms(c.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := terms.Toggle(tag, Value{Kind: TextValue, Text: c.value}).Query(); got != c.want {
			t.Errorf("%q with %q becomes %q, want %q", c.query, c.value, got, c.want)
		}
	}
}

func TestComplete(t *testing.T) {
	b := newBench(t)
	mixed(b, 20)
	rows := rowsOf(b, "")
	for _, c := range []struct {
		query    string
		at       int
		from, to int
		want     []string // are offered, among others
	}{
		{"sta", 3, 0, 3, []string{"status=", "started="}},
		{"x sta y", 5, 2, 5, []string{"status="}},
		{"status=f", 8, 0, 8, []string{"status=failed"}},
		{"(group=a", 8, 1, 8, []string{`group="a b"`}},
		{`group="a`, 8, 0, 8, []string{`group="a b"`}},
		{"not dep", 7, 4, 7, []string{"model.depth="}},
		{"min(lo", 6, 0, 6, []string{"min(loss)="}},
		{"has:im", 6, 0, 6, []string{"has:image"}},
		{"many=", 5, 0, 5, []string{"many=0"}},
		{"", 0, 0, 0, []string{"lr=", "has:"}},
	} {
		found := rows.Complete(c.query, c.at, 100)
		var texts []string
		for _, o := range found.Offers {
			texts = append(texts, o.Text)
		}
		for _, want := range c.want {
			if !slices.Contains(texts, want) || found.From != c.from || found.To != c.to {
				t.Errorf("%q at %d: %d to %d, %q, want %d to %d and %s", c.query, c.at, found.From, found.To, texts, c.from, c.to, want)
			}
		}
	}
}
