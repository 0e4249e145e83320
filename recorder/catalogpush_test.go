package recorder

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// catalogRef is the only catalog of the server.
func (tm *team) catalogRef() string {
	tm.Helper()
	ref := gitstoretest.Git(tm, tm.server, "for-each-ref", "--format=%(refname)", catalogPrefix)
	if ref == "" || strings.Contains(ref, "\n") {
		tm.Fatalf("the catalogs on the server: %q", ref)
	}
	return ref
}

// cataloged fails unless the catalog on the server has just these commits of
// runs, with all that is needed to list them.
func (tm *team) cataloged(want map[string]string) {
	tm.Helper()
	gitstoretest.Git(tm, tm.server, "fsck", "--strict", "--no-dangling")
	got := map[string]string{}
	for line := range strings.Lines(gitstoretest.Git(tm, tm.server, "ls-tree", "-r", tm.catalogRef())) {
		fields := strings.Fields(line)
		if path := strings.Split(fields[3], "/"); len(path) == 3 && path[2] == catalogTip {
			got[path[1]] = fields[2]
		}
	}
	if !maps.Equal(got, want) {
		tm.Errorf("the catalog has %v, want %v", got, want)
	}
}

// tipsOn are the commits of the runs on the server.
func (tm *team) tipsOn() map[string]string {
	tips := map[string]string{}
	for line := range strings.Lines(gitstoretest.Git(tm, tm.server, "for-each-ref", "--format=%(refname) %(objectname)", refPrefix)) {
		ref, tip, _ := strings.Cut(strings.TrimSpace(line), " ")
		tips[strings.TrimPrefix(ref, refPrefix)] = tip
	}
	return tips
}

// lose removes a run from a clone as if it had never been there.
func (tm *team) lose(i int, uuid string) {
	tm.Helper()
	gitstoretest.Git(tm, tm.dirs[i], "update-ref", "-d", refPrefix+uuid)
	gitstoretest.Git(tm, tm.dirs[i], "gc", "-q", "--prune=now")
}

// What a push adds to a catalog is little, also where what was in it is neither
// here any more nor remembered, where that is damaged, and whatever the remote can.
func TestCatalogGrowsByLittle(t *testing.T) {
	kept := func(tm *team) string { return filepath.Join(tm.open(0).Home(), catalogsName, remoteSum("origin")) }
	for name, before := range map[string]func(*team){
		"remembered": func(*team) {},
		"forgotten":  func(tm *team) { os.Remove(kept(tm)) },
		"filtered": func(tm *team) {
			os.Remove(kept(tm))
			gitstoretest.Git(tm, tm.server, "config", "uploadpack.allowFilter", "true")
		},
		"damaged": func(tm *team) {
			text, err := os.ReadFile(kept(tm))
			if err != nil {
				tm.Fatal(err)
			}
			if err := os.WriteFile(kept(tm), text[:len(text)/2], 0o600); err != nil {
				tm.Fatal(err)
			}
		},
		"written otherwise": func(tm *team) {
			ref := tm.catalogRef()
			commit := gitstoretest.Git(tm, tm.server, "commit-tree", "-m", "by another version", ref+"^{tree}")
			gitstoretest.Git(tm, tm.server, "update-ref", ref, commit)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tm := newTeam(t, 1)
			unchanged := gitstoretest.Unchanged(t, tm.dirs[0])
			lost := tm.record(0, "first")
			tm.several(0, 20)
			tm.push(0)
			tm.cataloged(tm.tipsOn())
			gitstoretest.Git(t, tm.server, "repack", "-adq")
			unchanged()
			tm.lose(0, lost)
			before(tm)
			defer gitstoretest.Unchanged(t, tm.dirs[0])()
			tm.record(0, "second")
			if shared := tm.push(0); len(shared.New) != 1 {
				t.Fatalf("%+v", shared)
			}
			tm.cataloged(tm.tipsOn())
			if len(tm.tipsOn()) != 22 {
				t.Errorf("the server has %d runs", len(tm.tipsOn()))
			}
			count := gitstoretest.Git(t, tm.server, "count-objects")
			if n, _, _ := strings.Cut(count, " "); len(n) > 2 || n > "20" && len(n) == 2 {
				t.Errorf("the push of a run sent %s", count)
			}
			if _, err := os.Stat(filepath.Join(tm.dirs[0], ".git", "exprec", lightStore)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a push made a store of its own: %v", err)
			}
		})
	}
}

