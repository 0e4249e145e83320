package views

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"html"
	"net/http"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/recorder"
)

// What a URL says is read, and written the same way again.
func TestRunsStateRoundTrip(t *testing.T) {
	for _, c := range []struct{ url, canonical string }{
		{"/", "/"},
		{"/?q=&sort=&group=&cols=&page=1&n=100&in=&earlier=0", "/"},
		{"/?n=50&page=3&q=status%3Drunning+lr%3D..0.01", "/?q=status=running+lr=..0.01&page=3&n=50"},
		{"/?sort=-val%2Facc%2Clr", "/?sort=-val/acc,lr"},
		{"/?sort=-val/acc,lr,-val/acc", "/?sort=-val/acc,lr"},
		{`/?cols=status,~,min(val/loss),%22a,b%22`, `/?cols=status,~,min(val/loss),%22a,b%22`},
		{"/?in=archive&group=lr,+hidden", "/?in=archive&group=lr,hidden"},
		{"/?n=7&page=-1&page=x&panel=none&in=elsewhere", "/"},
		{"/?q=%3Cscript%3E%26&evil=//example.org", "/?q=%3Cscript%3E%26"},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		s, err := runsStateOf(u.Query())
		if err != nil || s.URL() != c.canonical {
			t.Errorf("%s: %s, %v, want %s", c.url, s.URL(), err, c.canonical)
		}
	}
}

