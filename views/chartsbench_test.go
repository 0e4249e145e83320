package views

import (
	"fmt"
	"math"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// serveOnce answers a request without a network between.
func serveOnce(b *testing.B, h http.Handler, path string) int {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	if answer.Code != http.StatusOK {
		b.Fatalf("GET %s: %d\n%.500s", path, answer.Code, answer.Body)
	}
	return answer.Body.Len()
}

// BenchmarkPoints asks for the points of a scalar of a million, as charts of 800
// pixels do: all of it, a quarter, and smoothed.
func BenchmarkPoints(b *testing.B) {
	bench := newBench(b)
	const n = 1000000
	id := bench.record(recorder.Options{}, func(e *recorder.Experiment) {
		r := rand.New(rand.NewSource(1))
		s := e.Scalar("loss")
		for i := range n {
			s.Add(math.Exp(-float64(i)/n*4)+0.1*r.NormFloat64(), i)
		}
	})
	for _, c := range []struct{ name, query string }{
		{"whole", ""}, {"quarter", "&from=250000&to=500000"}, {"smoothed", "&smooth=1000"}, {"robust", "&out=1"},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := "/runs/" + id + "/points?name=loss&w=1600" + c.query
			size := serveOnce(b, bench.dashboard, path)
			for b.Loop() {
				serveOnce(b, bench.dashboard, path)
			}
			b.ReportMetric(float64(size), "B/answer")
		})
	}
}

// BenchmarkChartsPage makes the page of a run with 300 scalars of 1,000 points.
func BenchmarkChartsPage(b *testing.B) {
	bench := newBench(b)
	id := bench.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 1000 {
			for n := range 300 {
				e.AddScalar(fmt.Sprintf("layer%d/metric%d", n/30, n), math.Sin(float64(i*n)/900), i)
			}
		}
	})
	size := serveOnce(b, bench.dashboard, "/runs/"+id+"/charts")
	for b.Loop() {
		serveOnce(b, bench.dashboard, "/runs/"+id+"/charts")
	}
	b.ReportMetric(float64(size), "B/page")
}

// BenchmarkOverlay shows one chart of 50 runs with 100,000 points each in a
// browser, beside a page with nothing on it.
func BenchmarkOverlay(b *testing.B) {
	bench := newBench(b)
	var ids []string
	for n := range maxLines {
		ids = append(ids, bench.record(recorder.Options{NoSource: true}, func(e *recorder.Experiment) {
			r := rand.New(rand.NewSource(int64(n)))
			s := e.Scalar("loss")
			for i := range 100000 {
				s.Add(float64(n)+r.NormFloat64(), i)
			}
		}))
	}
	url := overlay(bench, "loss", ids)
	tab := browsertest.NewTab(b, 1440, 900, false)
	open := func(path, ready string) float64 {
		tab.Open(url + path)
		tab.Poll(ready)
		return browsertest.Eval[float64](tab, `(async () => { await `+twoFrames+`; return performance.now(); })()`)
	}
	// In the page's own time, from the request on; the first of each is not counted.
	open("/empty", "true")
	open("/overlay", chartsDrawn)
	var empty, full float64
	for b.Loop() {
		empty += open("/empty", "true")
		full += open("/overlay", chartsDrawn)
	}
	b.ReportMetric(empty/float64(b.N), "ms/empty")
	b.ReportMetric(full/float64(b.N), "ms/overlay")
	b.ReportMetric(full/empty, "times-empty")
}
