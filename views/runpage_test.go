package views

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// has fails unless a page has all of the words.
func (b *bench) has(page string, words ...string) {
	b.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			b.Errorf("the page lacks %q:\n%s", w, page)
		}
	}
}

// hasNot fails if a page has one of the words.
func (b *bench) hasNot(page string, words ...string) {
	b.Helper()
	for _, w := range words {
		if strings.Contains(page, w) {
			b.Errorf("the page has %q:\n%s", w, page)
		}
	}
}

// post sends a form as a browser does, and gives where the answer leads.
func (b *bench) post(path string, form url.Values, status int) (to, page string) {
	b.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(b.url+path, form)
	if err != nil {
		b.Fatal(err)
	}
	page = b.body(answer, path, status)
	return answer.Header.Get("Location"), page
}

func (b *bench) project() *recorder.Project {
	b.Helper()
	p, err := recorder.Open(b.dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = p.Close() })
	return p
}

func TestRunPage(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first", Tags: []string{"quick"}, Group: "sweep 1"}, func(e *recorder.Experiment) {
		e.SetParameter("model", map[string]any{"depth": 3, "width": []int{1, 2}})
		e.SetGoal("accuracy", recorder.Maximize)
		e.AddScalar("loss", 0.25, 1)
		e.AddScalar("accuracy", 0.9, 1)
		e.AddScalar("accuracy", 0.8, 2)
		e.SetResult("test/accuracy", 0.875)
	})
	page := b.get("/runs/"+id[:8], http.StatusOK)
	b.has(page, ">first</h1>", ">succeeded<", "model.depth", "<code>3</code>", "[1,2]", `aria-current="page"`, ">quick<",
		"/?q=group%3D%22sweep+1%22", "best 0.9 at step 1", "0.875", "exprec checkout "+id[:8], "No earlier run", "data-live=\"run/"+id+"/notes\"")
	b.hasNot(page, "exprec:changed\" hx-get=\"/runs/"+id[:8]+"\" hx-select=\"#run-metrics\"")
	if accuracy, loss := strings.Index(page, `aria-label="accuracy"`), strings.Index(page, `aria-label="loss"`); accuracy < 0 || loss < accuracy {
		t.Error("the main metric is not the first card")
	}
	b.has(b.get("/runs/"+id, http.StatusOK), ">first</h1>")
	b.has(b.get("/runs/"+id[:8]+"/environment", http.StatusOK), ">Machine<", ">Program<", id)
}

func TestPackages(t *testing.T) {
	b := newBench(t)
	first := b.record(recorder.Options{}, func(*recorder.Experiment) {})
	same := func(run string) string { return run }
	const before, after = "deadbeef-0000-4000-8000-000000000001", "deadc0de-0000-4000-8000-000000000002"
	b.copyRun(first, before, same, "numpy==2.3.1", "torch==2.8.0", "six==1.17.0")
	b.copyRun(first, after, same, "numpy==2.3.1", "torch==2.9.1", "<b>evil</b>==1")
	page := b.get("/runs/"+after+"/packages?prev="+before, http.StatusOK)
	b.has(page, ">numpy</th><td><code>2.3.1</code>", `<code class="was">2.8.0</code>`, `<code class="is">2.9.1</code>`, "&lt;b&gt;evil", "3 of 3", "3 packages")
	page = b.get("/runs/"+after+"/packages?q=NUM", http.StatusOK)
	b.has(page, ">numpy</th>", `value="NUM"`, "1 of 3")
	b.hasNot(page, ">torch</th><td><code>2.9.1</code></td>")
	b.has(b.get("/runs/"+after+"/packages?q=%3Cb%3Ex", http.StatusOK), "No package has &lt;b&gt;x")
	b.has(b.get("/runs/"+first+"/packages", http.StatusOK), "No packages were recorded")
}

// A note of somebody else reaches the page of a run that has ended.
func TestEndedRunFollowsItsNotes(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) { e.AddScalar("loss", 1, 1) })
	page := b.get("/runs/"+id, http.StatusOK)
	if n := strings.Count(page, `data-live="run/`+id+`/notes"`); n != 2 {
		t.Errorf("%d places follow the notes:\n%s", n, page)
	}
	b.hasNot(page, "/scalars\"", "/status\"")
}

