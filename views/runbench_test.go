package views

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// BenchmarkRunPage is the overview of a run with 300 scalars of 1,000 points,
// compared with the run before, as the server answers it.
func BenchmarkRunPage(b *testing.B) {
	bench := newBench(b)
	id := ""
	for seed := range 2 {
		id = bench.record(recorder.Options{Name: "many"}, func(e *recorder.Experiment) {
			for p := range 100 {
				e.SetParameter(fmt.Sprintf("group%d.parameter%d", p%5, p), p)
			}
			for m := range 300 {
				s := e.Scalar(fmt.Sprintf("part%d/metric%d", m%10, m))
				for step := range 1000 {
					s.Add(math.Sin(float64(step+m+seed)/100), step)
				}
			}
		})
	}
	for _, tab := range []string{"", "charts", "environment", "packages"} {
		b.Run("tab="+tab, func(b *testing.B) {
			for b.Loop() {
				answer := httptest.NewRecorder()
				bench.dashboard.ServeHTTP(answer, httptest.NewRequest("GET", runURL(id, tab), nil))
				if answer.Code != http.StatusOK {
					b.Fatal(answer.Code)
				}
				b.SetBytes(int64(answer.Body.Len()))
			}
		})
	}
}

// BenchmarkRunPageAmongMany is the overview of a run in the middle of 10,000.
func BenchmarkRunPageAmongMany(b *testing.B) {
	bench := manyRuns(b, 10_000)
	rows, err := bench.project().Rows(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	for name, at := range map[string]int{"newest": 0, "middle": rows.Len() / 2, "oldest": rows.Len() - 1} {
		b.Run(name, func(b *testing.B) {
			url := runURL(rows.At(at).ID(), "")
			page := func() {
				answer := httptest.NewRecorder()
				bench.dashboard.ServeHTTP(answer, httptest.NewRequest("GET", url, nil))
				if answer.Code != http.StatusOK {
					b.Fatal(answer.Code, answer.Body)
				}
			}
			page() // the list is kept from then on
			for b.Loop() {
				page()
			}
		})
	}
}
