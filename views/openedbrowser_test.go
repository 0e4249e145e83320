package views

import (
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// What a reader has opened stays open while the page follows what others write,
// and the tab that is open is in view on a small screen.
func TestOpenedPartsStayOpen(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	write := func(words string) {
		t.Helper()
		run, err := b.project().Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.project().Edit(t.Context(), run, recorder.Edit{Description: &words}); err != nil {
			t.Fatal(err)
		}
	}
	write("the first words")
	tab := browsertest.NewTab(t, 390, 844, false)
	tab.Open(b.url + "/runs/" + id)
	tab.Click(".who-said summary")
	tab.Poll(`document.querySelector(".who-said").open`)
	write("the second words")
	tab.Poll(`document.querySelector(".run-notes .prose").innerText.includes("second")`)
	if !browsertest.Eval[bool](tab, `document.querySelector(".who-said").open`) {
		t.Error("what was opened is closed")
	}
	tab.Open(b.url + "/runs/" + id + "/environment")
	if !browsertest.Eval[bool](tab, `document.querySelector("#run-tabs [aria-current]").getBoundingClientRect().right <= innerWidth`) {
		t.Error("the tab that is open is out of view")
	}
}
