package views

import (
	"context"
	"fmt"
	"image/color"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// start begins a run that goes on until the test ends.
func (b *bench) start(o recorder.Options) *recorder.Experiment {
	b.Helper()
	o.Dir, o.Quiet, o.NoSystem, o.NoOutput = b.dir, true, true, true
	e := recorder.Start(o)
	b.Cleanup(func() {
		e.Finish()
		if err := e.Err(); err != nil {
			b.Error(err)
		}
	})
	return e
}

func TestChartsGrowAndKeepTheirZoom(t *testing.T) {
	b := newBench(t)
	e := b.start(recorder.Options{})
	add := func(from, to int) {
		for i := from; i < to; i++ {
			e.AddScalar("a", float64(i), i)
		}
		if err := e.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	add(0, 1000)
	tab := browsertest.NewTab(t, 1000, 800, false)
	openCharts(tab, b.url+"/runs/"+e.ID()+"/charts?z=100..300")
	tab.Eval(chartLook + `window.first = chart("a").u;`)
	add(1000, 2000)
	e.AddScalar("group/late", 5, 1)
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	tab.Poll(`document.querySelector('[data-chart="a"] .chart-last').textContent === "1999"`)
	tab.Poll(`document.querySelector('[data-chart="group/late"]') !== null`)
	awaitCharts(tab)
	if got := browsertest.Eval[string](tab, `[chart("a").u.scales.x.min, chart("a").u.scales.x.max, chart("a").u === first].join()`); got != "100,300,true" {
		t.Errorf("after more points the zoom from 100 to 300 is %s", got)
	}
	if got := tab.Text("[data-chart-count]"); got != "2 charts" {
		t.Errorf("after a new scalar there are %q", got)
	}
	tab.Click("[data-chart-reset]")
	tab.Poll(`chart("a").u.scales.x.max === 1999`)
	add(2000, 2500)
	tab.Poll(`chart("a").u.scales.x.max === 2499`)
}

func TestImagesOfARunThatGoesOn(t *testing.T) {
	b := newBench(t)
	e := b.start(recorder.Options{})
	add := func(step int) {
		e.AddImage("dots", square(16, color.Black), step)
		if err := e.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	add(0)
	add(10)
	tab := browsertest.NewTab(t, 1000, 800, false)
	tab.Open(b.url + "/runs/" + e.ID() + "/images")
	real := `document.querySelector("[data-images-real]").textContent`
	tab.Poll(real + ` === "10"`)
	add(20)
	tab.Poll(real + ` === "20"`)
	tab.Click("[data-images-earlier]")
	tab.Poll(real + ` === "10" && location.search === "?step=10"`)
	tab.Poll(`document.querySelector(".image-main").complete`)
	tab.Click("[data-images-open]")
	tab.Poll(`document.querySelector("#image-dialog").open && document.querySelector("#image-dialog h2").textContent.startsWith("dots · step 10")`)
	tab.Click(`[data-images-dialog="1"]`)
	tab.Poll(`document.querySelector("#image-dialog h2").textContent.startsWith("dots · step 20")`)
	tab.Poll(`document.querySelector("#image-dialog img").naturalWidth === 16`)
	tab.Axe()
}

// overlay serves one chart of many runs.
func overlay(b *bench, name string, ids []string) string {
	b.Helper()
	d := New(Options{Path: b.dir, Open: func(context.Context) (*recorder.Project, error) { return recorder.Open(b.dir) }})
	mux := http.NewServeMux()
	mux.Handle("/", d)
	mux.Handle("GET /empty", d.answer(func(w http.ResponseWriter, r *http.Request) error {
		return d.render(w, r, http.StatusOK, head{}, chartTools(chartToolsView{}))
	}))
	mux.Handle("GET /overlay", d.answer(func(w http.ResponseWriter, r *http.Request) error {
		state, err := chartStateOf(r.URL.Query())
		if err != nil {
			return err
		}
		p, err := d.project(r.Context())
		if err != nil {
			return err
		}
		var lines []chartLine
		for n, id := range ids {
			run, err := p.UniqueRun(r.Context(), id)
			if err != nil {
				return err
			}
			lines = append(lines, chartLine{Run: run, Label: run.Label(), Colour: colourAt(n)})
		}
		return d.render(w, r, http.StatusOK, head{}, chartView(d.chart(name, lines, state)))
	}))
	server := httptest.NewServer(mux)
	b.Cleanup(func() {
		d.live.Close() // the server waits for its streams
		d.live.Close() // the server waits for its streams
		server.Close()
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	return server.URL
}

func TestChartOfSeveralRuns(t *testing.T) {
	b := newBench(t)
	var ids []string
	for n := range 5 {
		ids = append(ids, b.record(recorder.Options{}, func(e *recorder.Experiment) {
			for i := range 4000 * (n + 1) {
				e.AddScalar("a", float64(n)+0.1*math.Sin(float64(i)/9), i)
			}
		}))
	}
	ids = append(ids, b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddScalar("other", 1, 1) }))
	tab := browsertest.NewTab(t, 900, 600, false)
	openCharts(tab, overlay(b, "a", ids)+"/overlay")
	tab.Eval(chartLook)
	for n := range 5 {
		if lit := browsertest.Eval[int](tab, `lit({ ...chart("a"), lines: [chart("a").lines[`+strconv.Itoa(n)+`]] })`); lit < 100 {
			t.Errorf("line %d lights %d pixels", n, lit)
		}
	}
	// The shortest line ends at a fifth of the width.
	if lit := browsertest.Eval[int](tab, `lit({ ...chart("a"), lines: [chart("a").lines[0]] }, 0.25)`); lit != 0 {
		t.Errorf("the shortest line lights %d pixels behind its end", lit)
	}
	if got := browsertest.Eval[string](tab, `chart("a").u.scales.x.min + ".." + chart("a").u.scales.x.max`); got != "0..19999" {
		t.Errorf("the chart goes from %s", got)
	}
	tab.Screenshot("charts-overlay")
}

func TestManyCharts(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for n := range 300 {
			for i := range 50 {
				e.AddScalar(fmt.Sprintf("layer%d/metric%d", n/30, n), float64(i*n), i)
			}
		}
	})
	tab := browsertest.NewTab(t, 1440, 900, false)
	openCharts(tab, b.url+"/runs/"+id+"/charts")
	if n := tab.Count("canvas"); n < 6 || n > 60 || tab.Count(".chart") != 300 {
		t.Errorf("%d of %d charts are drawn where some 10 are in view", n, tab.Count(".chart"))
	}
	// Who scrolls through all of them does not keep all of them.
	tab.Eval(`(async () => {
		for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
			scrollTo(0, y);
			await ` + twoFrames + `;
		}
	})()`)
	awaitCharts(tab)
	if got := browsertest.Eval[string](tab, `[...exprec.charts.values()].findLast((c) => c.seen).figure.dataset.chart`); got != "layer9/metric299" {
		t.Errorf("at the end stands %s", got)
	}
	if n := tab.Count("canvas"); n > 80 {
		t.Errorf("%d charts are kept", n)
	}
	tab.Eval(`scrollTo(0, 0)`)
	awaitCharts(tab)
	tab.Type(".chart-filter input", "layer9/*")
	tab.Poll(`location.search === "?only=layer9%2F*" && document.querySelector("[data-chart-count]").textContent === "30 of 300 charts"`)
	awaitCharts(tab)
	if got := browsertest.Eval[string](tab, `[...exprec.charts.values()].find((c) => c.seen).figure.dataset.chart`); got[:6] != "layer9" {
		t.Errorf("behind the filter stands %s", got)
	}
	tab.Eval(`document.activeElement.blur()`)
	tab.Press("l")
	tab.Poll(`location.search.includes("logy=1") && document.querySelector("[name=logy]").checked`)
	tab.Press("s")
	tab.Poll(`document.activeElement.matches("[data-chart-smooth]")`)
	awaitCharts(tab)
	tab.NoSidewaysScroll()
}

func TestChartsWithoutScript(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for n := range 20 {
			for i := range 50 {
				e.AddScalar(fmt.Sprintf("m%02d", n), float64(i*n), i)
			}
		}
		e.AddImage("dots", square(16, color.Black), 3)
	})
	tab := browsertest.NewTab(t, 1200, 900, false, browsertest.NoScript)
	tab.Open(b.url + "/runs/" + id + "/charts")
	tab.FullScreenshot("charts-without-script")
	if svg, img := tab.Count(".chart-plot > svg"), tab.Count(".chart-plot img"); svg != 12 || img != 8 {
		t.Errorf("%d charts in the page and %d beside it", svg, img)
	}
	tab.Open(b.url + "/runs/" + id + "/images?step=1")
	if got := tab.Text("[data-images-real]"); got != "3" {
		t.Errorf("next to step 1 is step %s", got)
	}
}

