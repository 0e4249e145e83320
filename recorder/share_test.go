package recorder

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// A team is several clones of one repository, each with its project.
type team struct {
	testing.TB
	server string
	dirs   []string
}

func newTeam(t testing.TB, n int) *team {
	t.Helper()
	tm := &team{TB: t, server: filepath.Join(t.TempDir(), "server.git")}
	first := gitstoretest.New(t)
	gitstoretest.Git(t, first, "init", "-q", "--bare", tm.server)
	gitstoretest.Git(t, first, "push", "-q", tm.server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, tm.server, "symbolic-ref", "HEAD", "refs/heads/main")
	for range n {
		dir := filepath.Join(t.TempDir(), "clone")
		gitstoretest.Git(t, first, "clone", "-q", tm.server, dir)
		tm.dirs = append(tm.dirs, dir)
	}
	return tm
}

func (tm *team) open(i int) *Project {
	tm.Helper()
	p, err := Open(tm.dirs[i])
	if err != nil {
		tm.Fatal(err)
	}
	tm.Cleanup(func() { p.Close() })
	return p
}

// record makes a run in a clone.
func (tm *team) record(i int, name string) string {
	tm.Helper()
	e := Start(Options{Dir: tm.dirs[i], Name: name, Quiet: true, NoOutput: true, NoSystem: true})
	e.SetParameter("lr", 0.1)
	e.AddScalar("loss", 0.5, 1)
	e.Finish()
	if err := e.Err(); err != nil {
		tm.Fatal(err)
	}
	return e.ID()
}

func (tm *team) push(i int) *Shared {
	tm.Helper()
	shared, err := tm.open(i).Push(tm.Context(), ShareOptions{})
	if err != nil {
		tm.Fatal(err)
	}
	return shared
}

func (tm *team) fetch(i int) *Shared {
	tm.Helper()
	shared, err := tm.open(i).Fetch(tm.Context(), ShareOptions{})
	if err != nil {
		tm.Fatal(err)
	}
	return shared
}

// one is a run as a clone has it.
func (tm *team) one(i int, uuid string) *Run {
	tm.Helper()
	run, err := tm.open(i).Run(tm.Context(), uuid)
	if err != nil {
		tm.Fatal(err)
	}
	return run
}

func (tm *team) edit(i int, uuid string, e Edit) {
	tm.Helper()
	p := tm.open(i)
	run, err := p.Run(tm.Context(), uuid)
	if err != nil {
		tm.Fatal(err)
	}
	if err := p.Edit(tm.Context(), run, e); err != nil {
		tm.Fatal(err)
	}
}

// refs are those of the runs in a repository.
func refsIn(t testing.TB, dir string) string {
	t.Helper()
	return gitstoretest.Git(t, dir, "for-each-ref", "refs/exprec/", "refs/exprec-conflicts/", "--format=%(refname) %(objectname)")
}

// A run that one clone pushes is in the list of another after a fetch.
func TestShareRun(t *testing.T) {
	tm := newTeam(t, 2)
	defer gitstoretest.Unchanged(t, tm.dirs[0])()
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	id := tm.record(0, "first")
	if shared := tm.push(0); !slices.Equal(shared.New, []string{id}) {
		t.Fatalf("the push: %+v", shared)
	}
	if shared := tm.fetch(1); !slices.Equal(shared.New, []string{id}) {
		t.Fatalf("the fetch: %+v", shared)
	}
	run, err := tm.open(1).Run(t.Context(), "first")
	if err != nil || run.ID() != id || run.Status() != Succeeded {
		t.Fatalf("%v, %v", run, err)
	}
	points, err := run.Series("loss")
	if err != nil || len(points.Values) != 1 {
		t.Fatalf("%+v, %v", points, err)
	}
	if shared := tm.push(0); shared.Same != 1 || len(shared.New)+len(shared.Updated) != 0 {
		t.Errorf("the second push: %+v", shared)
	}
	if shared := tm.fetch(1); shared.Same != 1 || len(shared.New)+len(shared.Updated) != 0 {
		t.Errorf("the second fetch: %+v", shared)
	}
	for i, want := range []string{"[{origin true}]", "[{origin true}]"} {
		if got := fmt.Sprint(tm.one(i, id).Remotes()); got != want {
			t.Errorf("clone %d: the run's remotes are %s, want %s", i, got, want)
		}
	}
	tm.edit(0, id, Edit{AddTags: []string{"new"}})
	if got := fmt.Sprint(tm.one(0, id).Remotes()); got != "[{origin false}]" {
		t.Errorf("the remotes of an edited run are %s", got)
	}
	if other := tm.record(0, "second"); len(tm.one(0, other).Remotes()) > 0 {
		t.Error("a run that was never pushed has remotes")
	}
	for _, dir := range append(tm.dirs, tm.server) {
		gitstoretest.Git(t, dir, "fsck", "--strict", "--no-dangling")
	}
}

