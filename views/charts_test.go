package views

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/plot"
)

// answer asks for a page and gives its head and body.
func (b *bench) answer(path string, head ...string) (*http.Response, []byte) {
	b.Helper()
	request, err := http.NewRequest("GET", b.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i+1 < len(head); i += 2 {
		request.Header.Set(head[i], head[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer, body
}

// said is the header that goes with points.
type said struct {
	Count       int
	X, Y        []float64
	Last, Exact string
	Notes       []string
	Whole       bool
}

// points asks for the points of a scalar.
func (b *bench) points(run string, q url.Values) (plot.Wire, said) {
	b.Helper()
	answer, body := b.answer("/runs/" + run + "/points?" + q.Encode())
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s\n%s", q, answer.Status, body)
	}
	line, rest, err := plot.DecodeWire(body)
	if err != nil || len(rest) != 0 {
		b.Fatalf("%s: %v, %d bytes left", q, err, len(rest))
	}
	var s said
	if err := json.Unmarshal([]byte(answer.Header.Get("Exprec-Line")), &s); err != nil {
		b.Fatal(err)
	}
	return line, s
}

func TestPoints(t *testing.T) {
	b := newBench(t)
	const n = 5000
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range n {
			e.AddScalar("train/lösß <b>", math.Sin(float64(i)/50)*float64(i%7), i)
		}
	})
	q := url.Values{"name": {"train/lösß <b>"}}
	all, said := b.points(id, q)
	if len(all.X) != n || !said.Whole || said.Count != n || !reflect.DeepEqual(said.X, []float64{0, n - 1}) {
		t.Fatalf("all points: %d, %+v", len(all.X), said)
	}
	q.Set("w", "100")
	few, said := b.points(id, q)
	want := plot.Downsample(plot.Points{X: all.X, Y: all.Y}, math.NaN(), math.NaN(), 100)
	if said.Whole || !reflect.DeepEqual(few.X, plot.Pick(all.X, want)) || !reflect.DeepEqual(few.Y, plot.Pick(all.Y, want)) {
		t.Errorf("100 columns: %d points, want %d", len(few.X), len(want))
	}
	q.Set("from", "1000")
	q.Set("to", "1100")
	part, _ := b.points(id, q)
	first, last := part.X[0], part.X[len(part.X)-1]
	if first < 990 || first > 999 || last < 1101 || last > 1110 || len(part.X) != int(last-first)+1 {
		t.Errorf("the points 1000 to 1100 with their neighbours are %d from %v to %v", len(part.X), first, last)
	}
	q.Set("smooth", "50")
	smooth, _ := b.points(id, q)
	brute := plot.Smooth(all.Y, 1-1.0/50)
	for i, x := range smooth.X {
		if smooth.Smooth[i] != brute[int(x)] {
			t.Fatalf("smoothed at %v: %v, want %v", x, smooth.Smooth[i], brute[int(x)])
		}
	}
}

func TestPointsOfWhatIsNoNumber(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i, v := range []float64{1, math.NaN(), 0, math.Inf(1), -2, 5, 4} {
			e.AddScalar("v", v, i)
		}
		for i, step := range []int{0, 1, 2, 1, 2, 3} {
			e.AddScalar("back", float64(i), step)
		}
		e.AddScalar("none", math.NaN(), 1)
	})
	line, said := b.points(id, url.Values{"name": {"v"}, "log": {"xy"}, "w": {"50"}})
	if !line.Gaps || !reflect.DeepEqual(said.Notes, []string{"1 NaN", "1 infinite", "2 ≤ 0 hidden", "1 at x ≤ 0 hidden"}) {
		t.Errorf("on logarithmic axes: %v, %q", line, said.Notes)
	}
	line, said = b.points(id, url.Values{"name": {"back"}})
	if !reflect.DeepEqual(line.Y, []float64{0, 3, 4, 5}) || len(said.Notes) != 1 || said.Last != "5" {
		t.Errorf("steps that went back: %v, %+v", line, said)
	}
	line, _ = b.points(id, url.Values{"name": {"back"}, "x": {"time"}})
	if len(line.Y) != 6 {
		t.Errorf("by time every point counts: %v", line)
	}
	line, said = b.points(id, url.Values{"name": {"none"}, "out": {"1"}, "smooth": {"10"}, "w": {"10"}})
	if len(line.X) != 1 || said.Last != "NaN" || said.Y != nil {
		t.Errorf("no number at all: %v, %+v", line, said)
	}
}

