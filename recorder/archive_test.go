package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// archiving is a team that rolls up beyond so many runs.
func archiving(t testing.TB, clones, limit int) *team {
	t.Helper()
	tm := newTeam(t, clones)
	for _, dir := range tm.dirs {
		gitstoretest.Git(t, dir, "config", "exprec.rollUp", fmt.Sprint(limit))
	}
	return tm
}

// records makes some runs in a clone.
func (tm *team) several(i, n int) []string {
	tm.Helper()
	ids := make([]string, n)
	for k := range ids {
		ids[k] = tm.record(i, fmt.Sprint("run ", k))
	}
	return ids
}

// there are the refs of runs on the server, and its archives.
func (tm *team) there() (runs, archives []string) {
	tm.Helper()
	list := func(prefix string) []string {
		return strings.Fields(gitstoretest.Git(tm, tm.server, "for-each-ref", prefix, "--format=%(refname)"))
	}
	return list(refPrefix), list(archivePrefix)
}

func (tm *team) remove(i int, ids ...string) *Shared {
	tm.Helper()
	shared, err := tm.open(i).RemoveRemote(tm.Context(), ShareOptions{Runs: ids})
	if err != nil {
		tm.Fatal(err)
	}
	return shared
}

// sameRuns compares the runs of all clones.
func (tm *team) sameRuns() {
	tm.Helper()
	want := refsIn(tm, tm.dirs[0])
	for i, dir := range tm.dirs {
		if got := refsIn(tm, dir); got != want {
			tm.Errorf("clone %d has\n%s\nclone 0\n%s", i, got, want)
		}
	}
}

// Beyond a number of runs the older ones lie in one ref on the remote: nobody
// sees a difference but in the refs there.
func TestRollUp(t *testing.T) {
	tm := archiving(t, 3, 6)
	for _, dir := range tm.dirs {
		defer gitstoretest.Unchanged(t, dir)()
	}
	ids := tm.several(0, 10)
	if shared := tm.push(0); len(shared.New) != 10 || shared.RolledUp != 7 {
		t.Fatalf("the push: %+v", shared)
	}
	runs, archives := tm.there()
	if len(runs) != 3 || len(archives) != 1 {
		t.Fatalf("the server has %d refs of runs and the archives %q", len(runs), archives)
	}
	for _, ref := range runs {
		if !slices.Contains(ids[7:], ref[len(refPrefix):]) {
			t.Errorf("%s was not to stay: older ones go first", ref)
		}
	}
	gitstoretest.Git(t, tm.server, "gc", "-q", "--prune=now")
	if out := gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
	if shared := tm.push(0); shared.Same != 10 || len(shared.New)+len(shared.Updated) != 0 {
		t.Errorf("a push of nothing: %+v", shared)
	}
	if shared := tm.fetch(1); len(shared.New) != 10 || len(shared.Refused) != 0 {
		t.Errorf("the fetch: %+v", shared)
	}
	if shared := tm.fetch(1); shared.Same != 10 || len(shared.New)+len(shared.Updated) != 0 {
		t.Errorf("a fetch of nothing: %+v", shared)
	}
	if shared := tm.push(1); shared.Same != 10 || len(shared.New)+len(shared.Updated) != 0 {
		t.Errorf("a push of what was fetched: %+v", shared)
	}
	if got := fmt.Sprint(tm.one(1, ids[0]).Remotes()); got != "[{origin true}]" {
		t.Errorf("the remotes of a run that was rolled up are %s", got)
	}
	// One that was rolled up is edited, by one who has nothing else of the archive.
	shared, err := tm.open(2).Fetch(t.Context(), ShareOptions{Runs: ids[:1]})
	if err != nil || !slices.Equal(shared.New, ids[:1]) {
		t.Fatalf("the fetch of one: %+v, %v", shared, err)
	}
	tm.edit(2, ids[0], Edit{AddTags: []string{"good"}})
	if shared := tm.push(2); !slices.Equal(shared.Updated, ids[:1]) || shared.RolledUp != 0 {
		t.Errorf("the push of an edit: %+v", shared)
	}
	if shared := tm.fetch(0); !slices.Equal(shared.Updated, ids[:1]) {
		t.Errorf("the fetch of an edit: %+v", shared)
	}
	// And rolled up again, with others.
	more := tm.several(0, 4)
	if shared := tm.push(0); len(shared.New) != 4 || shared.RolledUp != 5 {
		t.Errorf("the next push: %+v", shared)
	}
	tm.fetch(1)
	tm.fetch(2)
	tm.sameRuns()
	for i := range tm.dirs {
		if run := tm.one(i, ids[0]); !slices.Equal(run.Tags(), []string{"good"}) {
			t.Errorf("clone %d: tags %q", i, run.Tags())
		}
		if rivals, err := tm.one(i, more[3]).Rivals(); err != nil || len(rivals) != 0 {
			t.Error("a rival came from nowhere")
		}
	}
	if out := gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
}

