package views

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

var labels = regexp.MustCompile(`<th scope="row"[^>]*>.*?<a[^>]*>([^<]*)</a>`)

// listed are the labels of the runs of a page, in their order.
func (b *bench) listed(path string) []string {
	b.Helper()
	var names []string
	for _, m := range labels.FindAllStringSubmatch(b.get(path, http.StatusOK), -1) {
		names = append(names, m[1])
	}
	return names
}

// Runs are sorted by several keys, in both directions, with those that have none
// last; grouped with their means; and a run stands for those that it went on from.
func TestListOfRuns(t *testing.T) {
	b := newBench(t)
	for _, r := range []struct {
		name string
		lr   any
		loss []float64
	}{{"a", 0.1, []float64{4, 1}}, {"b", 0.2, []float64{3, 2}}, {"c", 0.1, []float64{0.5, 3}}, {"d", nil, nil}, {"e", "x", []float64{9}}} {
		b.record(recorder.Options{Name: r.name}, func(e *recorder.Experiment) {
			if r.lr != nil {
				e.SetParameter("lr", r.lr)
			}
			for step, v := range r.loss {
				e.AddScalar("loss", v, step)
			}
		})
	}
	for path, want := range map[string]string{
		"/":                         "e d c b a",
		"/?sort=loss":               "a b c e d",
		"/?sort=-loss":              "e c b a d",
		"/?sort=lr,-loss":           "c a b e d",
		"/?sort=min(loss)":          "c a b e d",
		"/?sort=none,-name":         "e d c b a",
		"/?group=lr&sort=loss":      "a c b e d",
		"/?group=day&sort=name":     "a b c d e",
		"/?q=loss=..2&sort=name":    "a b",
		"/?page=7&n=50&sort=-name":  "e d c b a",
		"/?q=missing:loss":          "d",
		"/?q=lr=0.1&group=no.such":  "c a",
		"/?cols=no.such,lr&q=lr=.1": "c a",
	} {
		if got := strings.Join(b.listed(path), " "); got != want {
			t.Errorf("%s lists %s, want %s", path, got, want)
		}
	}
	page := b.get("/?group=lr&sort=loss", http.StatusOK)
	for _, want := range []string{"lr = 0.1", "2 ± 1.4", "best 1", "lr = x", "lr = none", `aria-sort="ascending"`, `scope="rowgroup"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the groups do not show %q", want)
		}
	}
	if page := b.get("/?q=los%3D1", http.StatusOK); !strings.Contains(page, "No run has") || !strings.Contains(page, `href="/?q=loss=1"`) {
		t.Error("a key that no run has is not said, or not what was perhaps meant")
	}
	if page := b.get("/?q=lr=0.1+loss=9", http.StatusOK); !strings.Contains(page, "Drop this term") || !strings.Contains(page, `href="/?q=lr=0.1"`) {
		t.Error("a query that matches nothing is not taken apart")
	}
	if page := b.get("/?q=lr%3D", http.StatusBadRequest); !strings.Contains(page, "lr=\n   ^") || len(b.listed("/")) != 5 {
		t.Error("a query that cannot be understood has no caret")
	}
}

func TestListFoldsChains(t *testing.T) {
	b := newBench(t)
	first := b.record(recorder.Options{Name: "first"}, func(e *recorder.Experiment) { e.AddScalar("loss", 1, 0) })
	second := b.record(recorder.Options{Name: "second", Continue: first}, func(e *recorder.Experiment) { e.AddScalar("loss", 2, 1) })
	b.record(recorder.Options{Name: "third", Continue: second}, func(e *recorder.Experiment) { e.AddScalar("loss", 3, 2) })
	b.record(recorder.Options{Name: "other"}, func(*recorder.Experiment) {})
	if got := b.listed("/"); !slices.Equal(got, []string{"other", "third"}) {
		t.Errorf("the list shows %v", got)
	}
	page := b.get("/", http.StatusOK)
	for _, want := range []string{"<strong>4</strong>", "2 folded", "goes on from 2 earlier runs"} {
		if !strings.Contains(page, want) {
			t.Errorf("the list with folded runs does not show %q", want)
		}
	}
	if got := b.listed("/?earlier=1"); len(got) != 4 {
		t.Errorf("unfolded it shows %v", got)
	}
	if got := b.listed("/?q=second"); !slices.Equal(got, []string{"second"}) {
		t.Errorf("a run that was looked for is folded into one that does not match: %v", got)
	}
}
