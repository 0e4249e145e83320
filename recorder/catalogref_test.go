package recorder

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// catalogBench is a store with some commits that runs could be.
func catalogBench(t testing.TB) (*gitstore.Store, []gitstore.Hash) {
	t.Helper()
	store, err := gitstore.OpenPrivate(filepath.Join(t.TempDir(), "light.git"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	var tips []gitstore.Hash
	for i := range 4 {
		tree := gitstore.NewTree()
		tree.AddBytes("run.msgpack", fmt.Appendf(nil, "run %d", i))
		tree.AddBytes("source/main.go", fmt.Appendf(nil, "source %d", i%2))
		tip, err := store.Commit(t.Context(), gitstore.Commit{
			Ref: fmt.Sprintf("refs/runs/%d", i), Tree: tree, Message: "run",
			Author: gitstore.Signature{Name: "a", Email: "a@b", When: time.Unix(int64(i), 0)},
		})
		if err != nil {
			t.Fatal(err)
		}
		tips = append(tips, tip)
	}
	return store, tips
}

// A catalog says what was put into it, and follows from that alone, whatever the
// way that led there; git finds nothing wrong with it.
func TestCatalogHoldsWhatWasPutIn(t *testing.T) {
	store, tips := catalogBench(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		ref := fmt.Sprintf("refs/light/%d", n)
		want := map[string]gitstore.Hash{}
		var catalog gitstore.Hash
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			changes := map[string]gitstore.Hash{}
			for range rapid.IntRange(1, 5).Draw(t, "changes") {
				i := rapid.IntRange(0, 7).Draw(t, "run")
				uuid := fmt.Sprintf("%02x%06x-0000-4000-8000-000000000000", i%3, i)
				changes[uuid] = gitstore.Hash{}
				if at := rapid.IntRange(-1, len(tips)-1).Draw(t, "tip"); at >= 0 {
					changes[uuid] = tips[at]
				}
			}
			for uuid, tip := range changes {
				if want[uuid] = tip; tip.IsZero() {
					delete(want, uuid)
				}
			}
			catalog = changeFor(t, store, ref, changes)
		}
		read, err := readCatalog(store, catalog, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]gitstore.Hash{}
		for uuid, e := range read {
			got[uuid] = e.tip
		}
		if !maps.Equal(got, want) {
			t.Fatalf("the catalog says %v, want %v", got, want)
		}
		if again := changeFor(t, store, ref+"b", want); again != catalog {
			t.Fatalf("made at once the catalog is %s, in steps %s", again, catalog)
		}
	})
	gitstoretest.Git(t, store.GitDir(), "fsck", "--strict", "--no-dangling")
}

// changeFor gives the catalog of a ref runs, or takes them out where their commits
// are zero. It gives the commit that the ref then stands for.
func changeFor(t *rapid.T, store *gitstore.Store, ref string, changes map[string]gitstore.Hash) gitstore.Hash {
	t.Helper()
	tips := maps.Clone(changes)
	maps.DeleteFunc(tips, func(_ string, tip gitstore.Hash) bool { return tip.IsZero() })
	entries, objects, err := entriesOf(t.Context(), tips, func(tip gitstore.Hash) ([]gitstore.NewObject, error) { return wholeEntry(store, tip) })
	if err != nil {
		t.Fatal(err)
	}
	_, err = changeCatalog(t.Context(), store, ref, func(runs catalogTrees) {
		maps.DeleteFunc(runs, func(uuid string, _ gitstore.Hash) bool { _, changed := changes[uuid]; return changed })
		maps.Copy(runs, entries)
	}, objects...)
	if err != nil {
		t.Fatal(err)
	}
	commit, err := store.Ref(ref)
	if err != nil {
		t.Fatal(err)
	}
	return commit
}

// What is written of runs that are known lightly is read back.
func TestLightLinesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]catalogEntry{}
		for range rapid.IntRange(0, 5).Draw(t, "runs") {
			var e catalogEntry
			copy(e.tip[:], rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "tip"))
			copy(e.tree[:], rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "tree"))
			want[fmt.Sprintf("%08x-0000-4000-8000-000000000000", rapid.Uint32().Draw(t, "id"))] = e
		}
		if got := parseLight(encodeLight(want)); !maps.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// putLoose writes an object that need not make sense.
func putLoose(t testing.TB, dir, kind string, data []byte) (h gitstore.Hash) {
	t.Helper()
	whole := append(fmt.Appendf(nil, "%s %d\x00", kind, len(data)), data...)
	h = sha1.Sum(whole)
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write(whole)
	w.Close()
	name := hex.EncodeToString(h[:])
	file := filepath.Join(dir, "objects", name[:2], name[2:])
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

func treeEntry(mode filemode.FileMode, name string, h gitstore.Hash) []byte {
	return append(fmt.Appendf(nil, "%o %s\x00", uint32(mode), name), h[:]...)
}

// Whatever another clone has put into its catalog, what is read of it are runs
// at their places.
func FuzzReadCatalog(f *testing.F) {
	store, tips := catalogBench(f)
	dir := store.GitDir()
	entry := putLoose(f, dir, "tree", treeEntry(filemode.Submodule, catalogTip, tips[0]))
	f.Add(treeEntry(filemode.Dir, "ab000000-0000-4000-8000-000000000000", entry))
	f.Add(treeEntry(filemode.Dir, "cd000000-0000-4000-8000-000000000000", entry))
	f.Add(treeEntry(filemode.Regular, "ab000000-0000-4000-8000-000000000000", entry))
	f.Add([]byte("40000 ab"))
	f.Fuzz(func(t *testing.T, bucket []byte) {
		root := putLoose(t, dir, "tree", treeEntry(filemode.Dir, "ab", putLoose(t, dir, "tree", bucket)))
		who := "a <a@b> 0 +0000"
		commit := putLoose(t, dir, "commit", fmt.Appendf(nil, "tree %s\nauthor %s\ncommitter %s\n\nx\n", root, who, who))
		runs, err := readCatalog(store, commit, nil)
		if err != nil {
			return
		}
		for uuid, e := range runs {
			if _, ok := runOf(gitstore.Ref{Name: refPrefix + uuid}); !ok || !strings.HasPrefix(uuid, "ab") || e.tip.IsZero() {
				t.Errorf("%q stands for %v", uuid, e)
			}
		}
	})
}
