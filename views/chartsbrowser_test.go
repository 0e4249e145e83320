package views

import (
	"math"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// drawnCharts is true when every chart in view has been drawn.
const chartsDrawn = `(() => {
	const seen = [...exprec.charts.values()].filter((c) => c.seen);
	return seen.length > 0 && seen.every((c) => c.figure.classList.contains("drawn") && !c.loading && !c.dirty);
})()`

// openCharts opens a page and waits for its charts.
func openCharts(b *bench, tab *browsertest.Tab, path string) {
	b.Helper()
	tab.Open(b.url + path)
	tab.Poll(chartsDrawn)
	tab.Eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
}

func TestChartsAreDrawn(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 500 {
			e.AddScalar("train/loss", math.Exp(-float64(i)/100), i)
			e.AddScalar("lr", 3e-4+1e-6*float64(i%7), i)
		}
	})
	tab := browsertest.NewTab(t, 1440, 900, false)
	openCharts(b, tab, "/runs/"+id+"/charts")
	tab.Screenshot("charts")
	if n := tab.Count(".chart canvas"); n != 2 {
		t.Errorf("%d canvases", n)
	}
}
