package views

import (
	"image"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// A run whose content is on a remote has pages that say so, and a button that
// gets it.
func TestPagesOfALightRun(t *testing.T) {
	dir := gitstoretest.New(t)
	server, clone := filepath.Join(t.TempDir(), "server.git"), filepath.Join(t.TempDir(), "clone")
	gitstoretest.Git(t, dir, "init", "-q", "--bare", server)
	gitstoretest.Git(t, dir, "push", "-q", server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, server, "symbolic-ref", "HEAD", "refs/heads/main")
	gitstoretest.Git(t, dir, "remote", "add", "origin", server)
	gitstoretest.Git(t, dir, "clone", "-q", server, clone)
	theirs := benchOf(t, dir)
	var runs []string
	for i, name := range []string{"one", "two"} {
		runs = append(runs, theirs.record(recorder.Options{Name: name}, func(e *recorder.Experiment) {
			e.SetParameter("lr", 0.25*float64(i+1))
			e.SetResult("acc", 0.5+float64(i))
			for step := range 100 {
				e.AddScalar("loss", 0.375, step)
			}
			e.AddImage("sample", image.NewGray(image.Rect(0, 0, 4, 4)), 1)
		}))
	}
	if _, err := theirs.project().Push(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	defer gitstoretest.Unchanged(t, clone)()
	b := benchOf(t, clone)
	if _, err := b.project().FetchLight(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	b.has(b.get("/", http.StatusOK), "/runs/"+runs[0][:8], ">on origin</small>")
	b.has(b.get("/?group=status", http.StatusOK), "succeeded")
	b.has(b.get("/runs/"+runs[0], http.StatusOK), "Get it in full from origin", "0.25", "0.375")
	for _, tab := range runTabs() {
		b.has(b.get(runURL(runs[0], tab.Name), http.StatusOK), "Get it in full from origin")
	}
	b.has(b.get(comparing(short(runs[0]), short(runs[1])), http.StatusOK), "0.25", "0.5", "loss")
	for tab, what := range map[string]string{
		"": "few points only: the others are on origin", "charts": "few points only: the others are on origin",
		"images": ">not here yet</span>", "source": "The source is not here yet.",
	} {
		page := b.get(comparing(short(runs[0]), short(runs[1]))+"&tab="+tab, http.StatusOK)
		b.has(page, what, "of these runs are on origin, and not here yet", "/compare/fetch?run="+short(runs[0]))
		if strings.Contains(page, "<img") || strings.Contains(page, "exprec fetch") || strings.Contains(page, "0 files") {
			t.Errorf("the tab %q shows what is not here:\n%s", tab, page)
		}
	}
	b.has(b.get(comparing(short(runs[0]), short(runs[1]))+"&tab=charts&x=time", http.StatusOK), "its times are on origin, and not here yet")
	lightPages(b, runs)
	if err := os.Rename(server, server+".away"); err != nil {
		t.Fatal(err)
	}
	_, page := b.post("/runs/"+runs[0]+"/fetch", url.Values{}, http.StatusBadGateway)
	b.has(page, "try again when origin")
	if err := os.Rename(server+".away", server); err != nil {
		t.Fatal(err)
	}
	to, _ := b.post("/runs/"+runs[0]+"/fetch", url.Values{"tab": {"charts"}}, http.StatusSeeOther)
	if page := b.get(to, http.StatusOK); strings.Contains(page, "Get it in full") || !strings.Contains(to, "charts") {
		t.Errorf("%s: the run is still called light", to)
	}
	if page := b.get("/runs/"+runs[1], http.StatusOK); !strings.Contains(page, "Get it in full") {
		t.Error("the other run has come too")
	}
	compared := comparing(short(runs[0]), short(runs[1])) + "&tab=images"
	b.has(b.get(compared, http.StatusOK), "<strong>two</strong> are on origin, and not here yet", "<img", ">not here yet</span>")
	tab := browsertest.NewTab(t, 1440, 900, true)
	tab.Open(b.url + compared)
	tab.Click("#compare-light button")
	tab.Poll(`!document.getElementById("compare-light") && document.querySelectorAll("img").length == 2`)
	if !strings.HasSuffix(tab.URL(), compared) {
		t.Errorf("after the fetch the browser is at %s", tab.URL())
	}
}

// lightPages looks at pages of runs that are not here in full: nothing on them is
// asked for in vain.
func lightPages(b *bench, runs []string) {
	b.Helper()
	tab := browsertest.NewTab(b, 390, 844, false)
	for _, path := range []string{"/", "/runs/" + runs[0], "/runs/" + runs[0] + "/images", comparing(short(runs[0]), short(runs[1])), comparing(short(runs[0]), short(runs[1])) + "&tab=images"} {
		tab.Open(b.url + path)
		tab.Axe()
		tab.NoSidewaysScroll()
	}
	tab.Open(b.url + comparing(short(runs[0]), short(runs[1])) + "&tab=charts")
	tab.Poll(`document.querySelector(".chart.drawn .chart-notes").textContent.startsWith("a few points only")`)
	tab.Open(b.url + "/runs/" + runs[0])
	if said := browsertest.Eval[string](tab, `(() => {
		const form = document.getElementById("run-light");
		form.addEventListener("submit", event => event.preventDefault());
		form.requestSubmit();
		return form.querySelector("button").textContent + form.querySelector("button").getAttribute("aria-disabled");
	})()`); said != "Getting it…true" {
		b.Errorf("while a run comes its button says %q", said)
	}
	tab.Close()
}
