package views

import (
	"math"
	"math/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// chartsDrawn is true when every chart in view has been drawn.
const chartsDrawn = `(() => {
	const seen = [...exprec.charts.values()].filter((c) => c.seen);
	return seen.length > 0 && seen.every((c) => c.figure.classList.contains("drawn") && !c.loading && !c.dirty);
})()`

// twoFrames is over when what was drawn is on the screen: uPlot draws in a
// microtask, and what it draws is seen a frame later.
const twoFrames = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`

// openCharts opens a page and waits for its charts.
func openCharts(tab *browsertest.Tab, address string) {
	tab.Open(address)
	awaitCharts(tab)
}

func awaitCharts(tab *browsertest.Tab) {
	tab.Poll(chartsDrawn)
	tab.Eval(twoFrames)
}

// chartTools are what tests look at charts with: chart(name), and the pixels of a
// chart that have the colour of its line, by columns of the plot.
const chartLook = `
window.chart = (name) => [...exprec.charts.values()].find((c) => c.figure.dataset.chart === name);
window.pixels = (c) => {
	const b = c.u.bbox, copy = document.createElement("canvas");
	copy.width = b.width;
	copy.height = b.height;
	const ctx = copy.getContext("2d", { willReadFrequently: true });
	ctx.drawImage(c.u.ctx.canvas, -b.left, -b.top);
	return ctx.getImageData(0, 0, b.width, b.height);
};
window.lit = (c, from = 0, to = 1, above = 1) => {
	const image = pixels(c), want = getComputedStyle(c.lines[0].li).color.match(/\d+/g).map(Number);
	let n = 0;
	for (let y = 0; y < image.height * above; y++) {
		for (let x = Math.round(image.width * from); x < image.width * to; x++) {
			const i = 4 * (y * image.width + x);
			if (image.data[i + 3] > 100 && want.every((v, k) => Math.abs(image.data[i + k] - v) < 40)) n++;
		}
	}
	return n;
};`

func TestChartsLightEveryPixelOfAllPoints(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		r := rand.New(rand.NewSource(1))
		walk := 0.0
		for i := range 100000 {
			walk += r.NormFloat64()
			v := walk
			if i > 40000 && i < 45000 {
				v = math.NaN()
			}
			e.AddScalar("walk", v, i)
			e.AddScalar("noise", r.NormFloat64()*math.Exp(-float64(i)/20000), i)
		}
	})
	for _, scale := range []float64{1, 2} {
		tab := browsertest.NewTab(t, 1440, 900, false, browsertest.Scale(scale))
		queries := []string{"", "?z=1234..56789", "?sm=100", "?logx=1"}
		if scale > 1 && !full() {
			queries = queries[:1]
		}
		for _, query := range queries {
			openCharts(tab, b.url+"/runs/"+id+"/charts"+query)
			tab.Eval(chartLook)
			type result struct{ Points, All, Lit, Different int }
			for _, name := range []string{"walk", "noise"} {
				got := browsertest.Eval[result](tab, `(async () => {
					const c = chart("`+name+`"), fetch = c.fetch;
					// Marks of what is no number are another matter, and so are finer lines.
					c.fetch = async (...of) => (await fetch.apply(c, of)).map((line) => { line.marks = []; line.said.whole = false; return line; });
					await c.load();
					await `+twoFrames+`;
					const few = pixels(c), points = c.data[0].x.length, lights = lit(c);
					const url = c.url;
					c.url = (...of) => url.apply(c, of).replace(/&w=\d+/, "").replace(/&(from|to)=[^&]*/g, "");
					await c.load();
					await `+twoFrames+`;
					const all = pixels(c);
					let different = 0;
					for (let i = 0; i < all.data.length; i += 4) {
						if ([0, 1, 2, 3].some((k) => all.data[i + k] !== few.data[i + k])) different++;
					}
					return { Points: points, All: c.data[0].x.length, Lit: lights, Different: different };
				})()`)
				t.Logf("%g pixels a pixel, %s%s: %d of %d points light %d pixels", scale, name, query, got.Points, got.All, got.Lit)
				if got.Lit < 500 || got.Different != 0 || got.Points >= got.All {
					t.Errorf("%g pixels a pixel, %s%s: %+v", scale, name, query, got)
				}
			}
		}
		tab.Check()
	}
}

func TestChartsOfWhatIsHardToDraw(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 1000 {
			v := math.Sin(float64(i) / 30)
			if i >= 400 && i <= 600 {
				v = math.NaN()
			}
			e.AddScalar("gap", v, i)
			e.AddScalar("endless", []float64{1, 2, math.Inf(1), 3, math.Inf(-1)}[i%5], i)
			e.AddScalar("constant", 3e-4, i)
			e.AddScalar("zero", math.Max(0, float64(500-i)), i)
			e.AddScalar("none", math.NaN(), i)
		}
		e.AddScalar("one", 0.25, 7)
		for i, v := range []float64{1e300, -1e300, 1.7e308, -1.7e308} {
			e.AddScalar("large", v, i)
		}
		for i, v := range []float64{1e-300, 3e-300, 5e-324} {
			e.AddScalar("tiny", v, i)
		}
	})
	tab := browsertest.NewTab(t, 1440, 1200, false)
	for _, log := range []string{"", "?logy=1", "?sm=10", "?out=1", "?x=time", "?x=wall", "?logx=1&logy=1"} {
		openCharts(tab, b.url+"/runs/"+id+"/charts"+log)
		tab.Eval(chartLook)
		for _, name := range []string{"gap", "endless", "constant", "zero", "none", "one", "large", "tiny"} {
			if log == "?x=wall" || log == "?x=time" {
				continue // all within a few milliseconds: it is enough that nothing is said in the console
			}
			if n := browsertest.Eval[int](tab, `lit(chart("`+name+`"))`); n == 0 {
				t.Errorf("%s%s is blank", name, log)
			}
			if n := browsertest.Eval[int](tab, `chart("`+name+`").u.axes[1]._splits.length`); n < 2 {
				t.Errorf("%s%s has %d ticks", name, log, n)
			}
		}
		if strings.Contains(log, "log") || strings.Contains(log, "x=") {
			continue
		}
		// The gap from 400 to 600 of 1000 is empty above the row of marks.
		if n := browsertest.Eval[int](tab, `lit(chart("gap"), 0.41, 0.59, 0.9)`); n != 0 {
			t.Errorf("%s: %d pixels are lit in the gap", log, n)
		}
		if n := browsertest.Eval[int](tab, `lit(chart("gap"), 0.41, 0.59)`); n == 0 {
			t.Errorf("%s: nothing marks the gap", log)
		}
	}
	for name, words := range map[string]string{"gap": "201 NaN", "endless": "400 infinite", "none": "1000 NaN", "zero": "500 ≤ 0 hidden"} {
		if got := tab.Text(`[data-chart="` + name + `"] .chart-notes`); !strings.Contains(got, words) {
			t.Errorf("%s says %q, not %q", name, got, words)
		}
	}
	tab.Screenshot("charts-hard")

	// Without its outliers the y-axis of values from -1 to 1 ends there.
	id = b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 1000 {
			e.AddScalar("spike", map[bool]float64{true: 1e6, false: math.Sin(float64(i))}[i == 500], i)
		}
	})
	for query, highest := range map[string]float64{"": 2e6, "?out=1": 2} {
		openCharts(tab, b.url+"/runs/"+id+"/charts"+query)
		tab.Eval(chartLook)
		if got := browsertest.Eval[float64](tab, `chart("spike").u.scales.y.max`); got > highest || got < highest/3 {
			t.Errorf("%s: the y-axis ends at %g", query, got)
		}
	}
}

func TestLabelsOfChartsAreTrue(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddScalar("a", 1, 1) })
	tab := browsertest.NewTab(t, 800, 600, false)
	openCharts(tab, b.url+"/runs/"+id+"/charts")
	for value, want := range map[string]string{
		"0.25": "0.25", "3e-4": "0.0003", "1e-5": "1e-5", "0": "0", "100000": "100,000", "1e300": "1e300", "-2.5": "-2.5", "0.1+0.2": "0.3", "12345678": "1.2345678e7", "5e-324": "5e-324",
	} {
		if got := browsertest.Eval[string](tab, `exprec.axes.label(`+value+`)`); got != want {
			t.Errorf("%s is labelled %q", value, got)
		}
	}
	wrong := browsertest.Eval[[]string](tab, `(() => {
		const wrong = [];
		const ranges = [[0, 1], [0, 0.001], [0.2, 0.3], [-5, 7e6], [1e-300, 3e-300], [-1e300, 1e300], [0.99999, 1.00001], [1e9, 1e9 + 10], [0, 5e-324], [-1.7e308, 1.7e308], [3e-4, 3.3e-4]];
		for (const log of [false, true]) for (const [lo, hi] of ranges) for (const n of [2, 3, 5, 9]) {
			if (log && lo <= 0) continue;
			const ticks = exprec.axes.ticks(lo, hi, n, log);
			if (ticks.length < 2 || ticks.length > 3 * n + 3) wrong.push(lo + ".." + hi + ": " + ticks.length + " ticks for " + n);
			for (const t of ticks) {
				const read = Number(exprec.axes.label(t).replaceAll(",", ""));
				if (Math.abs(read - t) > Math.abs(t) * 1e-11 || t < lo || t > hi) wrong.push(lo + ".." + hi + ": " + t + " is " + exprec.axes.label(t));
			}
		}
		return wrong;
	})()`)
	if len(wrong) > 0 {
		t.Errorf("labels that are not true:\n%s", strings.Join(wrong, "\n"))
	}
}

// drag moves the mouse over a chart with its button down, from one share of its
// width to another.
func drag(tab *browsertest.Tab, name string, from, to float64) {
	type box struct{ X, Y, W, H float64 }
	over := browsertest.Eval[box](tab, `(() => {
		const c = chart("`+name+`");
		c.figure.scrollIntoView({ block: "center" });
		const r = c.u.over.getBoundingClientRect();
		return { X: r.left, Y: r.top, W: r.width, H: r.height };
	})()`)
	y := over.Y + over.H/2
	at := func(share float64) float64 { return over.X + over.W*share }
	tab.Do(
		chromedp.MouseEvent(chromedp.MouseMoved, at(from), y),
		chromedp.MouseEvent(chromedp.MousePressed, at(from), y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		chromedp.MouseEvent(chromedp.MouseMoved, at((from+to)/2), y, chromedp.ButtonType(input.MouseButtonLeft)),
		chromedp.MouseEvent(chromedp.MouseMoved, at(to), y, chromedp.ButtonType(input.MouseButtonLeft)),
		chromedp.MouseEvent(chromedp.MouseReleased, at(to), y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
	)
}

func TestChartsZoomTogether(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 20001 {
			e.AddScalar("a", math.Sin(float64(i)/300), i)
			e.AddScalar("b", float64(i), i)
		}
	})
	tab := browsertest.NewTab(t, 1200, 800, false)
	openCharts(tab, b.url+"/runs/"+id+"/charts")
	tab.Eval(chartLook)
	drag(tab, "a", 0.25, 0.5)
	tab.Poll(`location.search.startsWith("?z=")`)
	awaitCharts(tab)
	ranges := `JSON.stringify(["a", "b"].map((n) => [chart(n).u.scales.x.min, chart(n).u.scales.x.max]))`
	zoomed, address := browsertest.Eval[string](tab, ranges), tab.URL()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	state, err := chartStateOf(u.Query())
	if err != nil || state.Zoom == nil || math.Abs(state.Zoom.From-5000) > 100 || math.Abs(state.Zoom.To-10000) > 100 {
		t.Fatalf("a drag over a quarter gives %s: %+v, %v", address, state.Zoom, err)
	}
	if parts := strings.Split(zoomed, "],["); len(parts) != 2 || strings.Trim(parts[0], "[]") != strings.Trim(parts[1], "[]") {
		t.Errorf("the charts show %s", zoomed)
	}
	openCharts(tab, address)
	tab.Eval(chartLook)
	if again := browsertest.Eval[string](tab, ranges); again != zoomed || tab.URL() != address {
		t.Errorf("%s again shows %s, not %s, at %s", address, again, zoomed, tab.URL())
	}
	drag(tab, "b", 0.1, 0.2)
	tab.Poll(`location.href !== ` + "`" + address + "`")
	awaitCharts(tab)
	tab.Back()
	tab.Poll(`location.href === ` + "`" + address + "`")
	awaitCharts(tab)
	if back := browsertest.Eval[string](tab, ranges); back != zoomed {
		t.Errorf("Back shows %s, not %s", back, zoomed)
	}
	tab.Click("[data-chart-reset]")
	tab.Poll(`location.search === ""`)
	awaitCharts(tab)
	if all := browsertest.Eval[string](tab, ranges); all != "[[0,20000],[0,20000]]" {
		t.Errorf("without the zoom the charts show %s", all)
	}
}

func TestChartsSayTheirValues(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "<b>run</b>"}, func(e *recorder.Experiment) {
		for i := range 101 {
			e.AddScalar("a", float64(i)/8, i)
			e.AddScalar("b/<i>", -float64(i), i)
		}
	})
	tab := browsertest.NewTab(t, 1200, 700, false)
	openCharts(tab, b.url+"/runs/"+id+"/charts?sm=5")
	tab.Eval(chartLook)
	type point struct{ X, Y float64 }
	at := browsertest.Eval[point](tab, `(() => {
		const r = chart("a").u.over.getBoundingClientRect();
		return { X: r.left + r.width / 2, Y: r.top + r.height / 2 };
	})()`)
	tab.Do(chromedp.MouseEvent(chromedp.MouseMoved, at.X, at.Y))
	tab.Poll(`document.querySelectorAll(".chart-tip:not([hidden])").length === 1`)
	got := tab.Text(".chart-tip")
	if !strings.Contains(got, "step 50") || !strings.Contains(got, "<b>run</b>") || !strings.Contains(got, "(6.25)") {
		t.Errorf("in the middle stands %q", got)
	}
	// The other chart shows the same step.
	if got := browsertest.Eval[int](tab, `chart("b/<i>").u.over.querySelectorAll(".chart-dot").length`); got != 1 {
		t.Errorf("%d dots on the other chart", got)
	}
	tab.Screenshot("charts-tip")
	saved := browsertest.Eval[string](tab, `new Promise((done) => {
		HTMLAnchorElement.prototype.click = function () {
			const img = new Image();
			img.onload = () => done(this.download + " " + (img.naturalWidth > 300));
			img.src = this.href;
		};
		document.querySelector('[data-chart="b/<i>"] .chart-menu').open = true;
		document.querySelector('[data-chart="b/<i>"] [data-chart-action="png"]').click();
	})`)
	if saved != "b-i-.png true" {
		t.Errorf("saved is %s", saved)
	}
}

// Where the server does not answer, its picture from before stays in sight.
func TestChartsThatCannotBeDrawn(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 10 {
			e.AddScalar("a", float64(i), i)
		}
	})
	tab := browsertest.NewTab(t, 1200, 700, false)
	openCharts(tab, b.url+"/runs/"+id+"/charts")
	// Points alone: the page may ask for itself anew meanwhile.
	tab.Eval(chartLook + `const real = window.fetch;
		window.fetch = (what, ...more) => String(what.url ?? what).includes("/points") ? Promise.reject(new TypeError("gone")) : real(what, ...more);`)
	tab.Click("[name=logy]")
	tab.Poll(`document.querySelector('[data-chart="a"] .chart-notes').textContent === "not drawn: gone"`)
	if !browsertest.Eval[bool](tab, `getComputedStyle(document.querySelector('[data-chart="a"] .chart-plot canvas')).visibility === "visible"`) {
		t.Error("the chart from before is not in sight")
	}
}
