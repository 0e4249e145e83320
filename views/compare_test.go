package views

import (
	"encoding/csv"
	"fmt"
	"image"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// compared records runs that differ in lr and what came of it, and gives the
// beginnings of their ids.
func (b *bench) compared(rates ...float64) []string {
	b.Helper()
	var ids []string
	for i, lr := range rates {
		ids = append(ids, short(b.record(recorder.Options{Name: fmt.Sprintf("run-%d", i)}, func(e *recorder.Experiment) {
			e.SetParameter("lr", lr)
			e.SetParameter("batch", 64)
			e.SetParameter("net", map[string]any{"depth": 10 + i, "act": "relu"})
			e.SetResult("test/accuracy", 0.5+lr)
			for step := range 20 {
				e.AddScalar("train/loss", 1/float64(step+1)+lr, step)
				e.AddScalar("speed", 3, step)
			}
		})))
	}
	return ids
}

func comparing(ids ...string) string { return "/compare?run=" + strings.Join(ids, "&run=") }

var space = regexp.MustCompile(`\s+`)

// rowOf is the row of a table as text, without its markup: the texts of cells
// with | between.
func rowOf(t testing.TB, page, key string) string {
	t.Helper()
	for _, row := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(page, -1) {
		if !strings.Contains(row, ">"+key+"<") {
			continue
		}
		text := regexp.MustCompile(`</t[hd]>`).ReplaceAllString(row, "|")
		text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " ")
		text = space.ReplaceAllString(text, " ")
		return strings.Trim(strings.ReplaceAll(text, " |", "|"), " ")
	}
	return ""
}

func TestCompareShowsWhatDiffers(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25, 0.0625)
	page := b.get(comparing(ids...), http.StatusOK)
	for key, want := range map[string]string{
		"lr":            "lr| 0.125| 0.25| 0.0625|",
		"net.depth":     "net.depth| 10| 11| 12|",
		"test/accuracy": "test/accuracy ↑ more is better| 0.625| 0.75 ★ the best +0.125 (+20 %) better| 0.5625 −0.0625 (−10 %) worse|",
		"train/loss":    "train/loss ↓ less is better| 0.175| 0.3 +0.125 (+71.4 %) worse| 0.1125 ★ the best −0.0625 (−35.7 %) better|",
		"batch":         "", "net.act": "", "speed": "", "status": "",
	} {
		if got := rowOf(t, page, key); got != want {
			t.Errorf("the row of %s is %q, want %q", key, got, want)
		}
	}
	if !regexp.MustCompile(`\d+ equal rows hidden`).MatchString(page) {
		t.Error("the page does not say how many rows are hidden")
	}
	page = b.get(comparing(ids...)+"&same=1", http.StatusOK)
	if got := rowOf(t, page, "batch"); got != "batch| 64| 64| 64|" {
		t.Errorf("with equal rows, the one of batch is %q", got)
	}
	page = b.get(comparing(ids...)+"&only=net.*", http.StatusOK)
	if rowOf(t, page, "net.depth") == "" || rowOf(t, page, "lr") != "" {
		t.Error("the filter does not filter")
	}
}

