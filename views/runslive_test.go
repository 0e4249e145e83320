package views

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// While somebody looks, rows change in their places; new runs are counted, and
// come when they are asked for. Focus and selection stay.
func TestRunsPageFollows(t *testing.T) {
	b := newBench(t)
	b.record(recorder.Options{Name: "ended"}, func(e *recorder.Experiment) { e.AddScalar("loss", 0.25, 1) })
	e := recorder.Start(recorder.Options{Dir: b.dir, Name: "going", Quiet: true, NoSystem: true, Steps: 4})
	t.Cleanup(e.Finish)
	e.AddScalar("loss", 0.5, 0)
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	tab := browsertest.NewTab(t, 1440, 900, false)
	tab.Open(b.url + "/?sort=loss")
	tab.Poll(`document.querySelector("tbody tr:nth-child(2) progress")?.value === 25`)
	tab.Poll(`document.querySelector("#live").dataset.state === "live"`)
	tab.Click("tbody tr:nth-child(2) input")
	tab.Eval(`document.querySelector("tbody tr:nth-child(2) th a").focus()`)

	e.AddScalar("loss", 0.125, 1)
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	b.record(recorder.Options{Name: "new"}, func(e *recorder.Experiment) { e.AddScalar("loss", 0.0625, 1) })
	tab.Poll(`document.querySelector("tbody tr:nth-child(2)").innerText.includes("0.125")`)
	tab.Poll(`document.querySelector("tbody tr:nth-child(2) progress").value === 50`)
	tab.Poll(`document.querySelector("a.chip")?.innerText === "1 new"`)
	if got := browsertest.Eval[string](tab, `document.activeElement.innerText`); got != "going" {
		t.Errorf("the focus is on %q after rows changed, want going", got)
	}
	if tab.Count("tbody tr.picked") != 1 || tab.Count("tbody tr") != 2 {
		t.Error("the selection, or the rows on the screen, are others after one changed")
	}
	if tab.URL() != b.url+"/?sort=loss" {
		t.Errorf("the address became %s", tab.URL())
	}
	tab.Click("a.chip")
	tab.Poll(`document.querySelector("tbody tr th a").innerText === "new" && !document.querySelector("a.chip")`)
	tab.Settle()
}

// What is asked for rows on a screen names only runs.
func TestRowsOnAScreen(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	b.get("/?since=x&rows="+id[:8], http.StatusOK)
	b.get("/?since=1&rows="+id[:8]+",zzzz,,../..,00000000", http.StatusOK)
}

// An answer that is another page is shown as that page, and not as nothing.
func TestRunsPageBecomesAnother(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	tab := browsertest.NewTab(t, 1440, 900, false)
	tab.Open(b.url + "/?sort=name")
	tab.Eval(`document.querySelector(".places a").focus()`)
	b.act("/runs/actions", url.Values{"action": {"delete"}, "run": {id}}, http.StatusSeeOther)
	tab.Press(kb.Enter) // unless the page followed by itself: then nothing has the focus
	tab.Poll(`document.querySelector("h1")?.innerText === "No runs yet"`)
	tab.Settle()
}
