package views

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

func TestChangedSince(t *testing.T) {
	b := newBench(t)
	train := func(seed, depth int, loss float64) string {
		return b.record(recorder.Options{}, func(e *recorder.Experiment) {
			e.SetParameter("seed", seed)
			e.SetParameter("depth", depth)
			e.SetGoal("loss", recorder.Minimize)
			e.AddScalar("loss", 1, 0)
			e.AddScalar("loss", loss, 1)
		})
	}
	first := train(1, 3, 0.5)
	second := train(2, 3, 0.75)
	third := train(2, 4, 0.25)
	same := train(2, 4, 0.25)

	page := b.get("/runs/"+second, http.StatusOK)
	b.has(page, "Changed since <a href=\"/runs/"+first[:8]+"\">", "Nothing changed but the seed.", `<span class="bad" title="0.5 → 0.75">+0.25</span>`,
		`/compare?run=`+first[:8]+`&amp;run=`+second[:8])
	b.has(b.get("/runs/"+same, http.StatusOK), "Nothing that was recorded changed.", "as before")

	page = b.get("/runs/"+third, http.StatusOK)
	b.has(page, `<code class="was">3</code>`, `<code class="is">4</code>`, `<span class="good" title="0.75 → 0.25">−0.5</span>`)
	b.hasNot(page, "Nothing changed")

	page = b.get("/runs/"+third+"?prev="+first[:8], http.StatusOK)
	b.has(page, "Changed since <a href=\"/runs/"+first[:8]+"\">", "As chosen.", `<code class="was">1</code>`, `value="`+first[:8]+`" selected`,
		// the page stays with the choice when it is morphed, and when a note is edited
		`hx-get="/runs/`+third[:8]+`?prev=`+first[:8]+`"`, `edit=title&amp;prev=`+first[:8])
	b.has(b.get("/runs/"+third+"/packages?prev="+first[:8], http.StatusOK), "The same packages")
	b.get("/runs/"+third+"?prev=00000000", http.StatusNotFound)
}

func TestNeighboursAndRelations(t *testing.T) {
	b := newBench(t)
	nothing := func(*recorder.Experiment) {}
	first := b.record(recorder.Options{Name: "begun"}, func(e *recorder.Experiment) {
		f, err := e.Create("model.bin")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	})
	second := b.record(recorder.Options{Name: "gone-on", Continue: first}, func(e *recorder.Experiment) {
		f, err := e.OpenFrom(first, "model.bin")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	})
	third := b.record(recorder.Options{Name: "last", Continue: "5aeb0bd6-4f56-4c29-8e3c-0d3c1e4f5a6b"}, nothing)

	page := b.get("/runs/"+second, http.StatusOK)
	b.has(page, `id="run-older" href="/runs/`+first[:8]+`"`, `id="run-newer" href="/runs/`+third[:8]+`"`,
		`continues <a href="/runs/`+first[:8]+`">begun</a>`, "reads from", "model.bin")
	b.has(b.get("/runs/"+first+"/environment", http.StatusOK), `goes on in <a href="/runs/`+second[:8]+`">gone-on</a>`,
		`id="run-newer" href="/runs/`+second[:8]+`/environment"`)
	page = b.get("/runs/"+third, http.StatusOK)
	b.has(page, `<code title="This run is not here.">5aeb0bd6</code>`)
	b.hasNot(page, "run-newer")

	b.post("/runs/"+second+"/notes", map[string][]string{"archived": {"true"}}, http.StatusSeeOther)
	b.has(b.get("/runs/"+third, http.StatusOK), `id="run-older" href="/runs/`+first[:8]+`"`)
}

func TestProgramOf(t *testing.T) {
	for command, want := range map[string]string{
		"python3 train.py --lr 0.1":              "python3 train.py",
		"/usr/bin/python3 train.py lr=0.1":       "python3 train.py",
		"python -m lab.train --lr 1":             "python -m lab.train",
		"/tmp/go-build123/b001/exe/main -lr 0.1": "main",
		"go run ./cmd/train -lr 1":               "go run ./cmd/train",
		`C:\Python\python.exe a.py`:              "python.exe a.py",
		"python -m":                              "python",
		"":                                       "",
	} {
		if got := programOf(strings.Fields(command)); got != want {
			t.Errorf("%q runs %q, want %q", command, got, want)
		}
	}
}

func TestReproductionSaysWhatIsMissing(t *testing.T) {
	b := newBench(t)
	bare := b.record(recorder.Options{NoSource: true}, func(*recorder.Experiment) {})
	again := reproductionOf(b.reread(bare))
	if again.Rerun != "" || again.Checkout != "" || !slices.Contains(again.Warnings, "No source was kept: it cannot be checked out.") {
		t.Errorf("a run without source: %+v", again)
	}
	b.has(b.get("/runs/"+bare, http.StatusOK), "No source was kept")
	whole := b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddInput("data", b.dir+"/.gitignore") })
	again = reproductionOf(b.reread(whole))
	if !strings.HasPrefix(again.Checkout, "exprec checkout "+whole[:8]+" ../rerun-"+whole[:8]+"\ncd ../rerun-"+whole[:8]+"\n") {
		t.Errorf("the lines to type are %q", again.Checkout)
	}
	if again.Rerun != "" || !strings.Contains(strings.Join(again.Warnings, " "), "built by go run") {
		t.Errorf("a test binary is gone by then: %+v", again)
	}
}

// The head counts what had not been committed.
func TestUncommittedLines(t *testing.T) {
	b := newBench(t)
	dir := b.TempDir() + "/work"
	gitstoretest.Git(t, b.dir, "clone", "-q", b.dir, dir)
	gitstoretest.Write(t, dir, "extra.py", "one\ntwo\nthree\n")
	d := New(Options{Path: dir, Open: func(context.Context) (*recorder.Project, error) { return recorder.Open(dir) }})
	defer d.Close()
	e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoSystem: true, NoOutput: true})
	e.Finish()
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, httptest.NewRequest("GET", runURL(e.ID(), ""), nil))
	b.has(answer.Body.String(), "+3 −0 uncommitted", runURL(e.ID(), "source")+"?diff=commit")
}