// Whatever ends a roll-up between its two pushes loses nothing, and the next
// push does what is left.
func TestRollUpInterrupted(t *testing.T) {
	tm := archiving(t, 2, 6)
	tm.several(0, 10)
	hook := filepath.Join(tm.server, "hooks", "update")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ncase $3 in *[!0]*) ;; *) exit 1 ;; esac\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if shared := tm.push(0); len(shared.New) != 10 || shared.RolledUp != 0 {
		t.Errorf("the push: %+v", shared)
	}
	if runs, archives := tm.there(); len(runs) != 10 || len(archives) != 1 {
		t.Errorf("the server has %d refs of runs and the archives %q", len(runs), archives)
	}
	if shared := tm.fetch(1); len(shared.New) != 10 {
		t.Errorf("the fetch: %+v", shared)
	}
	_, before := tm.there()
	if err := os.Remove(hook); err != nil {
		t.Fatal(err)
	}
	if shared := tm.push(1); shared.RolledUp != 7 {
		t.Errorf("the push of another clone: %+v", shared)
	}
	runs, archives := tm.there()
	if len(runs) != 3 || !slices.Equal(archives, before) {
		t.Errorf("the server has %d refs of runs and the archives %q", len(runs), archives)
	}
}

// A store that has archives itself lists their runs, opens and edits them.
func TestArchivesHere(t *testing.T) {
	tm := archiving(t, 1, 6)
	ids := tm.several(0, 10)
	tm.push(0)
	mirror := filepath.Join(t.TempDir(), "mirror.git")
	gitstoretest.Git(t, tm.server, "clone", "-q", "--mirror", tm.server, mirror)
	for _, dir := range []string{tm.server, mirror} {
		p, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		runs, err := p.Runs(t.Context(), "")
		if err != nil || len(runs) != 10 || p.Skipped() != 0 {
			t.Errorf("%d runs, %d skipped, %v", len(runs), p.Skipped(), err)
		}
		rows, err := p.Rows(t.Context(), "loss=0.5")
		if err != nil || rows.Len() != 10 {
			t.Errorf("%d rows, %v", rows.Len(), err)
		}
		run, err := p.Run(t.Context(), ids[0][:8])
		if err != nil || run.Err() != nil || run.ID() != ids[0] {
			t.Fatalf("%v, %v", run, err)
		}
		if series, err := run.Series("loss"); err != nil || len(series.Values) != 1 {
			t.Errorf("%v, %v", series, err)
		}
		if err := p.Edit(t.Context(), run, Edit{AddTags: []string{"seen"}}); err != nil {
			t.Fatal(err)
		}
		if run = p.Refresh(run); !slices.Equal(run.Tags(), []string{"seen"}) {
			t.Errorf("tags %q", run.Tags())
		}
		if runs, err := p.Runs(t.Context(), ""); err != nil || len(runs) != 10 {
			t.Errorf("%d runs after an edit, %v", len(runs), err)
		}
		report, err := p.Check(t.Context())
		if err != nil || report.Err() != nil || report.Runs != 10 {
			t.Errorf("check: %+v, %v", report, err)
		}
		if out := gitstoretest.Git(t, dir, "for-each-ref", refPrefix+ids[0]); out == "" {
			t.Error("the edited run has no ref")
		}
	}
}

