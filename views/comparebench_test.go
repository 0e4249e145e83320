package views

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// manyLong records runs with 100,000 points of a scalar each.
func (b *bench) manyLong(runs int) []string {
	b.Helper()
	var ids []string
	for n := range runs {
		ids = append(ids, b.record(recorder.Options{Name: fmt.Sprint("run-", n), NoSource: true}, func(e *recorder.Experiment) {
			e.SetParameter("seed", n)
			loss := e.Scalar("train/loss")
			for step := range 100_000 {
				loss.Add(float64(n)+float64((step*7919)%1000)/1000, step)
			}
		}))
	}
	return ids
}

// The data of a chart with 50 lines of 100,000 points each, as the chart asks for
// them, and the pages that hold it.
func BenchmarkCompare50Runs(b *testing.B) {
	at := newBench(b)
	ids := at.manyLong(compareRuns)
	points := func(more string) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				for _, id := range ids {
					at.get("/runs/"+id+"/points?name="+url.QueryEscape("train/loss")+"&w=1450"+more, http.StatusOK)
				}
			}
		}
	}
	b.Run("lines", points(""))
	b.Run("smoothed lines", points("&smooth=100"))
	b.Run("zoomed lines", points("&from=20000&to=30000"))
	for name, tab := range map[string]string{"differences": "", "charts": "&tab=charts"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				at.get(comparing(ids...)+tab, http.StatusOK)
			}
		})
	}
}

// Runs with 1,500 scalars each: the page shows a part of the rows, and reads all.
func BenchmarkCompareManyScalars(b *testing.B) {
	at := newBench(b)
	var ids []string
	for n := range compareColumns {
		ids = append(ids, at.record(recorder.Options{NoSource: true}, func(e *recorder.Experiment) {
			for i := range 1500 {
				e.AddScalar(fmt.Sprint("layer", i%50, "/metric", i), float64(i*n), n)
			}
		}))
	}
	for name, tab := range map[string]string{"differences": "", "charts": "&tab=charts", "packages": "&tab=packages"} {
		b.Run(name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = len(at.get(comparing(ids...)+tab, http.StatusOK))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
