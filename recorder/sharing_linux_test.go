package recorder

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// Two clones that edit and push the same run all the time both get through.
func TestPushersRace(t *testing.T) {
	tm := newTeam(t, 2)
	id := tm.record(0, "first")
	tm.push(0)
	tm.fetch(1)
	var want []string
	for round := range 4 {
		var both sync.WaitGroup
		for i := range tm.dirs {
			tag := fmt.Sprintf("t%d-%d", i, round)
			want = append(want, tag)
			tm.edit(i, id, Edit{AddTags: []string{tag}})
			p := tm.open(i)
			both.Go(func() {
				if _, err := p.Push(t.Context(), ShareOptions{}); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	tm.fetch(0)
	tm.fetch(1)
	for i, dir := range tm.dirs {
		if got := tm.one(i, id).Tags(); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("clone %d has the tags %q", i, got)
		}
		if got := refsIn(t, dir); got != refsIn(t, tm.server) {
			t.Errorf("clone %d has %s", i, got)
		}
	}
}

// Of several runs those that are named are pushed, fetched, and removed from
// the remote, and no other.
func TestShareSomeRuns(t *testing.T) {
	tm := newTeam(t, 2)
	ids := []string{tm.record(0, "a"), tm.record(0, "b"), tm.record(0, "c")}
	one, two := ShareOptions{Runs: ids[:1]}, ShareOptions{Runs: []string{ids[0][:8], ids[1][:8]}}
	has := func(dir string, want ...string) {
		t.Helper()
		refs := refsIn(t, dir)
		for _, id := range ids {
			if strings.Contains(refs, id) != slices.Contains(want, id) {
				t.Errorf("%s has\n%s\nwant %q", dir, refs, want)
			}
		}
	}
	if shared, err := tm.open(0).Push(t.Context(), two); err != nil || len(shared.New) != 2 {
		t.Fatalf("%+v, %v", shared, err)
	}
	has(tm.server, ids[0], ids[1])
	if shared, err := tm.open(1).Fetch(t.Context(), one); err != nil || len(shared.New) != 1 {
		t.Fatalf("%+v, %v", shared, err)
	}
	has(tm.dirs[1], ids[0])
	if _, err := tm.open(1).Fetch(t.Context(), ShareOptions{Runs: ids[2:]}); !errors.Is(err, ErrNoRun) {
		t.Errorf("a run that is not there: %v", err)
	}
	if shared, err := tm.open(1).RemoveRemote(t.Context(), one); err != nil || len(shared.Updated) != 1 {
		t.Fatalf("%+v, %v", shared, err)
	}
	has(tm.server, ids[1])
	has(tm.dirs[0], ids...)
	has(tm.dirs[1], ids[0])
	if _, err := tm.open(1).RemoveRemote(t.Context(), one); !errors.Is(err, ErrNoRun) {
		t.Errorf("what is gone is removed again: %v", err)
	}
	tm.push(0)
	has(tm.server, ids...)
}

// The user's own git fetches, collects garbage and repacks while runs come and
// go: nothing is lost.
func TestShareBesideGit(t *testing.T) {
	tm := newTeam(t, 2)
	for _, setting := range [][2]string{{"gc.pruneExpire", "now"}, {"gc.reflogExpireUnreachable", "now"}} {
		gitstoretest.Git(t, tm.dirs[1], "config", setting[0], setting[1])
	}
	var ids []string
	for round := range 3 {
		ids = append(ids, tm.record(0, fmt.Sprint("theirs ", round)), tm.record(1, fmt.Sprint("ours ", round)))
		tm.push(0)
		stop := make(chan struct{})
		var user sync.WaitGroup
		user.Go(func() {
			for {
				for _, args := range []string{"gc --quiet --prune=now", "fetch --quiet origin", "repack -a -d -q", "pull --quiet --ff-only", "maintenance run --quiet --task=gc", "prune --expire=now"} {
					if out, err := gitstoretest.Run(tm.dirs[1], "", strings.Fields(args)...); err != nil && !strings.Contains(out, "lock") {
						t.Errorf("git %s: %v\n%s", args, err, out)
					}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
		tm.fetch(1)
		tm.push(1)
		close(stop)
		user.Wait()
	}
	gitstoretest.Fsck(t, tm.dirs[1])
	gitstoretest.Fsck(t, tm.server)
	for _, id := range ids {
		run := tm.one(1, id)
		if points, err := run.Series("loss"); err != nil || len(points.Values) != 1 {
			t.Errorf("the run %s: %+v, %v", id, points, err)
		}
	}
	if ours, theirs := refsIn(t, tm.dirs[1]), refsIn(t, tm.server); ours != theirs {
		t.Errorf("the clone has\n%s\nthe server\n%s", ours, theirs)
	}
}

// Somebody moves a ref between the list of what a remote has and the fetch of
// it, over a connection that gives only what refs stand for: it is listed again.
func TestFetchOfWhatMoves(t *testing.T) {
	tm := newTeam(t, 3)
	id := tm.record(0, "first")
	tm.push(0)
	tm.fetch(1)
	tm.edit(0, id, Edit{AddTags: []string{"before"}})
	tm.push(0)
	tm.edit(1, id, Edit{AddTags: []string{"mine"}})
	gitstoretest.Git(t, tm.dirs[1], "config", "protocol.version", "0")
	gitstoretest.Git(t, tm.dirs[2], "config", "protocol.version", "0")
	for i, exchange := range []func(*sharing) error{
		func(s *sharing) error { _, err := s.pushOnce(t.Context(), map[string]bool{}); return err },
		func(s *sharing) error {
			return s.untilSettled(t.Context(), func() error {
				missing, err := s.missing()
				return errors.Join(err, s.fetch(t.Context(), missing))
			})
		},
	} {
		s, err := tm.open(1+i).share(t.Context(), ShareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		tm.edit(0, id, Edit{AddTags: []string{fmt.Sprint("meanwhile-", i)}})
		tm.push(0)
		if err := exchange(s); err != nil {
			t.Errorf("exchange %d: %v", i, err)
		}
		if len(s.result.Refused) > 0 {
			t.Errorf("exchange %d: %+v", i, s.result.Refused)
		}
	}
	tm.push(1)
	tm.fetch(2)
	if got, want := refsIn(t, tm.dirs[2]), refsIn(t, tm.server); got != want {
		t.Errorf("the clone has %s, the server %s", got, want)
	}
	if tags := tm.one(2, id).Tags(); len(tags) != 4 {
		t.Errorf("the tags are %q", tags)
	}
}

// One clone purges a run, and another that has its content takes that back: the
// run is whole everywhere again.
func TestPurgeTakenBack(t *testing.T) {
	tm := newTeam(t, 2)
	id := tm.record(0, "first")
	tm.push(0)
	tm.fetch(1)
	p := tm.open(0)
	if _, err := p.Purge(t.Context(), tm.one(0, id)); err != nil {
		t.Fatal(err)
	}
	tm.push(0)
	tm.fetch(1)
	p = tm.open(1)
	hidden, err := p.DeletedRun(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Undelete(t.Context(), hidden); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		tm.push(0)
		tm.push(1)
		tm.fetch(0)
	}
	for i, dir := range tm.dirs {
		if points, err := tm.one(i, id).Series("loss"); err != nil || len(points.Values) != 1 {
			t.Errorf("clone %d: %+v, %v", i, points, err)
		}
		if got, want := refsIn(t, dir), refsIn(t, tm.server); got != want {
			t.Errorf("clone %d has %s, the server %s", i, got, want)
		}
	}
}
