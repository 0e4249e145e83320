package views

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// seenIn is what a form on a page says it has shown of a field.
func (b *bench) seenIn(page, field string) string {
	b.Helper()
	_, rest, ok := strings.Cut(page, `name="seen-`+field+`" value="`)
	if !ok {
		b.Fatalf("the page has no form for the %s:\n%s", field, page)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// reread gives the run as it is now.
func (b *bench) reread(id string) *recorder.Run {
	b.Helper()
	run, err := b.project().Run(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return run
}

func TestNotesAreEdited(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first", Tags: []string{"quick"}}, func(*recorder.Experiment) {})
	at := "/runs/" + id[:8]

	page := b.get(at+"?edit=description", http.StatusOK)
	b.has(page, "<textarea", "Save")
	b.has(page, `id="run-notes" aria-label="Notes" hx-morph-skip`) // nobody's typing is morphed away
	if n := strings.Count(page, `data-live="run/`+id+`/notes"`); n != 1 {
		t.Errorf("%d places follow the notes, want the head alone", n)
	}
	to, _ := b.post(at+"/notes", url.Values{"description": {"One\r\n\r\n*two*"}, "seen-description": {b.seenIn(page, "description")}}, http.StatusSeeOther)
	if to != at {
		t.Errorf("the answer leads to %s", to)
	}
	b.has(b.get(to, http.StatusOK), "<em>two</em>")
	if got := b.reread(id).Description(); got != "One\n\n*two*" {
		t.Errorf("the description is %q", got)
	}

	b.post(at+"/notes", url.Values{"title": {"A better name"}, "tab": {"environment"}}, http.StatusSeeOther)
	b.has(b.get(at+"/environment", http.StatusOK), ">A better name</h1>")
	b.post(at+"/notes", url.Values{"title": {""}}, http.StatusSeeOther)
	b.has(b.get(at, http.StatusOK), ">first</h1>")

	b.has(b.get(at+"?edit=tags", http.StatusOK), `name="tags" value="quick"`, `name="had" value="quick"`)
	b.post(at+"/notes", url.Values{"had": {"quick"}, "tags": {"best, final"}}, http.StatusSeeOther)
	b.post(at+"/notes", url.Values{"add": {"more"}, "remove": {"final"}}, http.StatusSeeOther)
	if got := b.reread(id).Tags(); !slices.Equal(got, []string{"best", "more"}) {
		t.Errorf("the tags are %q", got)
	}

	b.post(at+"/notes", url.Values{"archived": {"true"}}, http.StatusSeeOther)
	b.has(b.get(at, http.StatusOK), "It is archived")
	b.post(at+"/notes", url.Values{"archived": {"false"}}, http.StatusSeeOther)
	b.hasNot(b.get(at, http.StatusOK), "It is archived")
}

// What cannot be kept is said, and nothing of what was typed is lost.
func TestNotesThatCannotBeKept(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first"}, func(*recorder.Experiment) {})
	_, page := b.post("/runs/"+id+"/notes", url.Values{"had": {""}, "tags": {"good Not_Good!"}, "description": {"kept words"}}, http.StatusBadRequest)
	b.has(page, "Not_Good!", `value="good Not_Good!"`, ">kept words</textarea>", `role="alert"`, "Nothing has been changed yet")
	_, page = b.post("/runs/"+id+"/notes", url.Values{"description": {strings.Repeat("x", 1<<20+1)}}, http.StatusBadRequest)
	b.has(page, "shorten it", strings.Repeat("x", 1<<20+1))
	if run := b.reread(id); len(run.Tags()) > 0 || run.Description() != "" {
		t.Error("something was changed all the same")
	}
	b.post("/runs/"+id+"/notes", url.Values{"description": {strings.Repeat("x", 11<<20)}}, http.StatusBadRequest)
	b.post("/runs/00000000/notes", url.Values{"title": {"x"}}, http.StatusNotFound)
	b.post("/runs/"+id+"/notes", url.Values{"dismiss": {"archived"}}, http.StatusSeeOther)
}

// Words that came while somebody was typing are shown, not overwritten.
func TestNotesOfTwoPeople(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first"}, func(*recorder.Experiment) {})
	at := "/runs/" + id
	page := b.get(at+"?edit=conclusion", http.StatusOK)
	b.post(at+"/notes", url.Values{"conclusion": {"theirs"}, "seen-conclusion": {b.seenIn(page, "conclusion")}}, http.StatusSeeOther)
	mine := url.Values{"conclusion": {"mine"}, "seen-conclusion": {b.seenIn(page, "conclusion")}}
	_, asked := b.post(at+"/notes", mine, http.StatusConflict)
	b.has(asked, "theirs", ">mine</textarea>", "while you were writing")
	if got := b.reread(id).Conclusion(); got != "theirs" {
		t.Errorf("the conclusion is %q", got)
	}
	mine.Set("seen-conclusion", b.seenIn(asked, "conclusion"))
	b.post(at+"/notes", mine, http.StatusSeeOther)
	if got := b.reread(id).Conclusion(); got != "mine" {
		t.Errorf("the conclusion is %q", got)
	}
}
