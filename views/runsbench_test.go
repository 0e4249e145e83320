package views

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/recordertest"
)

// manyRuns is a bench with n runs of recordertest.Many.
func manyRuns(t testing.TB, n int) *bench { return wideRuns(t, n, 0, 0) }

// wideRuns is a bench with n runs that have so many more parameters and scalars.
func wideRuns(t testing.TB, n, params, scalars int) *bench {
	t.Helper()
	b := newBench(t)
	var stream bytes.Buffer
	if err := recordertest.Wide(&stream, n, params, scalars); err != nil {
		t.Fatal(err)
	}
	if out, err := gitstoretest.Run(b.dir, stream.String(), "fast-import", "--quiet"); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	return b
}

// BenchmarkRunsPage serves the page of 10,000 runs with 20 parameters and 10
// metrics each, without the network.
func BenchmarkRunsPage(b *testing.B) {
	bench := wideRuns(b, 10_000, 10, 6)
	for name, path := range map[string]string{
		"all": "/", "query": "/?q=lr=..0.01+host=gpu-1", "sorted": "/?sort=-val/acc,seed", "grouped": "/?group=model.depth&sort=-val/acc",
	} {
		b.Run(name, func(b *testing.B) {
			page := func() int {
				w := httptest.NewRecorder()
				bench.dashboard.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
				return w.Body.Len()
			}
			size := page()
			for b.Loop() {
				page()
			}
			b.ReportMetric(float64(size)/1000, "kB")
		})
	}
}

// However much runs hold, their page stays small.
func TestRunsPageStaysSmall(t *testing.T) {
	for _, c := range []struct {
		name                  string
		runs, params, scalars int
		path                  string
		most                  int // kB
	}{
		{"20 parameters and 10 metrics", 120, 10, 6, "/", 150},
		{"1,500 metrics", 55, 2, 1500, "/?n=50", 80},
		{"columns of 1,500 metrics", 3, 2, 1500, "/?panel=columns", 400},
		{"1,000 parameters", 40, 1000, 2, "/", 150},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := wideRuns(t, c.runs, c.params, c.scalars).get(c.path, http.StatusOK)
			if len(page) > 1000*c.most {
				t.Errorf("the page has %d kB, want at most %d", len(page)/1000, c.most)
			}
		})
	}
}
