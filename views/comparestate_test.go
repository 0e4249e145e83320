package views

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCompareMovesItsBase(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25, 0.5)
	page := b.get(comparing(ids...), http.StatusOK)
	for name, want := range map[string]string{
		"base":   comparing(ids[1], ids[0], ids[2]),
		"drop":   comparing(ids[1], ids[2]),
		"tab":    comparing(ids...) + "&tab=source",
		"flip":   comparing(ids...) + "&flip=1",
		"file":   "/compare.csv?run=" + strings.Join(ids, "&run="),
		"of one": "/runs/" + ids[2],
	} {
		if !strings.Contains(page, `href="`+strings.ReplaceAll(want, "&", "&amp;")+`"`) {
			t.Errorf("no link of %s to %s", name, want)
		}
	}
	page = b.get(comparing(ids[1], ids[0]), http.StatusOK)
	if got := rowOf(t, page, "test/accuracy"); !strings.Contains(got, "| 0.75 ★ the best| 0.625 −0.125 (−16.7 %) worse|") {
		t.Errorf("with another base the row is %q", got)
	}
}

func TestCompareSaysWhatIsNotThere(t *testing.T) {
	b := newBench(t)
	if page := b.get("/compare", http.StatusOK); !strings.Contains(page, "No runs yet") {
		t.Error("nothing was recorded, and the page does not say so")
	}
	ids := b.compared(0.125, 0.25)
	if page := b.get("/compare", http.StatusOK); !strings.Contains(page, "A comparison shows") || !strings.Contains(page, `/compare?run=`+ids[0]) {
		t.Error("without runs the page explains nothing")
	}
	page := b.get(comparing(ids[0]), http.StatusOK)
	if !strings.Contains(page, "Compare run-0 with") || !strings.Contains(page, strings.ReplaceAll(comparing(ids...), "&", "&amp;")) || !strings.Contains(page, "work=1") {
		t.Errorf("with one run the page offers no other:\n%s", page)
	}
	page = b.get(comparing("ffff0000", ids[0], "../etc", ids[1], "<b>"), http.StatusOK)
	for _, want := range []string{"<code>ffff0000</code>: ", "<code>../etc</code>: This is no id", "<code>&lt;b&gt;</code>", ">2 runs<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if rowOf(t, page, "lr") == "" {
		t.Error("the runs that are there are not compared")
	}
	if page := b.get(comparing("ffff0000"), http.StatusNotFound); !strings.Contains(page, "A comparison shows") {
		t.Errorf("no run is there:\n%s", page)
	}
	b.get("/compare.csv?run=ffff0000", http.StatusNotFound)
}

func TestCompareByQuery(t *testing.T) {
	b := newBench(t)
	b.compared(0.125, 0.25, 0.5)
	page := b.get("/compare?q="+url.QueryEscape("lr=..0.3"), http.StatusOK)
	if !strings.Contains(page, ">2 runs<") || rowOf(t, page, "lr") != "lr| 0.25| 0.125|" {
		t.Errorf("the row of lr is %q", rowOf(t, page, "lr"))
	}
	if page = b.get("/compare?q=lr:*&n=2", http.StatusOK); !strings.Contains(space.ReplaceAllString(page, " "), "The first 2 of 3 runs that match") {
		t.Errorf("the page does not say that there are more:\n%s", page)
	}
	b.get("/compare?q="+url.QueryEscape("lr=("), http.StatusBadRequest)
	if page = b.get("/compare?q=lr=99", http.StatusOK); !strings.Contains(page, "0 runs") {
		t.Error("a query that nothing matches is not explained")
	}
}

func TestCompareBounds(t *testing.T) {
	b := newBench(t)
	rates := make([]float64, compareRuns+1)
	for i := range rates {
		rates[i] = float64(i)
	}
	ids := b.compared(rates...)
	page := b.get(comparing(ids...), http.StatusOK)
	if !strings.Contains(page, "50 runs are compared at most") || !strings.Contains(page, "30 more runs") {
		t.Error("the page does not say what it leaves out")
	}
	if got := strings.Count(rowOf(t, page, "lr"), "|"); got != compareColumns+1 {
		t.Errorf("%d columns", got)
	}
}

func TestCompareStateIsItsURL(t *testing.T) {
	for _, want := range []string{
		"/compare", "/compare?run=abcd1234&run=1234abcd", "/compare?q=lr=..0.1&n=5", "/compare?run=abcd1234&work=1",
		"/compare?run=abcd&run=abce&tab=source&with=abce&split=1", "/compare?run=abcd&run=abce&only=train/*&same=1&flip=1",
		"/compare?run=abcd&run=abce&tab=charts&logy=1&sm=50&x=time&z=1..5",
		"/compare?run=abcd&run=abce&tab=images&step=-7",
	} {
		u, err := url.Parse(want)
		if err != nil {
			t.Fatal(err)
		}
		s, err := compareStateOf(u.Query())
		if err != nil || s.URL() != want {
			t.Errorf("%s became %s, %v", want, s.URL(), err)
		}
	}
	s, _ := compareStateOf(url.Values{"run": {"a", "a", " "}, "q": {"x"}, "n": {"7000"}, "tab": {"nowhere"}})
	if got := s.URL(); got != "/compare?run=a" || s.Count != compareRuns {
		t.Errorf("got %s, %d", got, s.Count)
	}
}
