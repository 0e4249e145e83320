package views

import (
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// A run that goes on is followed: the table shows its new values, and it is
// measured against the base at the step where it is.
func TestCompareFollowsARunThatGoesOn(t *testing.T) {
	b := newBench(t)
	ended := b.compared(0.125)[0]
	e := recorder.Start(recorder.Options{Dir: b.dir, Name: "going", Quiet: true, NoSystem: true})
	t.Cleanup(e.Finish)
	e.SetParameter("lr", 1)
	e.AddScalar("train/loss", 1, 3)
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	tab := browsertest.NewTab(t, 1200, 800, false)
	tab.Open(b.url + comparing(ended, short(e.ID())))
	cell := `[...document.querySelectorAll(".compare tr")].find(r => r.textContent.includes("train/loss")).cells[2].innerText`
	// At step 3 the base had 1/4 + 0.125.
	tab.Poll(cell + `.startsWith("1") && ` + cell + `.includes("+0.625")`)
	e.AddScalar("train/loss", 0.5, 4)
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	// At step 4 it had 1/5 + 0.125.
	tab.Poll(cell + `.startsWith("0.5") && ` + cell + `.includes("+0.175")`)
	if tab.Count(".compare .star") > 0 && browsertest.Eval[bool](tab, cell+`.includes("★")`) {
		t.Error("a run that goes on is called the best")
	}
	e.Finish()
	tab.Poll(`document.querySelector("#compare-` + short(e.ID()) + ` .status").textContent == "succeeded"`)
	tab.Settle()
}

// Without script everything is there to read.
func TestCompareWithoutScript(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25)
	tab := browsertest.NewTab(t, 1200, 800, false, browsertest.NoScript)
	tab.Open(b.url + comparing(ids...))
	tab.NoSidewaysScroll()
	for selector, want := range map[string]int{".compare tbody tr": 5, ".chart .plot-lines path": 4, ".compare-only button": 1} {
		if got := tab.Count(selector); got != want {
			t.Errorf("%d of %s, want %d", got, selector, want)
		}
	}
	tab.FullScreenshot("compare-noscript")
	tab.Settle()
	tab.Click(".compare-add summary")
	before := tab.URL()
	tab.Click(".tabs a:nth-child(2)")
	tab.Poll(`location.href !== "` + before + `" && document.readyState === "complete" && document.querySelectorAll(".chart .plot-lines path").length == 4`)
	tab.FullScreenshot("compare-charts-noscript")
}
