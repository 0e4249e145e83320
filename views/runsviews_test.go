package views

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// What the list shows is saved under a name, opens first where that was wished,
// and the list of all runs stays within reach.
func TestSavedViews(t *testing.T) {
	b := newBench(t)
	for i := range 3 {
		b.record(recorder.Options{Name: "run"}, func(e *recorder.Experiment) { e.SetParameter("lr", i) })
	}
	to, _ := b.act("/runs/views?q=lr=1..&sort=-lr&page=1&done=x", url.Values{"action": {"save"}, "name": {" fast  ones "}}, http.StatusSeeOther)
	if to != "/?q=lr=1..&sort=-lr" {
		t.Errorf("saving leads to %s", to)
	}
	if page := b.get(to, http.StatusOK); !strings.Contains(page, `<span>fast ones</span>`) || !strings.Contains(page, "Change this view…") {
		t.Error("the rail does not show the saved view as the one that is shown")
	}
	if page := b.get("/", http.StatusOK); !strings.Contains(page, "<strong>3</strong>") {
		t.Error("a view that is not the default opens at /")
	}
	b.act("/runs/views?q=lr=1..&sort=-lr", url.Values{"action": {"save"}, "name": {"fast ones"}, "default": {"1"}}, http.StatusSeeOther)
	page := b.get("/", http.StatusOK)
	if !strings.Contains(page, "<strong>2</strong>") || !strings.Contains(page, `href="/?q="`) {
		t.Error("the default view does not open at /, or hides the list of all runs")
	}
	if page := b.get("/?q=", http.StatusOK); !strings.Contains(page, "<strong>3</strong>") {
		t.Error("/?q= is not the list of all runs")
	}
	b.act("/runs/views", url.Values{"action": {"delete"}, "name": {"fast ones"}}, http.StatusSeeOther)
	if page := b.get("/", http.StatusOK); !strings.Contains(page, "<strong>3</strong>") || strings.Contains(page, "fast ones") {
		t.Error("a view that was deleted is still there")
	}
	b.act("/runs/views", url.Values{"action": {"save"}, "name": {""}}, http.StatusBadRequest)
	b.act("/runs/views", url.Values{"action": {"forget"}, "name": {"x"}}, http.StatusBadRequest)
}

// A view is saved and opened with the pointer.
func TestSavedViewsInTheBrowser(t *testing.T) {
	b := manyRuns(t, 30)
	tab := browsertest.NewTab(t, 1440, 900, false)
	tab.Open(b.url + "/?q=status=failed")
	tab.Click(".views .quiet")
	tab.Type("#view-name", "broken")
	tab.Screenshot("runs-save-view")
	tab.Click("#view-save .main")
	tab.Poll(`document.querySelector(".views a[aria-current]")?.innerText.includes("broken")`)
	tab.Click(`.places a`)
	tab.Poll(`!document.querySelector(".views a[aria-current]")`)
	tab.Click(".facet a[href*='host=gpu-1']")
	tab.Poll(`location.search.includes("host=gpu-1")`)
	tab.Click(".views a")
	tab.Poll(`location.search === "?q=status=failed" && document.querySelectorAll("#runs tbody tr").length === 3`)
	tab.Axe()
	tab.Settle()
}
