package views

import (
	"fmt"
	"image"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

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
	if page = b.get(comparing(short(old))+"&work=1&tab=environment", http.StatusOK); !strings.Contains(page, "The environment is the same") {
		t.Errorf("the commit is the same:\n%s", page)
	}
}

func TestCompareEnvironmentAndPackages(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25)
	if page := b.get(comparing(ids...)+"&tab=packages", http.StatusOK); !strings.Contains(page, "The packages are the same in all runs") {
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
