package views

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// Of very many scalars the page shows a part, and the filter finds the others.
func TestCompareChartsAreBounded(t *testing.T) {
	b := newBench(t)
	var ids []string
	for range 2 {
		ids = append(ids, short(b.record(recorder.Options{}, func(e *recorder.Experiment) {
			for i := range compareCharts + 5 {
				e.AddScalar(fmt.Sprint("metric", i), float64(i), 1)
			}
		})))
	}
	page := b.get(comparing(ids...)+"&tab=charts", http.StatusOK)
	if got := strings.Count(page, "<figure"); got != compareCharts || !strings.Contains(page, "5 more charts") || strings.Contains(page, "data-chart-filter") {
		t.Errorf("%d charts", got)
	}
	if got := strings.Count(page, `<svg class="plot"`); got != drawnCharts {
		t.Errorf("%d charts are drawn by the server", got)
	}
	page = b.get(comparing(ids...)+"&tab=charts&only=metric104", http.StatusOK)
	if got := strings.Count(page, "<figure"); got != 1 || !strings.Contains(page, `data-chart="metric104"`) {
		t.Errorf("the filter leaves %d charts", got)
	}
}

// The compared runs are coloured lines among the others, across the parameters
// that differ and what came of them.
func TestCompareParallel(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.001, 0.5, 0.25, 0.125)
	b.record(recorder.Options{}, func(e *recorder.Experiment) { e.SetParameter("optim", "<sgd>") })
	b.record(recorder.Options{}, func(e *recorder.Experiment) { e.SetParameter("optim", "adam") })
	page := b.get(comparing(ids[1], ids[0])+"&tab=parallel", http.StatusOK)
	for _, want := range []string{
		`<g class="c0"><title>run-1</title>`, `<g class="c1"><title>run-0</title>`, ">lr (log)<", ">optim<", ">&lt;sgd&gt;<", ">test/accuracy<", ">train/loss<", ">net.depth<",
		"6 runs; the compared ones are coloured",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the picture lacks %s:\n%s", want, page)
		}
	}
	others := regexp.MustCompile(`class="plot-others"[^>]* d="([^"]*)"`).FindStringSubmatch(page)
	if others == nil || strings.Count(others[1], "M") < 4 {
		t.Errorf("the other runs are %q", others)
	}
	page = b.get("/compare?q="+url.QueryEscape("lr=0.1..")+"&n=2&tab=parallel", http.StatusOK)
	if !strings.Contains(page, "3 runs that match; the compared") {
		t.Errorf("the query does not choose the runs:\n%s", page)
	}
}