// A run that did not succeed says first what went wrong.
func TestRunsOfEveryEnd(t *testing.T) {
	b := newBench(t)
	failed := b.record(recorder.Options{Name: "broken"}, func(e *recorder.Experiment) { e.Fail(errors.New("no <b>such</b> data")) })
	b.has(b.get("/runs/"+failed, http.StatusOK), ">failed<", "It failed", "no &lt;b&gt;such&lt;/b&gt; data")

	panicked := ""
	func() {
		defer func() { _ = recover() }()
		_ = recorder.Record(t.Context(), recorder.Options{Dir: b.dir, Quiet: true, NoSystem: true}, func(_ context.Context, e *recorder.Experiment) error {
			panicked = e.ID()
			panic("out of luck")
		})
	}()
	page := b.get("/runs/"+panicked, http.StatusOK)
	b.has(page, ">failed<", "out of luck", "TestRunsOfEveryEnd")
	if strings.Index(page, "out of luck") > strings.Index(page, "Reproduce</h2>") {
		t.Error("what went wrong does not stand first")
	}

	stopped := b.record(recorder.Options{Name: "enough"}, func(e *recorder.Experiment) { e.Fail(context.Canceled) })
	b.has(b.get("/runs/"+stopped, http.StatusOK), ">stopped<", "It was stopped")

	alive, kill := b.program()
	page = b.get("/runs/"+alive, http.StatusOK)
	b.has(page, ">running<", `data-live="run/`+alive+`/scalars"`, "step 3 of 10", `value="3"`)
	b.hasNot(page, "died without")
	kill()
	page = b.get("/runs/"+alive, http.StatusOK)
	b.has(page, ">lost<", "died without a word", "Last heard")
	b.hasNot(page, ">running<")
}

// What a run holds is text, wherever it stands.
func TestHostileRun(t *testing.T) {
	b := newBench(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>` + "\u202e"
	id := b.record(recorder.Options{Title: evil, Name: "n", Group: evil}, func(e *recorder.Experiment) {
		e.SetParameter("p"+evil, evil)
		e.SetParameter("javascript:alert(1)", "javascript:alert(1)")
		e.AddScalar("s"+evil, 1, 1)
		e.SetResult("r"+evil, 2)
		e.Fail(errors.New(evil))
	})
	p := b.project()
	run, err := p.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	words := "# Big\n\n" + evil + "\n\n[x](javascript:alert(1)) ![pic](https://example.com/a.png) <iframe src=//example.com></iframe> [y](https://example.com/)"
	if err := p.Edit(t.Context(), run, recorder.Edit{Description: &words, Conclusion: &words}); err != nil {
		t.Fatal(err)
	}
	for _, tab := range runTabs() {
		page := b.get(runURL(id, tab.Name), http.StatusOK)
		b.hasNot(page, "<script>alert", "<img", "<iframe", `href="javascript`, "<h1>Big")
	}
	page := b.get("/runs/"+id, http.StatusOK)
	_, h1, _ := strings.Cut(page, "<h1>")
	h1, _, _ = strings.Cut(h1, "</h1>")
	b.has(h1, `\u202e`) // it would turn around what stands behind it
	b.hasNot(h1, "\u202e")
	b.has(page, "<h3>Big</h3>", `rel="nofollow noreferrer noopener"`, ">picture: pic</a>")
	b.get("/runs/"+id+"?edit=description", http.StatusOK)
	b.get("/runs/"+id+"?edit="+url.QueryEscape(evil)+"&tab="+url.QueryEscape(evil), http.StatusOK)
	b.get("/runs/"+id+"?prev="+url.QueryEscape(evil), http.StatusNotFound)
	b.get("/runs/..%2f..%2fetc", http.StatusNotFound)
	b.get("/runs/"+url.PathEscape(evil), http.StatusNotFound)
	b.get("/runs/"+strings.Repeat("a", 4000), http.StatusNotFound)
}

func TestUnknownAndDeletedRuns(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "gone"}, func(*recorder.Experiment) {})
	b.has(b.get("/runs/00000000", http.StatusNotFound), "no run whose id begins with 00000000")

	to, _ := b.post("/runs/"+id+"/delete", nil, http.StatusSeeOther)
	b.has(b.get(to, http.StatusGone), "gone was deleted", "/undelete")
	for _, tab := range runTabs() {
		b.get(runURL(id, tab.Name), http.StatusGone)
	}
	to, _ = b.post("/runs/"+id+"/undelete", nil, http.StatusSeeOther)
	b.has(b.get(to, http.StatusOK), ">gone</h1>")
	b.post("/runs/"+id+"/undelete", nil, http.StatusSeeOther)

	p := b.project()
	run, err := p.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Purge(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	b.has(b.get("/runs/"+id, http.StatusGone), "was purged", id)
	b.post("/runs/"+id+"/undelete", nil, http.StatusGone)
}