func TestCompareHasRunsAsRows(t *testing.T) {
	b := newBench(t)
	page := b.get(comparing(b.compared(0.125, 0.25)...)+"&flip=1&only=l", http.StatusOK)
	if got := rowOf(t, page, "lr"); got != "Run| lr| train/loss ↓ less is better|" {
		t.Errorf("the head is %q", got)
	}
	if got := rowOf(t, page, "run-0 base"); got != "" {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(page, "0.3\n") && !strings.Contains(page, ">0.3<") {
		t.Error("the values are missing")
	}
}

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

func TestCompareCSV(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.1)
	lines, err := csv.NewReader(strings.NewReader(b.get("/compare.csv?run="+strings.Join(ids, "&run="), http.StatusOK))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(lines[0], "|"), "kind|name|"+ids[0]+" run-0|"+ids[1]+" run-1"; got != want {
		t.Errorf("the head is %s, want %s", got, want)
	}
	found := map[string]string{}
	for _, line := range lines[1:] {
		found[line[0]+" "+line[1]] = strings.Join(line[2:], "|")
	}
	if found["param lr"] != "0.125|0.1" || found["result test/accuracy"] != "0.625|0.6" || found["scalar train/loss"] != "0.175|0.15000000000000002" {
		t.Errorf("got %v", found)
	}
	if _, ok := found["param batch"]; ok {
		t.Error("a row that is equal is in the file")
	}
}

func TestCompareSource(t *testing.T) {
	b := newBench(t)
	old, fresh := b.sourceRuns(map[string]string{"model.py": "lr = 1\n"}, map[string]string{"model.py": "lr = 2\n"})
	same := b.record(recorder.Options{Name: "same"}, func(*recorder.Experiment) {})
	page := b.get(comparing(short(old), short(fresh), short(same))+"&tab=source", http.StatusOK)
	if !strings.Contains(page, "lr = <mark>2</mark>") {
		t.Errorf("the changed line is missing:\n%s", page)
	}
	if !strings.Contains(page, "with="+short(same)) {
		t.Error("the third run cannot be chosen")
	}
	page = b.get(comparing(short(old), short(fresh), short(same))+"&tab=source&with="+short(same), http.StatusOK)
	if strings.Contains(page, "lr = <mark>2</mark>") || !strings.Contains(page, "model.py") {
		t.Error("the third run is not shown")
	}
	if page = b.get(comparing(short(same), short(same))+"&run="+short(b.record(recorder.Options{}, func(*recorder.Experiment) {}))+"&tab=source", http.StatusOK); !strings.Contains(page, "The source is the same.") {
		t.Error("equal sources are not called so")
	}
}

func TestCompareWithTheWorkTree(t *testing.T) {
	b := newBench(t)
	old, _ := b.sourceRuns(map[string]string{"model.py": "lr = 1\n"}, map[string]string{"model.py": "lr = 2\n"})
	page := b.get(comparing(short(old))+"&work=1", http.StatusOK)
	if !strings.Contains(page, "model.py") || !strings.Contains(page, "the work tree") {
		t.Errorf("the file that is gone since is missing:\n%s", page)
	}
	if page = b.get(comparing(short(old))+"&work=1&tab=environment", http.StatusOK); !strings.Contains(page, "is the same") {
		t.Errorf("the commit is the same:\n%s", page)
	}
}

func TestCompareEnvironmentAndPackages(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25)
	if page := b.get(comparing(ids...)+"&tab=packages", http.StatusOK); !strings.Contains(page, "The packages of all runs is the same") {
		t.Errorf("the same program has other packages:\n%s", page)
	}
	b.get(comparing(ids...)+"&tab=environment", http.StatusOK)
	rows := comparedChanges([][]recorder.Change{
		{{Name: "torch", Kind: recorder.Changed, A: "2.1", B: "2.2"}},
		{{Name: "numpy", Kind: recorder.Added, B: "1.0"}},
	})
	var got []string
	for _, row := range rows {
		for _, cell := range row.Cells {
			got = append(got, cell.Full)
		}
	}
	if strings.Join(got, "|") != "||1.0|2.1|2.2|2.1" {
		t.Errorf("got %q", got)
	}
}

func TestCompareEscapesWhatRunsSay(t *testing.T) {
	b := newBench(t)
	hostile := `<script>alert(1)</script>"'` + "\u202e"
	var ids []string
	for i := range 2 {
		ids = append(ids, short(b.record(recorder.Options{Title: hostile}, func(e *recorder.Experiment) {
			e.SetParameter(hostile, fmt.Sprint(hostile, i))
			e.AddScalar(hostile, float64(i), 1)
		})))
	}
	for _, tab := range []string{"", "&tab=charts", "&tab=source", "&tab=environment", "&flip=1"} {
		page := b.get(comparing(ids...)+tab, http.StatusOK)
		page, _, _ = strings.Cut(page, `aria-labelledby="compare-charts"`)
		if strings.Contains(page, "<script>") || strings.Contains(page, "\u202e") {
			t.Errorf("%s: what a run says became markup", tab)
		}
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

// Images stand in rows of their names, of each run the one nearest to the step.
func TestCompareImages(t *testing.T) {
	b := newBench(t)
	var ids []string
	for i, steps := range [][]int{{0, 10}, {4, 20}, nil} {
		ids = append(ids, short(b.record(recorder.Options{Name: fmt.Sprint("run-", i)}, func(e *recorder.Experiment) {
			for _, step := range steps {
				e.AddImage("digits <a>", image.NewGray(image.Rect(0, 0, 8, 8)), step)
			}
		})))
	}
	at := func(page string) string { return rowOf(t, page, "digits &lt;a&gt;") }
	page := b.get(comparing(ids...)+"&tab=images", http.StatusOK)
	if got := at(page); got != "digits &lt;a&gt;| step 10| step 20| –|" {
		t.Errorf("the last images are %q", got)
	}
	page = b.get(comparing(ids...)+"&tab=images&step=5", http.StatusOK)
	if got := at(page); got != "digits &lt;a&gt;| step 0| step 4| –|" {
		t.Errorf("the images near step 5 are %q", got)
	}
	for _, want := range []string{"&amp;step=4\"", "&amp;step=10\"", `name="tab" value="images"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	source := regexp.MustCompile(`<img[^>]* src="([^"]*)"`).FindStringSubmatch(page)
	if source == nil {
		t.Fatal("no image")
	}
	if picture := b.get(strings.ReplaceAll(source[1], "&amp;", "&"), http.StatusOK); !strings.HasPrefix(picture, "\x89PNG") {
		t.Error("the image is none")
	}
	if page = b.get(comparing(ids[2], ids[0])+"&tab=images&only=nothing", http.StatusOK); !strings.Contains(page, "No image is called like") {
		t.Error("an empty page says nothing")
	}
}
