package views

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// full records two runs with all that the pages of a run show.
func (b *bench) full() (before, run string) {
	b.Helper()
	record := func(seed int) string {
		o := recorder.Options{Name: fmt.Sprintf("net-%d", seed), Group: "nets", Tags: []string{"quick", "best"}, Steps: 100}
		return b.record(o, func(e *recorder.Experiment) {
			for p := range 20 {
				e.SetParameter(fmt.Sprintf("model.part%d", p), p*seed)
			}
			e.SetParameter("optimizer", map[string]any{"name": "adam", "betas": []float64{0.9, 0.999}, "schedule": map[string]any{"warmup": 100}})
			e.SetParameter("a_rather_long_name_of_a_parameter_without_any_blank", "and/a/rather/long/value/that/has/no/blank/either/"+fmt.Sprint(seed))
			e.SetGoal("val/accuracy", recorder.Maximize)
			for step := range 50 {
				e.AddScalar("train/loss", math.Exp(-float64(step)/20)*float64(seed), step)
				e.AddScalar("val/accuracy", 1-math.Exp(-float64(step)/30)/float64(seed), step)
			}
			e.SetResult("test/accuracy", 0.9)
			e.AddInput("digits", b.dir+"/.git/HEAD")
		})
	}
	before, run = record(1), record(2)
	r := b.reread(run)
	words := "A **wide** net, see [the paper](https://example.com/).\n\n- one\n- two\n\n```\ncode\n```"
	if err := b.project().Edit(b.Context(), r, recorder.Edit{Description: &words}); err != nil {
		b.Fatal(err)
	}
	return before, run
}

func TestEditInPlace(t *testing.T) {
	b := newBench(t)
	_, id := b.full()
	tab := browsertest.NewTab(t, 1200, 900, false)
	at := b.url + "/runs/" + id[:8]
	tab.Open(at)

	tab.Click("#edit-title")
	tab.Poll(`document.activeElement?.id === "note-title"`)
	tab.Press("better ")
	tab.Press(kb.Enter)
	tab.Poll(`document.querySelector("h1")?.textContent === "better "|| document.querySelector("h1")?.textContent === "better"`)
	tab.Poll(`document.activeElement?.id === "edit-title"`) // the keyboard stays where it was
	if got := tab.URL(); got != at {
		t.Errorf("after an edit the page is %s", got)
	}

	tab.Click("#edit-description")
	tab.Poll(`document.activeElement?.id === "note-description"`)
	tab.Press(kb.Escape)
	tab.Poll(`!document.querySelector("textarea")`)
	tab.Click("#edit-conclusion")
	tab.Poll(`document.activeElement?.id === "note-conclusion"`)
	tab.Press("It [1] *works*") // keys of the page do nothing while somebody types
	tab.Press(kb.Enter, chromedp.ModifierCtrl)
	tab.Poll(`document.querySelector("#run-notes .prose em")?.textContent === "works"`)

	tab.Click("#edit-tags")
	tab.Poll(`document.activeElement?.id === "note-tags"`)
	tab.Expect(http.StatusBadRequest, "/runs/"+id[:8]+"/notes")
	tab.Press(kb.End)
	tab.Press(" Bad_Tag")
	tab.Press(kb.Enter)
	tab.Poll(`document.querySelector("#run-head [role=alert]")?.textContent.includes("Bad_Tag")`)
	tab.Poll(`document.querySelector("#note-tags").value === "best quick Bad_Tag"`)
	tab.Eval(`document.querySelector("#note-tags").value = "fine"`)
	tab.Click("#run-head form button")
	tab.Poll(`[...document.querySelectorAll(".run-tags .tag")].map((t) => t.textContent).join() === "fine"`)
}

// All of it works by plain forms.
func TestEditWithoutScript(t *testing.T) {
	b := newBench(t)
	_, id := b.full()
	tab := browsertest.NewTab(t, 1200, 900, false, browsertest.NoScript)
	tab.Open(b.url + "/runs/" + id[:8] + "?edit=title")
	tab.Type("#note-title", "by hand")
	tab.Click("#run-head form button")
	tab.Poll(`document.querySelector("h1")?.textContent === "by hand"`)
	tab.Settle()
	tab.Click("details.menu > summary")
	tab.Expect(http.StatusGone, "/runs/"+id[:8])
	tab.Click("details.menu .danger")
	tab.Poll(`document.querySelector("h1")?.textContent === "by hand was deleted"`)
	tab.Settle()
	tab.Click("form button.main")
	tab.Poll(`document.querySelector("h1")?.textContent === "by hand"`)
	if run := b.reread(id); run.Deleted() || run.Title() != "by hand" {
		t.Errorf("the run is %q, deleted: %t", run.Title(), run.Deleted())
	}
}

func TestKeysOfARun(t *testing.T) {
	b := newBench(t)
	before, id := b.full()
	tab := browsertest.NewTab(t, 1200, 900, false)
	tab.Open(b.url + "/runs/" + id[:8])
	tab.Settle()
	last := len(runTabs())
	press := func(key, id, tabName string) {
		t.Helper()
		tab.Press(key)
		tab.Poll(fmt.Sprintf(`location.pathname === %q && document.readyState === "complete"`, runURL(id, tabName)))
		tab.Settle()
	}
	press(fmt.Sprint(last), id, runTabs()[last-1].Name)
	press("[", before, runTabs()[last-1].Name)
	press("]", id, runTabs()[last-1].Name)
	press("1", id, "")

	tab.Type(`[data-filter="run-params"]`, "warm")
	tab.Poll(`[...document.querySelectorAll("#run-params > div")].filter((line) => !line.hidden).length === 1`)
}

func TestRunPagesAreAccessible(t *testing.T) {
	b := newBench(t)
	before, id := b.full()
	failed := b.record(recorder.Options{Name: "a-name-that-is-rather-long-and-has-no-blank-in-it-at-all-so-that-it-has-to-break"}, func(e *recorder.Experiment) {
		e.Fail(errors.New("no such data: /a/path/that/is/rather/long/and/cannot/be/broken/at/any/blank/in/it.csv.gz"))
	})
	deleted := b.record(recorder.Options{Name: "gone", Continue: before}, func(*recorder.Experiment) {})
	if err := b.project().Delete(context.Background(), b.reread(deleted)); err != nil {
		t.Fatal(err)
	}
	pages := []string{runURL(id, "") + "?edit=description", runURL(failed, ""), runURL(id, "") + "?edit=tags", runURL(id, "environment"), runURL(id, "packages"), runURL(id, ""), runURL(deleted, "")}
	for _, dark := range []bool{false, true} {
		for _, width := range []int{1440, 390} {
			tab := browsertest.NewTab(t, width, 900, dark)
			tab.Expect(http.StatusGone, runURL(deleted, ""))
			for _, page := range pages {
				tab.Open(b.url + page)
				tab.Settle()
				tab.NoSidewaysScroll()
				if full() || (width == 1440) != dark {
					tab.Axe()
				}
			}
		}
	}
}
