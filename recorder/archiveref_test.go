package recorder

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// archivedRuns draws the runs of an archive.
func archivedRuns(t *rapid.T) []archived {
	tips := map[string]gitstore.Hash{}
	for range rapid.IntRange(1, 40).Draw(t, "runs") {
		a, b := rapid.Uint32().Draw(t, "a"), rapid.Uint64Range(0, 1<<48-1).Draw(t, "b")
		var tip gitstore.Hash
		copy(tip[:], rapid.SliceOfN(rapid.Byte(), len(tip), len(tip)).Draw(t, "tip"))
		tips[fmt.Sprintf("%08x-0000-4000-8000-%012x", a, b)] = tip
	}
	return sortedRuns(tips)
}

// What is written into an archive is what is read from it, from its commits and
// from the file that keeps it.
func TestArchiveRoundTrip(t *testing.T) {
	store, err := gitstore.OpenPrivate(filepath.Join(t.TempDir(), "store.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	fewer(t, 30)
	rapid.Check(t, func(rt *rapid.T) {
		runs := archivedRuns(rt)
		hash, objects := archiveObjects(runs)
		ref := archivePrefix + "2026-01"
		old, _ := store.Ref(ref)
		if err := store.CommitDerived(context.Background(), ref, old, objects); err != nil {
			rt.Fatal(err)
		}
		got, err := readArchive(store, hash)
		if err != nil || !slices.Equal(got, runs) {
			rt.Fatalf("%v, %v; want %v", got, err, runs)
		}
		text := encodeArchive(runs, hash)
		if got, err = decodeArchive(bytes.NewReader(text), int64(len(text)), hash); err != nil || !slices.Equal(got, runs) {
			rt.Fatalf("%v, %v; want %v", got, err, runs)
		}
		// Any other content is another archive, or none.
		at := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
		text[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
		if got, err = decodeArchive(bytes.NewReader(text), int64(len(text)), hash); err == nil && !slices.Equal(got, runs) {
			rt.Fatalf("a changed file is taken: %v", got)
		}
	})
}

// Trees that are not those of an archive are refused.
func TestNoArchive(t *testing.T) {
	const uuid = "0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
	entry := func(name string, mode filemode.FileMode) []gitstore.TreeEntry {
		return []gitstore.TreeEntry{{Name: name, Mode: mode, Hash: gitstore.Hash{1}}}
	}
	for _, c := range []struct{ root, folder []gitstore.TreeEntry }{
		{nil, nil},
		{entry("0b", filemode.Dir), nil},
		{entry("0b", filemode.Regular), entry(uuid, filemode.Submodule)},
		{entry("0b1", filemode.Dir), entry(uuid, filemode.Submodule)},
		{entry("0c", filemode.Dir), entry(uuid, filemode.Submodule)},
		{entry("0b", filemode.Dir), entry(uuid, filemode.Regular)},
		{entry("0b", filemode.Dir), entry("0b1e2d3c", filemode.Submodule)},
		{entry("0b", filemode.Dir), entry(strings.ToUpper(uuid), filemode.Submodule)},
	} {
		runs, err := archivedIn(c.root, func(gitstore.Hash) ([]gitstore.TreeEntry, error) { return c.folder, nil })
		if err == nil {
			t.Errorf("%v with %v is taken as %v", c.root, c.folder, runs)
		}
	}
	for name, want := range map[string]string{"2026-11": "2026-11", "2026-13": "", "2026-1": "", "x": "", "2026-11/x": "", "26-11": ""} {
		if got, ok := monthOf(archivePrefix + name); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
}

// Whatever a kept archive says, what is taken from it is what it was made of.
func FuzzKeptArchive(f *testing.F) {
	runs := []archived{{"0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f", gitstore.Hash{1}}, {"0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e50", gitstore.Hash{2}}}
	hash, _ := archiveObjects(runs)
	f.Add(encodeArchive(runs, hash))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := decodeArchive(bytes.NewReader(text), int64(len(text)), hash)
		if err == nil && !slices.Equal(got, runs) {
			t.Fatalf("%q is taken as %v", text, got)
		}
	})
}

// Whatever the trees of an archive hold, only runs are taken from them.
func FuzzArchiveTrees(f *testing.F) {
	f.Add([]byte("0b|0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f"), uint32(filemode.Dir), uint32(filemode.Submodule))
	f.Fuzz(func(t *testing.T, names []byte, outer, inner uint32) {
		var root []gitstore.TreeEntry
		folders := map[gitstore.Hash][]gitstore.TreeEntry{}
		for i, name := range bytes.Split(names, []byte("|")) {
			at := gitstore.Hash{byte(i), byte(i >> 8)}
			if i%2 == 0 {
				root = append(root, gitstore.TreeEntry{Name: string(name), Mode: filemode.FileMode(outer), Hash: at})
				continue
			}
			of := root[len(root)-1].Hash
			folders[of] = append(folders[of], gitstore.TreeEntry{Name: string(name), Mode: filemode.FileMode(inner), Hash: at})
		}
		runs, err := archivedIn(root, func(h gitstore.Hash) ([]gitstore.TreeEntry, error) { return folders[h], nil })
		for _, r := range runs {
			if err == nil && record.CheckUUID(r.uuid) != nil {
				t.Fatalf("%q is no run", r.uuid)
			}
		}
	})
}
