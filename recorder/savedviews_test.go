package recorder

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

func views(b *bench, p *Project) []SavedView {
	b.Helper()
	found, err := p.SavedViews(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return found
}

func TestSavedViews(t *testing.T) {
	b := newBench(t)
	p := b.open()
	want(t, "at first", views(b, p), []SavedView{})
	save := func(v SavedView) {
		t.Helper()
		if err := p.SaveView(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	save(SavedView{Name: "sweeps", Query: "q=group:sweep*&sort=lr"})
	save(SavedView{Name: "best of größe", Query: "sort=-val/acc", Default: true})
	save(SavedView{Name: "sweeps", Query: "q=group:sweep*", Default: true})
	want(t, "saved", views(b, b.open()), []SavedView{{Name: "best of größe", Query: "sort=-val/acc"}, {Name: "sweeps", Query: "q=group:sweep*", Default: true}})
	ref, err := b.store.Ref(viewsRef)
	if err != nil {
		t.Fatal(err)
	}
	save(SavedView{Name: "sweeps", Query: "q=group:sweep*", Default: true})
	if again, err := b.store.Ref(viewsRef); err != nil || again != ref {
		t.Error("nothing was changed, and there is another commit:", err)
	}
	for _, name := range []string{"sweeps", "not there"} {
		if err := p.DeleteView(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	save(SavedView{Name: "sweeps", Query: ""})
	want(t, "in the end", views(b, p), []SavedView{{Name: "best of größe", Query: "sort=-val/acc"}, {Name: "sweeps"}})
	if runs, err := p.Runs(t.Context(), ""); err != nil || len(runs) != 0 || p.Skipped() != 0 {
		t.Error("views are listed as runs:", runs, err)
	}
}

// What pages could not show is refused, and what came from elsewhere is not
// shown.
func TestHostileViews(t *testing.T) {
	b := newBench(t)
	p := b.open()
	for what, v := range map[string]SavedView{
		"no name": {}, "blanks": {Name: " "}, "a blank before": {Name: " x"}, "two lines": {Name: "a\nb"}, "a long name": {Name: strings.Repeat("ü", MaxViewName+1)},
		"no text": {Name: "a\xff"}, "an escape": {Name: "\x1b[31m"}, "another direction": {Name: "a\u202eb"}, "a separator": {Name: "a\u2028b"},
		"a long query": {Name: "x", Query: strings.Repeat("q", MaxViewQuery+1)}, "lines in the query": {Name: "x", Query: "q=\r\nSet-Cookie: a"}, "NUL": {Name: "x", Query: "\x00"},
	} {
		if err := p.SaveView(t.Context(), v); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s gives %v", what, err)
		}
	}
	kept := []string{"../../x", "<script>", "a/b", "default", "title", strings.Repeat("ü", MaxViewName), "'; --", "refs/heads/main", "%2e%2e"}
	for _, name := range kept {
		if err := p.SaveView(t.Context(), SavedView{Name: name, Query: name}); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(kept)
	check := func() {
		t.Helper()
		var names []string
		for _, v := range views(b, p) {
			names = append(names, v.Name)
		}
		want(t, "names", names, kept)
	}
	check()
	strange := notes{}
	for _, name := range []string{"a\nb", "", "\x1b[2J"} {
		strange = strange.Set(viewField+name, "q", time.Now(), "x")
	}
	commit := viewsCommit(strange)
	commit.Ref = viewsPrefix + "from-elsewhere"
	if _, err := b.store.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	check()
	damaged := filepath.Join(b.store.GitDir(), filepath.FromSlash(viewsPrefix), "damaged")
	if err := os.WriteFile(damaged, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	check()
	if err := os.WriteFile(filepath.Join(filepath.Dir(damaged), "views"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.SavedViews(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Error("a torn ref gives", err)
	}
}

// Several who save at once all succeed.
func TestManySaveViews(t *testing.T) {
	b := newBench(t)
	var group sync.WaitGroup
	for i := range 4 {
		p := b.open()
		group.Go(func() {
			for j := range 5 {
				if err := p.SaveView(t.Context(), SavedView{Name: fmt.Sprint(i, "-", j), Query: "x"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n := len(views(b, b.open())); n != 20 {
		t.Error(n, "views are there")
	}
}

// Clones that save, delete and exchange what they have end with the same views,
// under the same id; and each does what a map would.
func TestViewsConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clones := make([]notes, 3)
		last := map[string]SavedView{} // as long as nobody works at the same time
		now := time.UnixMilli(1_770_000_000_000)
		alone := rapid.Bool().Draw(t, "one after the other")
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at := rapid.IntRange(0, len(clones)-1).Draw(t, "clone")
			now = now.Add(time.Duration(rapid.IntRange(-1000, 1000).Draw(t, "ms")) * time.Millisecond)
			name, clone := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), fmt.Sprint("clone", at)
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				clones[at] = deleteView(clones[at], name, now, clone)
				delete(last, name)
			} else {
				v := SavedView{Name: name, Query: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "query"), Default: rapid.Bool().Draw(t, "default")}
				clones[at] = saveView(clones[at], v, now, clone)
				for other, known := range last {
					known.Default = known.Default && !v.Default
					last[other] = known
				}
				last[name] = v
			}
			if alone {
				for i := range clones {
					clones[i] = clones[at]
				}
			} else if rapid.Bool().Draw(t, "exchange") {
				from := rapid.IntRange(0, len(clones)-1).Draw(t, "from")
				clones[at] = record.Join(clones[at], clones[from])
			}
		}
		for range 2 {
			for i := range clones {
				for _, other := range clones {
					clones[i] = record.Join(clones[i], other)
				}
			}
		}
		for _, other := range clones[1:] {
			if string(record.EncodeNotes(other)) != string(record.EncodeNotes(clones[0])) {
				t.Fatal("the clones differ")
			}
		}
		if found := viewsOf(clones[0]); alone {
			for _, v := range found {
				if last[v.Name] != v {
					t.Fatalf("there is %+v, want %+v", v, last[v.Name])
				}
			}
			if len(found) != len(last) {
				t.Fatalf("there are %+v, want %v", found, slices.Sorted(maps.Keys(last)))
			}
		}
	})
}

// The commit follows from the state alone.
func TestViewsAreDerived(t *testing.T) {
	state := saveView(notes{}, SavedView{Name: "x", Query: "q=1", Default: true}, time.UnixMilli(1_770_000_000_123), "c1")
	var ids []gitstore.Hash
	for range 2 {
		b := newBench(t)
		id, err := b.store.Commit(t.Context(), viewsCommit(state))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if ids[0] != ids[1] || ids[0].String() != "e4d3f956f1f3dc6ef5a5705f603580a05fa0af84" {
		t.Error("the ids are", ids)
	}
}

// Whatever bytes are there for views, those that are shown can be.
func FuzzViews(f *testing.F) {
	state := saveView(notes{}, SavedView{Name: "x", Query: "q=1", Default: true}, time.UnixMilli(1_770_000_000_123), "c1")
	f.Add(record.EncodeNotes(state))
	f.Add(record.EncodeNotes(deleteView(state, "x", time.UnixMilli(1_770_000_000_999), "c2")))
	f.Add(record.EncodeNotes(state.Set(viewField+"a\nb", "\x00", time.UnixMilli(1), "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := record.DecodeNotes(data)
		if err != nil {
			return
		}
		for _, v := range viewsOf(n) {
			if err := v.check(); err != nil {
				t.Fatal(err)
			}
		}
		saved := viewsOf(saveView(n, SavedView{Name: "x", Query: "y"}, time.Now(), "c"))
		if len(saved) < MaxViews && !slices.Contains(saved, SavedView{Name: "x", Query: "y"}) {
			t.Fatalf("saved, it is not there: %+v", saved)
		}
	})
}