// A run that was lost here comes back lightly by this clone's own catalog, which
// is else not fetched.
func TestOwnCatalogComesBack(t *testing.T) {
	tm := newTeam(t, 2)
	lost := tm.recordFull(0, 1)
	tm.recordFull(0, 2)
	tm.push(0)
	other := tm.recordFull(1, 3)
	tm.push(1)
	if shared := tm.fetchLight(0); !slices.Equal(shared.Light, []string{other}) {
		t.Fatalf("%+v", shared)
	}
	light := filepath.Join(tm.dirs[0], ".git", "exprec", lightStore)
	if refs := gitstoretest.Git(t, light, "for-each-ref"); strings.Count(refs, "\n") != 0 {
		t.Errorf("it has fetched its own catalog too: %s", refs)
	}
	tm.lose(0, lost)
	unchanged := gitstoretest.Unchanged(t, tm.dirs[0])
	if shared := tm.fetchLight(0); !slices.Equal(shared.Light, []string{lost}) {
		t.Fatalf("%+v", shared)
	}
	if rows, err := tm.open(0).Rows(t.Context(), "name:full-1"); err != nil || rows.Len() != 1 || rows.At(0).Light() != "origin" {
		t.Errorf("%v, %v", rows, err)
	}
	unchanged()
	for range 2 { // nothing of it builds on what the user may remove
		gitstoretest.Git(t, light, "fsck", "--strict", "--no-dangling")
		gitstoretest.Git(t, tm.dirs[0], "gc", "-q", "--prune=now")
		if err := tm.openLight(0).Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tm.recordFull(0, 4)
	tm.push(0)
	gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling")
}

func (tm *team) openLight(i int) *gitstore.Store {
	tm.Helper()
	store, err := tm.open(i).lightObjects()
	if err != nil {
		tm.Fatal(err)
	}
	return store
}

// A purge takes a run out of the catalogs of others, and out of this one's own,
// whatever is remembered of them; what is remembered holds no content.
func TestPurgeReachesEveryCatalog(t *testing.T) {
	for _, filter := range []string{"false", "true"} {
		tm := newTeam(t, 3)
		gitstoretest.Git(t, tm.server, "config", "uploadpack.allowFilter", filter)
		id := tm.recordFull(0, 1)
		stays := tm.recordFull(0, 2)
		tm.push(0)
		tm.fetch(1)
		tm.edit(1, id, Edit{AddTags: []string{"theirs"}})
		tm.edit(1, stays, Edit{AddTags: []string{"theirs"}})
		tm.push(1) // two catalogs have it now
		tm.fetch(2)
		content := gitstoretest.Git(t, tm.dirs[2], "rev-parse", refPrefix+id+":run.msgpack")
		if _, err := tm.open(2).Purge(t.Context(), tm.one(2, id)); err != nil {
			t.Fatal(err)
		}
		tm.push(2)
		refs := gitstoretest.Git(t, tm.server, "for-each-ref", "--format=%(refname)", catalogPrefix)
		if strings.Count(refs, "\n") != 2 {
			t.Errorf("the catalogs: %s", refs)
		}
		for ref := range strings.SplitSeq(refs, "\n") {
			if tree := gitstoretest.Git(t, tm.server, "ls-tree", "-r", ref); strings.Contains(tree, content) {
				t.Errorf("%s holds what was purged", ref)
			}
		}
		gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling")
		for i := range 2 { // whose catalogs were changed for them
			tm.push(i)
			tm.record(i, "more")
			tm.push(i)
		}
		for ref := range strings.SplitSeq(refs, "\n") {
			if tree := gitstoretest.Git(t, tm.server, "ls-tree", "-r", ref); strings.Contains(tree, content) {
				t.Errorf("%s holds again what was purged", ref)
			}
		}
	}
}

// Catalogs of two clones may be equal. What is changed in one stays in the other.
func TestEqualCatalogsChangeByThemselves(t *testing.T) {
	tm := archiving(t, 1, 0)
	s := &sharing{project: tm.open(0), remote: &gitstore.Remote{Name: "origin"}, result: &Shared{}}
	const uuid = "00000000-0000-4000-8000-000000000000"
	trees := catalogTrees{uuid: gitstore.Hash{1}}
	s.keepCatalog(trees)
	commit := catalogCommit(trees.objects())
	known, from, err := s.knownCatalogs(t.Context(), map[string]gitstore.Hash{"ours": commit, "theirs": commit})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	delete(known["ours"], uuid)
	if len(known["theirs"]) != 1 {
		t.Error("a run was taken out of both catalogs")
	}
}