func TestPointsRefuse(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddScalar("a", 1, 1) })
	for _, q := range []string{
		"", "name=", "name=a&x=day", "name=a&w=0", "name=a&w=99999999", "name=a&w=x", "name=a&smooth=-1", "name=a&smooth=10001",
		"name=a&from=NaN", "name=a&to=Inf", "name=a&from=x", "name=a&from=2&to=1", "name=a&log=z", "name=a&from=1e999",
	} {
		if page := b.get("/runs/"+id+"/points?"+q, http.StatusBadRequest); !strings.Contains(page, ".</p>") {
			t.Errorf("?%s is refused without a sentence:\n%s", q, page)
		}
	}
	for _, q := range []string{"x=day", "sm=x", "logx=yes", "z=1", "z=2..1", "z=a..b", "only=" + strings.Repeat("x", 300)} {
		b.get("/runs/"+id+"/charts?"+q, http.StatusBadRequest)
		b.get("/runs/"+id+"/chart.svg?name=a&"+q, http.StatusBadRequest)
	}
	for _, path := range []string{"points?name=b", "points.csv?name=b", "chart.svg?name=b", "chart.svg?name=b&with=" + id} {
		b.get("/runs/"+id+"/"+path, http.StatusNotFound)
	}
	b.get("/runs/"+id+"/chart.svg?name=a&with=..", http.StatusNotFound)
	b.get("/runs/00000000/points?name=a", http.StatusNotFound)
	b.get("/runs/"+id+"/chart.svg?name=a"+strings.Repeat("&with="+id, 60), http.StatusBadRequest)
}

func TestPointsAreAskedForAgain(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddScalar("a", 1, 1) })
	path := "/runs/" + id + "/points?name=a&w=10"
	first, _ := b.answer(path)
	tag := first.Header.Get("ETag")
	if again, body := b.answer(path, "If-None-Match", tag); tag == "" || again.StatusCode != http.StatusNotModified || len(body) != 0 {
		t.Errorf("an ended run: %q, then %s", tag, again.Status)
	}
	if other, _ := b.answer(path+"&log=y", "If-None-Match", tag); other.StatusCode != http.StatusOK {
		t.Errorf("another chart with the same tag: %s", other.Status)
	}
}

func TestChartsAsCSV(t *testing.T) {
	b := newBench(t)
	record := func(v float64) string {
		return b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddScalar("a/b", v, 3) })
	}
	one, two := record(0.1), record(math.Inf(-1))
	lines := strings.Split(b.get("/runs/"+one+"/points.csv?name=a/b", http.StatusOK), "\n")
	if lines[0] != "step,time,value" || !strings.HasPrefix(lines[1], "3,") || !strings.HasSuffix(lines[1], ",0.1") {
		t.Errorf("one run: %q", lines)
	}
	lines = strings.Split(b.get("/runs/"+one+"/points.csv?name=a/b&with="+two, http.StatusOK), "\n")
	if lines[0] != "run,step,time,value" || !strings.HasPrefix(lines[2], two+",3,") || !strings.HasSuffix(lines[2], ",-Inf") {
		t.Errorf("two runs: %q", lines)
	}
}