// The pages of charts and images can be read and used by everybody, in light and
// in dark, and fit a phone.
func TestChartsForEverybody(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 300 {
			e.AddScalar("train/loss", 1/float64(i+1), i)
			e.AddScalar("a-name-that-is-rather-long-and-has-no-place-on-a-phone/x", float64(i), i)
		}
		e.AddImage("dots", square(16, color.Black), 3)
		e.AddImage("dots", square(16, color.White), 5)
	})
	for _, dark := range []bool{false, true} {
		for _, width := range []int{1440, 390} {
			tab := browsertest.NewTab(t, width, 900, dark)
			openCharts(tab, b.url+"/runs/"+id+"/charts?sm=10&z=10..200")
			tab.NoSidewaysScroll()
			tab.Axe()
			tab.Open(b.url + "/runs/" + id + "/images")
			tab.NoSidewaysScroll()
			tab.Axe()
		}
	}
}

// The overview is morphed while a run goes on: its charts stay the ones they are.
func TestChartsOfTheOverviewGrow(t *testing.T) {
	b := newBench(t)
	e := b.start(recorder.Options{})
	add := func(from, to int) {
		for i := from; i < to; i++ {
			e.AddScalar("a", float64(i), i)
		}
		if err := e.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	add(0, 100)
	tab := browsertest.NewTab(t, 1200, 900, false)
	openCharts(tab, b.url+"/runs/"+e.ID())
	tab.Eval(chartLook + `window.first = chart("a").u;`)
	add(100, 200)
	tab.Poll(`chart("a")?.u?.scales.x.max === 199`)
	tab.Settle()
	if got := browsertest.Eval[string](tab, `[chart("a").u === first, document.querySelectorAll("[data-chart=a] canvas").length, document.querySelector("[data-chart=a] .chart-last").textContent].join()`); got != "true,1,199" {
		t.Errorf("after more points: %s", got)
	}
}
