package recorder

import (
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// Who said what travels with the notes, in both clones alike; a clone that does
// not say whose it is is another clone.
func TestSaid(t *testing.T) {
	tm := newTeam(t, 2)
	for i, name := range []string{"Ada", "Ben\x1b[31m\nof the team " + strings.Repeat("é", 200)} {
		gitstoretest.Git(t, tm.dirs[i], "config", "author.name", name)
	}
	t.Setenv("GIT_AUTHOR_NAME", "")
	id := tm.record(0, "first")
	tm.push(0)
	tm.fetch(1)
	ours, theirs := "ours", "theirs"
	tm.edit(0, id, Edit{Title: &ours, AddTags: []string{"a"}})
	tm.edit(1, id, Edit{Title: &theirs, AddTags: []string{"b"}})
	tm.edit(1, id, Edit{RemoveTags: []string{"b"}})
	tm.push(0)
	tm.push(1)
	tm.fetch(0)
	for i := range tm.dirs {
		said := tm.one(i, id).Said()
		words := map[string]Saying{}
		for _, s := range said {
			words[s.Field+" "+s.Text] = s
		}
		if len(said) != 4 || !words["tag b"].Gone || words["tag a"].Gone || words["title ours"].Earlier == words["title theirs"].Earlier {
			t.Errorf("clone %d: said is %+v", i, said)
		}
		ada, ben := words["title ours"].By, words["title theirs"].By
		if ada.Name != "Ada" || ada.Here != (i == 0) || words["tag a"].By != ada {
			t.Errorf("clone %d: ours is said by %+v", i, ada)
		}
		if !strings.HasPrefix(ben.Name, "Ben") || len(ben.Name) > 128 || strings.Contains(ben.Name, "\n") || ben.Here != (i == 1) {
			t.Errorf("clone %d: theirs is said by %+v", i, ben)
		}
	}
	if a, b := refsIn(t, tm.dirs[0]), refsIn(t, tm.dirs[1]); a != b {
		t.Errorf("the clones differ:\n%s\n%s", a, b)
	}
	if got := (Writer{Clone: "3f2a9c00"}).String(); got != "another clone (3f2a)" {
		t.Errorf("a clone without a name is called %q", got)
	}
}

// A run's page and its lists say where it came from, and which remotes have it.
func TestFetchedFrom(t *testing.T) {
	tm := newTeam(t, 2)
	backup := tm.server + ".backup"
	gitstoretest.Git(t, tm.dirs[0], "init", "-q", "--bare", backup)
	gitstoretest.Git(t, tm.dirs[0], "remote", "add", "backup", backup)
	id := tm.record(0, "first")
	own := tm.record(1, "own")
	tm.push(0)
	if _, err := tm.open(0).Push(t.Context(), ShareOptions{Remote: "backup"}); err != nil {
		t.Fatal(err)
	}
	tm.fetch(1)
	if got := tm.one(1, id).Fetched(); got.From != "origin" || got.Time.IsZero() {
		t.Errorf("the run came from %+v", got)
	}
	if got := tm.one(1, own).Fetched(); got != (Fetched{}) {
		t.Errorf("a run of its own came from %+v", got)
	}
	matches := func(i int, query string) (ids []string) {
		rows, err := tm.open(i).Rows(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for n := range rows.Len() {
			ids = append(ids, rows.At(n).ID())
		}
		return ids
	}
	for query, want := range map[string][]string{
		"remote=origin": {id}, "shared=true": {id}, "shared=false": {own}, "fetched=origin": {id}, "missing:fetched": {own}, "remote=backup": nil, "not remote=origin": {own},
	} {
		if got := matches(1, query); !slices.Equal(got, want) {
			t.Errorf("%s matches %v, want %v", query, got, want)
		}
	}
	tm.edit(0, id, Edit{AddTags: []string{"new"}})
	tm.push(0)
	if got := matches(0, "remote=backup shared=true"); !slices.Equal(got, []string{id}) {
		t.Errorf("on both remotes are %v", got)
	}
	want := []RemoteState{{"backup", false}, {"origin", true}}
	if got := tm.one(0, id).Remotes(); !slices.Equal(got, want) {
		t.Errorf("the remotes are %v, want %v", got, want)
	}
}

// A parameter that is called as a key that came later is what a query means.
func TestOwnValuesBeforeLaterKeys(t *testing.T) {
	tm := newTeam(t, 1)
	e := Start(Options{Dir: tm.dirs[0], Quiet: true, NoOutput: true, NoSystem: true})
	e.SetParameter("shared", 3)
	e.AddScalar("fetched", 0.5, 1)
	e.Finish()
	tm.record(0, "other")
	for _, query := range []string{"shared=3", "shared=2..4", "fetched=0.5", "min(fetched)=0.5"} {
		rows, err := tm.open(0).Rows(t.Context(), query)
		if err != nil || rows.Len() != 1 || rows.At(0).ID() != e.ID() {
			t.Errorf("%s: %v runs, %v", query, rows.Len(), err)
		}
	}
}