func TestChartsPage(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for _, name := range []string{"lr", "train/loss", "val/loss", `val/<i>"x"`} {
			for i := range 20 {
				e.AddScalar(name, 0.25*float64(i), i)
			}
		}
	})
	page := b.get("/runs/"+id[:8]+"/charts", http.StatusOK)
	for _, words := range []string{`<h2>train/</h2>`, `val/&lt;i&gt;&#34;x&#34;`, ">4.75</span>", "4 charts", `<path`, `class="` + colour(id) + `"`} {
		if !strings.Contains(page, words) {
			t.Errorf("the charts lack %s", words)
		}
	}
	if strings.Contains(page, "<i>") || strings.Contains(page, "style=") {
		t.Error("a name became markup, or a style stands in the page")
	}
	page = b.get("/runs/"+id[:8]+"/charts?only=val/*&logy=1&sm=20&x=time", http.StatusOK)
	if !strings.Contains(page, "2 of 4 charts") || strings.Count(page, `hx-morph-skip`) != 4 || strings.Count(page, "1 ≤ 0 hidden") != 2 {
		t.Error("the page of some charts is not as its URL says")
	}
	svg := b.get("/runs/"+id+"/chart.svg?name=train%2Floss&x=wall&with="+id, http.StatusOK)
	if !strings.Contains(svg, "seconds since 20") || !strings.Contains(svg, "xmlns=") {
		t.Errorf("the picture alone:\n%s", svg)
	}
}

func TestChartStateInURL(t *testing.T) {
	for _, q := range []string{"", "logx=1&logy=1&only=val%2F%2A&out=1&sm=50&x=time&z=0.5..10", "z=-3..1e%2B300"} {
		values, _ := url.ParseQuery(q)
		s, err := chartStateOf(values)
		if got := s.query().Encode(); err != nil || got != q {
			t.Errorf("%q came back as %q, %v", q, got, err)
		}
	}
}

func TestChartNamesMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "a", true}, {"LOSS", "train/loss", true}, {"los?", "train/loss", false}, {"*los?", "train/loss", true},
		{"train/*", "train/a/b", true}, {"train/*", "xtrain/a", false}, {"*a*b*", "xxaxxbxx", true}, {"*a*b", "ba", false}, {"?", "ü", true},
		{strings.Repeat("*a", 100) + "*b", strings.Repeat("a", 5000), false},
	} {
		if got := matches(c.pattern, c.name); got != c.want {
			t.Errorf("%.20s matches %.20s: %v", c.pattern, c.name, got)
		}
	}
}

func TestLineCache(t *testing.T) {
	line := func(n int) *lineData {
		s := &recorder.Series{Steps: make([]int64, n), Times: make([]time.Duration, n), Values: make([]float64, n)}
		for i := range s.Steps {
			s.Steps[i] = int64(i)
		}
		return newLineData(s, time.Now(), lineShape{})
	}
	reads := 0
	c := newLineCache(3 * (line(1000).bytes() + 1024))
	for round := range 2 {
		for i := range 4 {
			_, err := c.get(lineKey{name: strconv.Itoa(i)}, func() (*lineData, error) { reads++; return line(1000), nil })
			if err != nil || c.order.Len() > 3 || c.size > c.limit {
				t.Fatalf("round %d: %v, %d lines, %d bytes", round, err, c.order.Len(), c.size)
			}
		}
	}
	if reads != 8 {
		t.Errorf("%d reads of 4 lines, 3 of which fit, twice", reads)
	}
	if _, _ = c.get(lineKey{name: "3"}, nil); reads != 8 {
		t.Error("the line used last was forgotten")
	}
	if _, err := c.get(lineKey{name: "bad"}, func() (*lineData, error) { return nil, recorder.ErrNoScalar }); err == nil || c.known[lineKey{name: "bad"}] != nil {
		t.Error("an error was kept")
	}
}

// A run that goes on from another shows one line, which begins where the first
// one began.
func TestChartsOfAContinuedRun(t *testing.T) {
	b := newBench(t)
	first := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for i := range 100 {
			e.AddScalar("loss", 100-float64(i), i)
		}
	})
	second := b.record(recorder.Options{Continue: first}, func(e *recorder.Experiment) {
		for i := range 100 {
			e.AddScalar("loss", -float64(i), i+100)
		}
	})
	page := b.get("/runs/"+second+"/charts", http.StatusOK)
	for _, words := range []string{"/runs/" + first + "/points?among=1", "/runs/" + second + "/points?among=1", "data-earlier", ">-99</span>"} {
		if !strings.Contains(page, words) {
			t.Errorf("the charts of a run that goes on from another lack %s", words)
		}
	}
	if page := b.get("/runs/"+first+"/charts", http.StatusOK); strings.Contains(page, second) || strings.Contains(page, "data-earlier") {
		t.Error("the charts of the earlier run show the later one")
	}
}
