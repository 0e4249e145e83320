package recorder

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// What one pass over the lists of both sides finds is what a look at each run
// finds.
func TestDiffering(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) map[string]gitstore.Hash {
			runs := map[string]gitstore.Hash{}
			for i := range 12 {
				if tip := rapid.ByteRange(0, 3).Draw(rt, name); tip > 0 {
					runs[fmt.Sprintf("%08x-0000-4000-8000-000000000000", i*i)] = gitstore.Hash{tip}
				}
			}
			return runs
		}
		refsOf := func(runs map[string]gitstore.Hash) (refs []gitstore.Ref) {
			for _, uuid := range slices.Sorted(maps.Keys(runs)) {
				refs = append(refs, gitstore.Ref{Name: refPrefix + uuid, Hash: runs[uuid]})
			}
			return append(refs, gitstore.Ref{Name: refPrefix + "x", Hash: gitstore.Hash{1}})
		}
		here, theirs := draw("here"), draw("there")
		s := &sharing{listing: &gitstore.Listing{Refs: refsOf(theirs)}, theirs: theirs}
		for range rapid.IntRange(0, 3).Draw(rt, "archives") {
			s.archives = append(s.archives, remoteArchive{runs: tipsOf(refsOf(draw("archived")))})
		}
		s.stored = allArchived(s.archives)
		runs, alike := s.differing(refsOf(here))
		want := 0
		for uuid := range here {
			if slices.Equal(s.tips(uuid), []gitstore.Hash{here[uuid]}) {
				want++
			}
		}
		if alike != want {
			rt.Errorf("%d are alike, want %d", alike, want)
		}
		found := map[string]gitstore.Hash{}
		for _, r := range runs {
			found[r.uuid] = r.tip
		}
		for _, uuid := range slices.Concat(slices.Collect(maps.Keys(here)), s.runsThere()) {
			tip, differs := found[uuid]
			if differs == slices.Equal(s.tips(uuid), []gitstore.Hash{here[uuid]}) || differs && tip != here[uuid] {
				rt.Errorf("%s: %v, %v", uuid, tip, differs)
			}
		}
		for _, a := range s.archives {
			for _, r := range a.runs {
				if !slices.Contains(s.storedOf(r.uuid), r) {
					rt.Errorf("%v is lost", r)
				}
			}
		}
	})
}

// What is kept of a remote is written where the remote has something else than
// it had, and then says what it has.
func TestRemembersOnce(t *testing.T) {
	tm := archiving(t, 2, 6)
	ids := tm.several(0, 10)
	tm.push(0)
	file := filepath.Join(tm.open(0).Home(), remotesName, "origin")
	state := func() os.FileInfo {
		t.Helper()
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	tm.fetch(0) // what was rolled up is known now
	before := state()
	tm.push(0)
	tm.fetch(0)
	if !os.SameFile(before, state()) {
		t.Error("the file was written again though nothing was new")
	}
	tm.fetch(1)
	tm.edit(1, ids[0], Edit{AddTags: []string{"good"}})
	tm.push(1)
	tm.fetch(0)
	if os.SameFile(before, state()) {
		t.Error("the file is as it was though the remote is not")
	}
	if got := fmt.Sprint(tm.one(0, ids[0]).Remotes()); got != "[{origin true}]" {
		t.Errorf("the remotes of the edited run are %s", got)
	}
	want := tm.remembered(0)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	tm.fetch(0)
	if got := tm.remembered(0); got != want {
		t.Errorf("made anew the file holds\n%s\nand held\n%s", got, want)
	}
	lines := strings.Split(strings.TrimSpace(want), "\n")[1:]
	if len(lines) != 10 || !slices.IsSorted(lines) {
		t.Errorf("the file holds\n%s", want)
	}
}

func (tm *team) remembered(i int) string {
	tm.Helper()
	text, err := os.ReadFile(filepath.Join(tm.open(i).Home(), remotesName, "origin"))
	if err != nil {
		tm.Fatal(err)
	}
	return string(text)
}

// A file that keeps an archive and is damaged is as good as none.
func TestKeptArchiveDamaged(t *testing.T) {
	tm := archiving(t, 2, 6)
	tm.several(0, 10)
	tm.push(0)
	for _, dir := range tm.dirs {
		defer gitstoretest.Unchanged(t, dir)()
	}
	tm.fetch(1)
	files, err := filepath.Glob(filepath.Join(tm.open(1).Home(), archivesName, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q, %v", files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(good)
	flipped[50] ^= 1
	for _, bad := range [][]byte{nil, good[:len(good)-tipLine], flipped, append(slices.Clone(good), 0)} {
		if err := os.WriteFile(files[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if shared := tm.fetch(1); shared.Same != 10 {
			t.Errorf("the fetch: %+v", shared)
		}
		if now, err := os.ReadFile(files[0]); err != nil || string(now) != string(good) {
			t.Errorf("the file was not made anew: %d bytes, %v", len(now), err)
		}
	}
}