// Two people edit the same run: whoever pushes second joins both, and no word is
// lost.
func TestShareConcurrentEdits(t *testing.T) {
	tm := newTeam(t, 2)
	id := tm.record(0, "first")
	tm.push(0)
	tm.fetch(1)
	ours, theirs := "ours", "theirs"
	tm.edit(0, id, Edit{Title: &ours, AddTags: []string{"a"}})
	tm.edit(1, id, Edit{Title: &theirs, AddTags: []string{"b"}})
	if shared := tm.push(0); !slices.Equal(shared.Updated, []string{id}) {
		t.Errorf("the first push: %+v", shared)
	}
	if shared := tm.push(1); !slices.Equal(shared.Merged, []string{id}) {
		t.Errorf("the second push: %+v", shared)
	}
	tm.fetch(0)
	if a, b := refsIn(t, tm.dirs[0]), refsIn(t, tm.dirs[1]); a != b {
		t.Errorf("the clones differ:\n%s\n%s", a, b)
	}
	run, err := tm.open(0).Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{run.Title()}
	for _, lost := range run.Earlier() {
		words = append(words, lost.Text)
	}
	slices.Sort(words)
	if !slices.Equal(words, []string{"ours", "theirs"}) || !slices.Equal(run.Tags(), []string{"a", "b"}) {
		t.Errorf("titles %q, tags %q", words, run.Tags())
	}
}

// Two records under one id: both are kept in every clone, and nothing is
// overwritten.
func TestShareRivals(t *testing.T) {
	tm := newTeam(t, 3)
	id := tm.record(0, "first")
	tm.push(0)
	tm.fetch(1)
	// Somebody makes another record of the same run.
	other := gitstoretest.Git(t, tm.dirs[1], "commit-tree", "-m", "another record", "-p", refPrefix+id+"^", otherTree(t, tm.dirs[1], id))
	gitstoretest.Git(t, tm.dirs[1], "update-ref", refPrefix+id, other)
	tm.edit(1, id, Edit{AddTags: []string{"mine"}})
	if shared := tm.push(1); !slices.Equal(shared.Conflicts, []string{id}) {
		t.Errorf("the push: %+v", shared)
	}
	tm.fetch(0)
	tm.fetch(2)
	want := refsIn(t, tm.server)
	for i, dir := range tm.dirs {
		if got := refsIn(t, dir); got != want {
			t.Errorf("clone %d has\n%s\nthe server\n%s", i, got, want)
		}
		run, err := tm.open(i).Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		rivals, err := run.Rivals()
		if err != nil || len(rivals) != 1 {
			t.Errorf("clone %d: rivals %v, %v", i, rivals, err)
		}
		if !slices.Equal(run.Tags(), []string{"mine"}) {
			t.Errorf("clone %d: tags %q", i, run.Tags())
		}
		checkRecords(t, tm.open(i), run, rivals[0].String())
	}
}

// checkRecords wants both records of a run to be found, by its id or label and
// the beginning of their commits.
func checkRecords(t *testing.T, p *Project, run *Run, rival string) {
	t.Helper()
	for ref, beside := range map[string]bool{
		run.ID() + "@" + rival: true, run.Short() + "@" + strings.ToUpper(rival[:8]): true, "first@" + rival[:4]: true,
		run.ID() + "@" + run.Record().String(): false, run.Short() + "@" + run.Commit().String()[:12]: false,
	} {
		found, err := p.Run(t.Context(), ref)
		if err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		if found.ID() != run.ID() || found.Beside() != beside || (found.Commit().String() == rival) != beside || !slices.Equal(found.Tags(), run.Tags()) {
			t.Errorf("%s is %s, beside: %v", ref, found.Address(), found.Beside())
		}
		if again, err := p.Run(t.Context(), found.Address()); err != nil || again.Commit() != found.Commit() {
			t.Errorf("%s is not found: %v", found.Address(), err)
		}
		if records, err := found.Records(); err != nil || len(records) != 2 || records[0].Beside() || !records[1].Beside() {
			t.Errorf("%s: the records are %v, %v", ref, records, err)
		}
		if _, _, err := p.Mirror(t.Context(), found); errors.Is(err, ErrBeside) != beside {
			t.Errorf("%s: the folder: %v", ref, err)
		}
	}
	for _, ref := range []string{run.ID() + "@", run.ID() + "@0000", run.ID() + "@" + rival + "0", run.ID() + "@xyzw", "0000@" + rival[:8]} {
		if found, err := p.Run(t.Context(), ref); !errors.Is(err, ErrNoRun) {
			t.Errorf("%s: %v, %v", ref, found, err)
		}
	}
	if _, err := p.UniqueRun(t.Context(), run.ID()+"@"+rival[:8]); !errors.Is(err, ErrNoRun) {
		t.Errorf("one record is to be changed: %v", err)
	}
}