// A run that is removed from a remote, or purged, does not live on in an
// archive there.
func TestArchiveForgets(t *testing.T) {
	tm := archiving(t, 2, 6)
	ids := tm.several(0, 10)
	tm.push(0)
	tip := gitstoretest.Git(t, tm.dirs[0], "rev-parse", refPrefix+ids[0])
	// Who does not have the rest of the archive cannot make it anew.
	shared := tm.remove(1, ids[0])
	if len(shared.Refused) != 1 || !strings.Contains(shared.Refused[0].Reason, "fetch them") || len(shared.Updated) != 0 {
		t.Errorf("removed without the rest: %+v", shared)
	}
	if shared := tm.remove(0, ids[0], ids[9]); len(shared.Refused) != 0 || len(shared.Updated) != 2 {
		t.Errorf("removed: %+v", shared)
	}
	p := tm.open(0)
	if got := fmt.Sprint(tm.one(0, ids[0]).Remotes()); got != "[]" {
		t.Errorf("the remotes of a run that was removed are %s", got)
	}
	run, err := p.Run(t.Context(), ids[1])
	if err != nil {
		t.Fatal(err)
	}
	purged := gitstoretest.Git(t, tm.dirs[0], "rev-parse", refPrefix+ids[1])
	tm.fetch(1) // it has the run, and what comes next purges it there
	if _, err := p.Purge(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	shared, err = p.Push(t.Context(), ShareOptions{Runs: ids[1:2]})
	if err != nil || len(shared.Refused) != 0 {
		t.Fatalf("the push of a purge: %+v, %v", shared, err)
	}
	gitstoretest.Git(t, tm.server, "gc", "-q", "--prune=now")
	objects := gitstoretest.Git(t, tm.server, "cat-file", "--batch-all-objects", "--batch-check")
	for _, h := range []string{tip, purged} {
		if strings.Contains(objects, h) {
			t.Errorf("%s is still on the server", h)
		}
	}
	if out := gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
	tm.fetch(1)
	rows, err := tm.open(1).Rows(t.Context(), "")
	if err != nil || rows.Len() != 7 { // two were removed before it had them, and one is purged
		t.Errorf("the other clone has %d runs, %v", rows.Len(), err)
	}
}

// What the server itself purges is gone from its archives too, and from it.
func TestArchivePurgedHere(t *testing.T) {
	tm := archiving(t, 1, 6)
	ids := tm.several(0, 10)
	tm.push(0)
	tip := gitstoretest.Git(t, tm.dirs[0], "rev-parse", refPrefix+ids[0])
	p, err := Open(tm.server)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	run, err := p.Run(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	done, err := p.Purge(t.Context(), run)
	if err != nil || done.Err != nil || done.Left != 0 || len(done.Holders) != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	if objects := gitstoretest.Git(t, tm.server, "cat-file", "--batch-all-objects", "--batch-check"); strings.Contains(objects, tip) {
		t.Error("the run is still there")
	}
	if out := gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
	if rows, err := p.Rows(t.Context(), ""); err != nil || rows.Len() != 9 {
		t.Errorf("%d runs, %v", rows.Len(), err)
	}
}

// Histories of several clones that record, edit, delete, exchange and roll up
// end with equal runs everywhere.
func TestRollUpConverges(t *testing.T) {
	fewer(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		tm := archiving(t, 2, 2)
		ids := tm.several(0, 4)
		tm.push(0)
		tm.fetch(1)
		for n := range rapid.IntRange(3, 8).Draw(rt, "steps") {
			i := rapid.IntRange(0, 1).Draw(rt, "clone")
			id := rapid.SampledFrom(ids).Draw(rt, "run")
			switch rapid.SampledFrom([]string{"tag", "archive", "record", "push", "push", "fetch"}).Draw(rt, "step") {
			case "tag":
				tm.edit(i, id, Edit{AddTags: []string{fmt.Sprintf("t%d", n)}})
			case "archive":
				yes := rapid.Bool().Draw(rt, "archived")
				tm.edit(i, id, Edit{Archived: &yes})
			case "record":
				tm.record(i, "more")
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
		if a, b := refsIn(t, tm.dirs[0]), refsIn(t, tm.dirs[1]); a != b {
			rt.Fatalf("the clones differ:\n%s\n%s", a, b)
		}
		p, err := Open(tm.server)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		runs, err := p.runRefs(p.stores[0])
		if err != nil {
			t.Fatal(err)
		}
		var there []string
		for _, ref := range runs {
			there = append(there, ref.Name+" "+ref.Hash.String())
		}
		slices.Sort(there)
		if got, want := strings.Join(there, "\n"), refsIn(t, tm.dirs[0]); got != want {
			rt.Fatalf("the server has\n%s\nthe clones\n%s", got, want)
		}
		if refs, _ := tm.there(); len(refs) > 2 {
			rt.Fatalf("%d runs have refs", len(refs))
		}
	})
}

// A server that gives only what its refs stand for gives runs with the archive
// that they are in.
func TestArchiveOfAnOldServer(t *testing.T) {
	tm := archiving(t, 2, 4)
	ids := tm.several(0, 6)
	tm.push(0)
	gitstoretest.Git(t, tm.dirs[1], "config", "protocol.version", "0")
	shared, err := tm.open(1).Fetch(t.Context(), ShareOptions{Runs: ids[:1]})
	if err != nil || !slices.Equal(shared.New, ids[:1]) {
		t.Fatalf("the fetch of one: %+v, %v", shared, err)
	}
	if shared := tm.fetch(1); len(shared.New) != 5 || shared.Same != 1 {
		t.Errorf("the fetch of all: %+v", shared)
	}
	tm.sameRuns()
}

// Who purges a run without having the rest of its archive is told that it lives
// on there, and who has the rest takes it out with their next push.
func TestArchiveForgetsLater(t *testing.T) {
	tm := archiving(t, 2, 6)
	id := tm.several(0, 10)[1]
	tm.push(0)
	content := gitstoretest.Git(t, tm.dirs[0], "rev-parse", refPrefix+id)
	p := tm.open(1)
	if _, err := p.Fetch(t.Context(), ShareOptions{Runs: []string{id}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Purge(t.Context(), tm.one(1, id)); err != nil {
		t.Fatal(err)
	}
	shared, err := p.Push(t.Context(), ShareOptions{})
	if err != nil || len(shared.Refused) != 1 || !strings.Contains(shared.Refused[0].Reason, "it lives on in") {
		t.Fatalf("the push of the purge: %+v, %v", shared, err)
	}
	if shared := tm.push(1); len(shared.Refused) != 0 {
		t.Errorf("the next push: %+v", shared)
	}
	tm.fetch(0)
	if shared := tm.push(0); len(shared.Refused) != 0 {
		t.Errorf("the push of who has all: %+v", shared)
	}
	gitstoretest.Git(t, tm.server, "gc", "-q", "--prune=now")
	if objects := gitstoretest.Git(t, tm.server, "cat-file", "--batch-all-objects", "--batch-check"); strings.Contains(objects, content) {
		t.Error("the content is still on the server")
	}
	gitstoretest.Git(t, tm.server, "fsck", "--strict")
}
