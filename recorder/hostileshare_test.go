package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/internal/record"
)

// rewrite makes a commit on the server with a tree of entries, as git mktree
// takes them, and gives a run's ref to it.
func (tm *team) rewrite(id, listing string, parents ...string) string {
	tm.Helper()
	args := []string{"-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "rewritten"}
	for _, parent := range parents {
		args = append(args, "-p", parent)
	}
	tree := gitstoretest.GitInput(tm, tm.server, listing, "mktree")
	commit := gitstoretest.Git(tm, tm.server, append(args, tree)...)
	gitstoretest.Git(tm, tm.server, "update-ref", refPrefix+id, commit)
	return commit
}

// listing is the tree of a commit on the server, with another file in it.
func (tm *team) listing(commit, other string) string {
	tm.Helper()
	blob := gitstoretest.GitInput(tm, tm.server, other, "hash-object", "-w", "--stdin")
	return gitstoretest.Git(tm, tm.server, "ls-tree", commit) + "\n100644 blob " + blob + "\tother.txt\n"
}

// records are the run's commits that a clone has by refs.
func (tm *team) records(i int, id string) []string {
	tm.Helper()
	refs := gitstoretest.Git(tm, tm.dirs[i], "for-each-ref", refPrefix+id, conflictPrefix+id, "--format=%(objectname)")
	return strings.Fields(refs)
}

// Whatever a remote makes of a run, the record here stays, and what differs is
// kept beside it and named, by fetch and by push.
func TestRemotesRewriteRuns(t *testing.T) {
	cases := map[string]struct {
		rewrite func(tm *team, id, tip, start string) (other string)
		refused string
	}{
		"another record": {func(tm *team, id, tip, start string) string { return tm.rewrite(id, tm.listing(tip, "one"), start) }, ""},
		"its own start": {func(tm *team, id, _, start string) string {
			gitstoretest.Git(tm, tm.server, "update-ref", refPrefix+id, start)
			return ""
		}, ""},
		"another start": {func(tm *team, id, _, start string) string { return tm.rewrite(id, tm.listing(start, "one")) }, ""},
		"another run": {func(tm *team, id, _, start string) string {
			other := gitstoretest.Git(tm, tm.server, "for-each-ref", refPrefix, "--format=%(objectname)", "--no-contains="+start, "--count=1")
			gitstoretest.Git(tm, tm.server, "update-ref", refPrefix+id, other)
			return ""
		}, "another run"},
		"no run": {func(tm *team, id, _, _ string) string { tm.rewrite(id, ""); return "" }, record.RunFile},
		"a tree": {func(tm *team, id, tip, _ string) string {
			tree := gitstoretest.Git(tm, tm.server, "rev-parse", tip+"^{tree}")
			put(tm, filepath.Join(tm.server, "refs", "exprec", id), tree+"\n")
			return ""
		}, "damaged"},
	}
	tm := newTeam(t, 2)
	ids, tips := map[string]string{}, map[string]string{}
	for what := range cases {
		ids[what] = tm.record(0, what)
	}
	tm.push(0)
	tm.fetch(1)
	others := map[string]string{}
	for what, id := range ids {
		tips[what] = gitstoretest.Git(t, tm.server, "rev-parse", refPrefix+id)
		others[what] = cases[what].rewrite(tm, id, tips[what], tips[what]+"^")
	}
	defer gitstoretest.Unchanged(t, tm.dirs[0])()
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	look := func(i int, shared *Shared) {
		for what, id := range ids {
			have := tm.records(i, id)
			for _, commit := range []string{tips[what], others[what]} {
				if commit != "" && !slices.Contains(have, commit) {
					t.Errorf("%s: clone %d: %s is not among %v", what, i, commit, have)
				}
			}
			if others[what] != "" && len(must(tm.one(i, id).Rivals())) == 0 {
				t.Errorf("%s: clone %d names no other record", what, i)
			}
			refused := slices.ContainsFunc(shared.Refused, func(r RefusedRun) bool {
				return r.ID == id && strings.Contains(r.Reason, cases[what].refused)
			})
			if refused != (cases[what].refused != "") {
				t.Errorf("%s: clone %d: refused %+v", what, i, shared.Refused)
			}
			if values, err := tm.one(i, id).Series("loss"); err != nil || len(values.Values) != 1 {
				t.Errorf("%s: clone %d: the values are %v, %v", what, i, values, err)
			}
		}
	}
	look(1, tm.fetch(1))
	look(0, tm.push(0))
	// It does it again: three records are kept.
	twice := "another record"
	first := others[twice]
	others[twice] = tm.rewrite(ids[twice], tm.listing(tips[twice], "two"), tips[twice]+"^")
	look(1, tm.fetch(1))
	if have := tm.records(1, ids[twice]); !slices.Contains(have, first) {
		t.Errorf("the first rewritten record %s is not among %v", first, have)
	}
}

// A run that goes on here is finished as it was, whatever record of it a remote
// makes up meanwhile.
func TestARemoteEndsARunThatGoesOn(t *testing.T) {
	tm := newTeam(t, 1)
	old := tm.record(0, "old")
	e := Start(Options{Dir: tm.dirs[0], Name: "live", Quiet: true, NoOutput: true, NoSystem: true})
	e.AddScalar("loss", 0.25, 1)
	tm.push(0)
	start := gitstoretest.Git(t, tm.dirs[0], "rev-parse", refPrefix+e.ID())
	// A record of the run that was not made from its start.
	info, err := readRun(tm.open(0).stores[0], hashOf(t, tm.dirs[0], refPrefix+old+"^{tree}"))
	if err != nil {
		t.Fatal(err)
	}
	info.UUID = e.ID()
	blob := gitstoretest.GitInput(t, tm.server, string(record.EncodeRun(info)), "hash-object", "-w", "--stdin")
	forged := tm.rewrite(e.ID(), "100644 blob "+blob+"\t"+record.RunFile+"\n")
	if shared := tm.fetch(0); !slices.Equal(shared.Conflicts, []string{e.ID()}) {
		t.Errorf("%+v", shared)
	}
	if have := tm.records(0, e.ID()); !slices.Contains(have, start) || !slices.Contains(have, forged) {
		t.Errorf("%s and %s are not in %v", start, forged, have)
	}
	e.AddScalar("loss", 0.125, 2)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	runs, err := tm.open(0).Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, run := range runs {
		if series, err := run.Series("loss"); err == nil && slices.Equal(series.Values, []float64{0.25, 0.125}) {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d of %d runs have what was logged", found, len(runs))
	}
}

func hashOf(t testing.TB, dir, revision string) gitstore.Hash {
	t.Helper()
	return plumbing.NewHash(gitstoretest.Git(t, dir, "rev-parse", revision))
}

// A remote with very many refs that are no runs costs little; they are counted
// and ignored.
func TestFetchFromAmongManyRefs(t *testing.T) {
	tm := newTeam(t, 2)
	id := tm.record(0, "first")
	tm.push(0)
	tip := gitstoretest.Git(t, tm.server, "rev-parse", refPrefix+id)
	gitstoretest.Git(t, tm.server, "pack-refs", "--all")
	name := filepath.Join(tm.server, "packed-refs")
	packed := string(must(os.ReadFile(name)))
	lines := strings.SplitAfter(packed, "\n")
	junk, most := 100_000, 10*time.Second
	if os.Getenv("EXPREC_HOSTILE") == "full" {
		junk, most = 999_000, 3*time.Minute
	}
	for i := range junk {
		lines = append(lines, fmt.Sprintf("%s refs/exprec/%06d-x\n", tip, i))
	}
	slices.SortFunc(lines[1:], func(a, b string) int { return strings.Compare(a[min(len(a), 41):], b[min(len(b), 41):]) })
	if err := os.WriteFile(name, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	shared := tm.fetch(1)
	if !slices.Equal(shared.New, []string{id}) || shared.Skipped != junk {
		t.Errorf("new %v, skipped %d", shared.New, shared.Skipped)
	}
	if took := time.Since(began); took > most {
		t.Errorf("it took %v", took)
	}
	if refs := refsIn(t, tm.dirs[1]); strings.Count(refs, "\n") > 0 {
		t.Errorf("the clone has\n%.300s", refs)
	}
}

// A run whose objects git refuses, or that the remote has not whole, and other
// records that are none, keep no other run away.
func TestOneBadRunAmongGoodOnes(t *testing.T) {
	tm := newTeam(t, 2)
	var good []string
	for i := range 5 {
		good = append(good, tm.record(0, fmt.Sprint("good ", i)))
	}
	unsafe, torn, empty := tm.record(0, "unsafe"), tm.record(0, "torn"), tm.record(0, "empty")
	tm.push(0)
	blob := gitstoretest.Object(t, tm.server, "blob", []byte("x"))
	put(t, filepath.Join(tm.server, "refs", "exprec", unsafe), gitstoretest.Commit(t, tm.server, gitstoretest.Object(t, tm.server, "tree", gitstoretest.Entry(t, "100644", "..", blob)))+"\n")
	put(t, filepath.Join(tm.server, "refs", "exprec", torn), gitstoretest.Commit(t, tm.server, gitstoretest.Object(t, tm.server, "tree", gitstoretest.Entry(t, "100644", "x", strings.Repeat("ab", 20))))+"\n")
	for i := range 3 {
		none := gitstoretest.Commit(t, tm.server, gitstoretest.Object(t, tm.server, "tree", gitstoretest.Entry(t, "100644", fmt.Sprint(i), blob)))
		put(t, filepath.Join(tm.server, "refs", "exprec-conflicts", empty, none), none+"\n")
	}
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	shared := tm.fetch(1)
	slices.Sort(good)
	slices.Sort(shared.New)
	if want := slices.Sorted(slices.Values(append(good, empty))); !slices.Equal(shared.New, want) {
		t.Errorf("new are %v, want %v", shared.New, want)
	}
	refused := map[string]int{}
	for _, r := range shared.Refused {
		refused[r.ID]++
		if strings.Contains(r.Reason, "\n") {
			t.Errorf("%q", r.Reason)
		}
	}
	if len(refused) != 3 || refused[unsafe] != 1 || refused[torn] != 1 || refused[empty] != 3 {
		t.Errorf("refused: %+v", shared.Refused)
	}
	if rivals := must(tm.one(1, empty).Rivals()); len(rivals) > 0 {
		t.Errorf("what is no record was kept: %v", rivals)
	}
	gitstoretest.Git(t, tm.dirs[1], "fsck", "--strict", "--no-dangling")
}