// otherTree is the tree of a run with another file in it.
func otherTree(t testing.TB, dir, id string) string {
	t.Helper()
	blob := gitstoretest.GitInput(t, dir, "other", "hash-object", "-w", "--stdin")
	listing := gitstoretest.Git(t, dir, "ls-tree", refPrefix+id) + "\n100644 blob " + blob + "\tother.txt\n"
	return gitstoretest.GitInput(t, dir, listing, "mktree")
}

// Any history of edits, deletes and exchanges over some clones, in any order,
// ends with equal refs everywhere, and no word is lost.
func TestShareConverges(t *testing.T) {
	// A history takes a second or two; scripts/crash.sh makes 100.
	fewer(t, 6)
	rapid.Check(t, func(rt *rapid.T) {
		tm := newTeam(t, rapid.IntRange(2, 3).Draw(rt, "clones"))
		id := tm.record(0, "first")
		tm.push(0)
		for i := range tm.dirs {
			tm.fetch(i)
		}
		said := map[string]bool{}
		for n := range rapid.IntRange(1, 8).Draw(rt, "steps") {
			i := rapid.IntRange(0, len(tm.dirs)-1).Draw(rt, "clone")
			switch rapid.SampledFrom([]string{"title", "tag", "archive", "push", "fetch"}).Draw(rt, "step") {
			case "title":
				// An edit dismisses what its writer has seen.
				run, err := tm.open(i).Run(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				for _, seen := range append(run.Earlier(), EarlierNote{Text: run.Title()}) {
					delete(said, seen.Text)
				}
				title := fmt.Sprintf("title %d", n)
				said[title] = true
				tm.edit(i, id, Edit{Title: &title})
			case "tag":
				tm.edit(i, id, Edit{AddTags: []string{fmt.Sprintf("t%d", n)}})
			case "archive":
				yes := rapid.Bool().Draw(rt, "archived")
				tm.edit(i, id, Edit{Archived: &yes})
			case "push":
				tm.push(i)
			case "fetch":
				tm.fetch(i)
			}
		}
		for range 2 {
			for i := range tm.dirs {
				tm.push(i)
				tm.fetch(i)
			}
		}
		want := refsIn(t, tm.server)
		for i, dir := range tm.dirs {
			if got := refsIn(t, dir); got != want {
				rt.Fatalf("clone %d has\n%s\nthe server\n%s", i, got, want)
			}
		}
		run, err := tm.open(0).Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{run.Title(): true}
		for _, lost := range run.Earlier() {
			have[lost.Text] = true
		}
		delete(have, "")
		if !maps.Equal(have, said) {
			rt.Fatalf("the words %v, want %v", have, said)
		}
	})
}

// fewer bounds the checks of a property that takes long, unless more are asked
// for on the command line.
func fewer(t *testing.T, checks int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return
	}
	before := f.Value.String()
	if err := f.Value.Set(fmt.Sprint(checks)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(before) })
}

// What is no run, and what is another run's, is not taken.
func TestFetchRefusesForeignRecords(t *testing.T) {
	tm := newTeam(t, 2)
	id := tm.record(0, "first")
	tm.push(0)
	tip := gitstoretest.Git(t, tm.server, "rev-parse", refPrefix+id)
	wrong := "0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
	gitstoretest.Git(t, tm.server, "update-ref", refPrefix+wrong, tip)
	gitstoretest.Git(t, tm.server, "update-ref", "refs/exprec/-x", tip)
	shared := tm.fetch(1)
	if !slices.Equal(shared.New, []string{id}) || len(shared.Refused) != 1 || !strings.Contains(shared.Refused[0].Reason, "another run") {
		t.Errorf("%+v", shared)
	}
	if refs := refsIn(t, tm.dirs[1]); strings.Contains(refs, wrong) || strings.Contains(refs, "-x") {
		t.Errorf("refs that are not to be there:\n%s", refs)
	}
	if _, err := os.Stat(filepath.Join(tm.dirs[1], ".git", "FETCH_HEAD")); err == nil {
		t.Error("FETCH_HEAD was written")
	}
}

// Saved views go along with the runs, those of both sides.
func TestShareViews(t *testing.T) {
	tm := newTeam(t, 2)
	for i, name := range []string{"ours", "theirs"} {
		if err := tm.open(i).SaveView(t.Context(), SavedView{Name: name, Query: "q=tag=" + name}); err != nil {
			t.Fatal(err)
		}
	}
	tm.push(0)
	tm.push(1)
	tm.fetch(0)
	for i := range tm.dirs {
		views, err := tm.open(i).SavedViews(t.Context())
		if err != nil || len(views) != 2 {
			t.Errorf("clone %d has %v, %v", i, views, err)
		}
		if got, want := gitstoretest.Git(t, tm.dirs[i], "rev-parse", viewsRef), gitstoretest.Git(t, tm.server, "rev-parse", viewsRef); got != want {
			t.Errorf("clone %d has the views %s, the server %s", i, got, want)
		}
	}
}
