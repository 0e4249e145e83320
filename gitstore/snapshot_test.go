package gitstore

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// gitTree is the tree that git itself would store for the work tree, made
// with a copied index.
func gitTree(t testing.TB, dir string) string {
	t.Helper()
	index := filepath.Join(t.TempDir(), "index")
	from := gitstoretest.Git(t, dir, "rev-parse", "--absolute-git-dir")
	if data, err := os.ReadFile(filepath.Join(from, "index")); err == nil {
		if err := os.WriteFile(index, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_INDEX_FILE="+index)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("-c", "advice.addEmbeddedRepo=false", "add", "-A")
	return git("write-tree")
}

func openStore(t testing.TB, dir string) (*Store, *Repository) {
	t.Helper()
	repo, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := repo.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store, repo
}

func takeSnapshot(t testing.TB, dir string, options SnapshotOptions) *Snapshot {
	t.Helper()
	store, repo := openStore(t, dir)
	s, err := store.Snapshot(t.Context(), repo, dir, options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func commitSnapshot(t testing.TB, dir, ref string, s *Snapshot) Hash {
	t.Helper()
	store, repo := openStore(t, dir)
	tree := NewTree()
	tree.AddSnapshot("source", s)
	h, err := store.Commit(t.Context(), Commit{Ref: ref, Tree: tree, Author: repo.Author(), Message: "a run"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSnapshotIsWhatGitWouldStore(t *testing.T) {
	dir := gitstoretest.Init(t)
	gitstoretest.Write(t, dir, "a.txt", "a\n")
	gitstoretest.Write(t, dir, "src/main.go", "package main\n")
	gitstoretest.Write(t, dir, "src/deep/x/y.go", "package y\n")
	gitstoretest.Write(t, dir, "src-b/z", "z")
	gitstoretest.Write(t, dir, "gone", "soon")
	gitstoretest.Write(t, dir, ".gitignore", "*.o\n/build/\n!keep.o\n")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "one")
	gitstoretest.Write(t, dir, "a.txt", "changed\n")
	gitstoretest.Write(t, dir, "staged.txt", "staged\n")
	gitstoretest.Git(t, dir, "add", "staged.txt")
	gitstoretest.Write(t, dir, "new/untracked.py", "print()\n")
	gitstoretest.Write(t, dir, "x.o", "object")
	gitstoretest.Write(t, dir, "keep.o", "kept")
	gitstoretest.Write(t, dir, "build/out", "out")
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.txt", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	s := takeSnapshot(t, dir, SnapshotOptions{})
	if want := gitTree(t, dir); s.Tree.String() != want {
		t.Errorf("tree %s, want %s\n%s", s.Tree, want, gitstoretest.Git(t, dir, "status", "--short", "--ignored"))
	}
	if !s.Dirty || s.Files != 9 {
		t.Errorf("dirty %v, %d files", s.Dirty, s.Files)
	}
	h := commitSnapshot(t, dir, "refs/exprec/one", s)
	gitstoretest.Git(t, dir, "fsck", "--strict", "--full")
	if got := gitstoretest.Git(t, dir, "show", h.String()+":source/src/main.go"); got != "package main" {
		t.Errorf("main.go is %q", got)
	}
}