// Any state comes through its URL unchanged.
func TestRunsStateOfItsURL(t *testing.T) {
	key := rapid.Custom(func(t *rapid.T) string {
		return listable(rapid.StringMatching(`[a-z~"<&,.é/-]{0,3}[a-z]`).Draw(t, "key"))
	})
	plain := key.Filter(func(s string) bool {
		return len(splitKeys(s, 2)) == 1 && splitKeys(s, 2)[0] == s && !strings.HasPrefix(s, "-")
	})
	rapid.Check(t, func(t *rapid.T) {
		s := runsState{
			Query: strings.TrimSpace(rapid.String().Draw(t, "q")), Archive: rapid.Bool().Draw(t, "archive"),
			Columns: rapid.SliceOfNDistinct(plain, 0, 4, rapid.ID).Draw(t, "columns"),
			Group:   joinKeys(rapid.SliceOfNDistinct(plain, 0, 2, rapid.ID).Draw(t, "group")),
			Page:    rapid.IntRange(1, 9).Draw(t, "page"), Size: rapid.SampledFrom(pageSizes[:]).Draw(t, "size"),
		}
		for _, k := range rapid.SliceOfNDistinct(plain, 0, 3, rapid.ID).Draw(t, "sort") {
			s.Sort = append(s.Sort, runsSort{k, rapid.Bool().Draw(t, "descending")})
		}
		u, err := url.Parse(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		again, err := runsStateOf(u.Query())
		if err != nil || again.URL() != s.URL() || !slices.Equal(again.Sort, s.Sort) || !slices.Equal(again.Columns, s.Columns) || again.Query != s.Query {
			t.Fatalf("%+v\nbecame %+v, %v\nover %s", s, again, err, s.URL())
		}
	})
}

var internalLink = regexp.MustCompile(`(?:href|data-also)="(/(?:\?[^"]*)?)"`)

// Every link of the page leads to a page whose own address is that link: what a
// control says is what the address says.
func TestEveryControlIsItsURL(t *testing.T) {
	b := manyRuns(t, 120)
	for _, start := range []string{"/", "/?q=host=gpu-1&sort=-val/acc,lr&group=batch&n=50", "/?panel=columns&cols=status,~loss,lr,min(val/loss)", "/?q=model.depth=2+host=gpu-0&in=archive"} {
		page := b.get(start, http.StatusOK)
		links := internalLink.FindAllStringSubmatch(page, -1)
		if len(links) < 8 {
			t.Fatalf("%s has %d links", start, len(links))
		}
		for i, link := range links {
			address := html.UnescapeString(link[1])
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if s, err := runsStateOf(u.Query()); err != nil || s.URL() != address {
				t.Errorf("%s leads to %s, whose state is at %s, %v", start, address, s.URL(), err)
			}
			if i%29 == 0 { // all of them would take long
				r, _ := http.NewRequest(http.MethodGet, b.url+address, nil)
				r.Header.Set("HX-Request", "true")
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body := b.body(answer, address, http.StatusOK)
				if got := answer.Header.Get("HX-Push-Url") + answer.Header.Get("HX-Replace-Url"); got != address || !strings.Contains(body, `id="runs"`) {
					t.Errorf("%s answers with the address %q", address, got)
				}
			}
		}
	}
}

// The rail counts what the list has: each filter as many runs as match when it is
// added, by an own count over all runs.
func TestFacetsAgainstTheirLists(t *testing.T) {
	b := newBench(t)
	statuses := []func(*recorder.Experiment){func(*recorder.Experiment) {}, func(e *recorder.Experiment) { e.Fail(errors.New("it broke")) }}
	for i := range 24 {
		b.record(recorder.Options{Name: "run", Group: []string{"", "a b", `c"d`}[i%3], Tags: []string{"t1", "t2"}[:i%3]}, func(e *recorder.Experiment) {
			e.SetParameter("lr", []any{0.001, "1e-3", 0.1, 1, int64(7), "x y", true}[i%7])
			if i%4 > 0 {
				e.SetParameter("model.depth", i%4)
			}
			e.AddScalar("loss", float64(i), 0)
			statuses[i%2](e)
		})
	}
	p, err := b.dashboard.project(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := p.Rows(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	terms := []string{"status=failed", "status=succeeded", `group="a b"`, "tag=t1", "tag=t2", "lr=0.001", "lr=..1", "model.depth=2", "loss=5..", "missing:model.depth", "not tag=t2", "run"}
	rapid.Check(t, func(rt *rapid.T) {
		query := strings.Join(rapid.SliceOfN(rapid.SampledFrom(terms), 0, 3).Draw(rt, "terms"), " ")
		matching, err := all.Match(query)
		if err != nil {
			rt.Fatal(err)
		}
		l := &runsList{state: runsState{Query: query, Page: 1, Size: 100}, all: all, matching: matching}
		l.base = inPlace(matching, l.state)
		l.rows, l.spreads = l.base, l.base.Spreads()
		facets, err := l.findFacets()
		if err != nil {
			rt.Fatal(err)
		}
		for _, f := range facets {
			checkFacet(rt, l, f)
		}
	})
}

// checkFacet adds each filter alone, without the others of its key, and counts.
func checkFacet(t *rapid.T, l *runsList, f runsFacet) {
	terms, err := recorder.ParseTerms(l.state.Query)
	if err != nil {
		t.Fatal(err)
	}
	column, err := l.all.Column(f.Key)
	if err != nil {
		t.Fatal(err)
	}
	others, err := l.all.Match(terms.WithoutColumn(column).Query())
	if err != nil {
		t.Fatal(err)
	}
	chosen := 0
	for _, v := range append(f.Values, f.More...) {
		if v.Chosen {
			chosen++
		}
	}
	for _, v := range append(f.Values, f.More...) {
		u, err := url.Parse(v.URL)
		if err != nil {
			t.Fatal(err)
		}
		after, err := recorder.ParseTerms(u.Query().Get("q"))
		if err != nil {
			t.Fatalf("the filter %s = %s leads to %s: %v", f.Title, v.Text, v.URL, err)
		}
		if slices.ContainsFunc(after.Chosen(column), func(string) bool { return true }) == (v.Chosen && chosen == 1) {
			t.Fatalf("%s = %s, chosen %t, leads to %s", f.Title, v.Text, v.Chosen, v.URL)
		}
		if v.Chosen || chosen > 0 {
			continue
		}
		matching, err := l.all.Match(u.Query().Get("q"))
		if err != nil {
			t.Fatal(err)
		}
		counted := 0
		for i := range others.Len() {
			for j := range matching.Len() {
				if others.At(i).ID() == matching.At(j).ID() {
					counted++
				}
			}
		}
		if counted != v.Rows || matching.Len() != v.Rows {
			t.Fatalf("%q: the rail counts %d of %s = %s, the list has %d (%s)", l.state.Query, v.Rows, f.Title, v.Text, matching.Len(), v.URL)
		}
	}
}
