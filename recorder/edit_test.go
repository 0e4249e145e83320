package recorder

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

func ptr[T any](v T) *T { return &v }

func TestEdit(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	m.Title, m.Tags = "recorded", []string{"a", "b"}
	b.seal(m)
	p := b.open()
	edit := func(e Edit) *Run {
		t.Helper()
		if err := p.Edit(t.Context(), b.one(p, m), e); err != nil {
			t.Fatal(err)
		}
		return b.one(p, m)
	}
	r := edit(Edit{Title: ptr("New title"), Description: ptr("what\nfor"), Conclusion: ptr("it works"), AddTags: []string{"c"}, RemoveTags: []string{"a"}, Archived: ptr(true)})
	want(t, "label", r.Label(), "New title")
	want(t, "description", r.Description(), "what\nfor")
	want(t, "conclusion", r.Conclusion(), "it works")
	want(t, "tags", r.Tags(), []string{"b", "c"})
	want(t, "archived", r.Archived(), true)
	want(t, "still listed", len(must(p.Runs(t.Context(), ""))), 1)
	r = edit(Edit{Title: ptr(""), Archived: ptr(false), AddTags: []string{"a"}})
	want(t, "a title that was taken away", r.Label(), "recorded")
	want(t, "tags", r.Tags(), []string{"a", "b", "c"})
	want(t, "archived", r.Archived(), false)
	want(t, "untouched", r.Conclusion(), "it works")

	info, err := b.store.ReadCommit(r.Commit())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "notes lie on the record", info.Parents, []gitstore.Hash{m.tip})
	want(t, "message", info.Message, record.NotesMessage)
	base, _, err := baseOf(b.store, r.Commit())
	want(t, "base", base.hash, m.tip)
	want(t, "err", err, nil)
	want(t, "the record's series are there", len(must(r.Series("loss")).Values), 3)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The commit of notes follows from the record and the notes alone.
func TestNotesCommitsAreDerived(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("r"))
	p := b.open()
	if err := p.Edit(t.Context(), b.one(p, m), Edit{AddTags: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	r := b.one(p, m)
	base, said, err := baseOf(b.store, r.Commit())
	if err != nil {
		t.Fatal(err)
	}
	commit := notesCommit(base, said)
	commit.Ref = "refs/exprec-test/again"
	again, err := b.store.Commit(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the same notes give the same commit", again, r.Commit())
}

func TestNotesOnAStartAreKeptBySealing(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	b.start(m)
	w, lock := b.journal(m, nil)
	w.Scalar(w.Series("loss"), 1, 1)
	p := b.open()
	if err := p.Edit(t.Context(), b.one(p, m), Edit{Title: ptr("noted early")}); err != nil {
		t.Fatal(err)
	}
	want(t, "while it runs", b.one(p, m).Label(), "noted early")
	w.Close()
	lock.Unlock()
	recovery, err := p.Recover(t.Context(), false)
	if err != nil || len(recovery.Sealed) != 1 {
		t.Fatal(recovery, err)
	}
	r := b.one(p, m)
	want(t, "after the end", r.Label(), "noted early")
	want(t, "status", r.Status(), Lost)
	if err := p.Edit(t.Context(), r, Edit{Title: ptr("noted late")}); err != nil {
		t.Fatal(err)
	}
	base, _, err := baseOf(b.store, b.one(p, m).Commit())
	want(t, "the base is the record", base.hash, r.Commit())
	want(t, "err", err, nil)
	want(t, "label", b.one(p, m).Label(), "noted late")
}

func TestDeleteHides(t *testing.T) {
	b := newBench(t)
	m, other := b.seal(b.run("r")), b.seal(b.run("other"))
	p := b.open()
	if err := p.Delete(t.Context(), b.one(p, m)); err != nil {
		t.Fatal(err)
	}
	want(t, "listed", names(must(p.Runs(t.Context(), ""))), []string{"other"})
	if _, err := p.Run(t.Context(), m.UUID); !errors.Is(err, ErrNoRun) {
		t.Error("a deleted run gives", err)
	}
	want(t, "the other", b.one(p, other).Err(), nil)
	if _, err := b.store.ReadCommit(m.tip); err != nil {
		t.Error("deleting destroyed the record:", err)
	}
}

// Edits at the same time are all kept.
func TestConcurrentEdits(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("r"))
	p := b.open()
	r := b.one(p, m)
	const editors = 8
	var group sync.WaitGroup
	errs := make([]error, editors)
	for i := range editors {
		group.Go(func() { errs[i] = p.Edit(t.Context(), r, Edit{AddTags: []string{fmt.Sprintf("t%d", i)}}) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want(t, "tags", len(b.one(p, m).Tags()), editors)
}

func TestEditRefusesWhatCannotBeWritten(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("r"))
	p := b.open()
	for name, e := range map[string]Edit{
		"tag":   {AddTags: []string{"Not A Tag"}},
		"title": {Title: ptr("two\nlines")},
		"long":  {Description: ptr(strings.Repeat("x", record.MaxNote+1))},
	} {
		if err := p.Edit(t.Context(), b.one(p, m), e); !errors.Is(err, ErrInvalid) {
			t.Error(name, "gives", err)
		}
	}
	want(t, "nothing was written", b.one(p, m).Commit(), m.tip)
}

// Of two titles written at the same time one counts, and an edit by somebody
// who saw both dismisses the other; words that came later stay.
func TestEditDismissesEarlierWords(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("r"))
	p := b.open()
	concurrent := func(title string, clone string) {
		t.Helper()
		err := p.annotate(t.Context(), b.one(p, m), func(n notes, now time.Time, _ string) notes {
			return record.Join(n, notes{}.Set(record.Title, title, now, clone))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	concurrent("one", "a")
	concurrent("two", "b")
	seen := b.one(p, m)
	if earlier := seen.Earlier(); len(earlier) != 1 || earlier[0].Field != "title" || earlier[0].Text != "one" {
		t.Fatalf("earlier: %+v", earlier)
	}
	concurrent("three", "c")
	if err := p.Edit(t.Context(), seen, Edit{Description: ptr("other field")}); err != nil {
		t.Fatal(err)
	}
	want(t, "an edit of another field dismisses nothing", len(b.one(p, m).Earlier()), 2)
	if err := p.Edit(t.Context(), seen, Edit{Title: ptr("final")}); err != nil {
		t.Fatal(err)
	}
	after := b.one(p, m)
	want(t, "title", after.Title(), "final")
	if earlier := after.Earlier(); len(earlier) != 1 || earlier[0].Text == "one" {
		t.Errorf("of what nobody had seen something must be left: %+v", earlier)
	}
}
