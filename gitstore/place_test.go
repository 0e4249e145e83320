package gitstore

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

func privateStore(t testing.TB) *Store {
	t.Helper()
	store, err := OpenPrivate(filepath.Join(t.TempDir(), "store.git"))
	check(t, err)
	t.Cleanup(func() { store.Close() })
	return store
}

// storeSnapshot commits a snapshot to a store and checks it out.
func storeSnapshot(t testing.TB, store *Store, repo *Repository, dir, ref string, o SnapshotOptions) (*Snapshot, string) {
	t.Helper()
	s, err := store.Snapshot(t.Context(), repo, dir, o)
	check(t, err)
	tree := NewTree()
	tree.AddSnapshot("source", s)
	_, err = store.Commit(t.Context(), Commit{Ref: ref, Tree: tree, Author: repo.Author(), Message: "a run"})
	check(t, err)
	to := filepath.Join(t.TempDir(), "out")
	_, err = store.Checkout(t.Context(), s.Tree, s.Large, to)
	check(t, err)
	return s, to
}

func TestSnapshotIntoAPrivateStoreIsWhole(t *testing.T) {
	dir := messy(t)
	repo, err := Find(dir)
	check(t, err)
	store := privateStore(t)
	s, to := storeSnapshot(t, store, repo, dir, "refs/exprec/one", SnapshotOptions{})
	assertSame(t, dir, to, ".git", "debug.log", "out")
	gitstoretest.Fsck(t, store.GitDir())
	if !s.Dirty {
		t.Error("the snapshot does not say that the work tree differs from HEAD")
	}
	again, err := store.Snapshot(t.Context(), repo, dir, SnapshotOptions{})
	check(t, err)
	if again.Tree != s.Tree || len(again.Objects) != 0 {
		t.Errorf("the second snapshot is %s with %d new objects, want %s with none", again.Tree, len(again.Objects), s.Tree)
	}
}

// A repository of another hash cannot hold the run, but its files can be had.
func TestSnapshotOfASha256RepositoryIntoAPrivateStore(t *testing.T) {
	dir := gitstoretest.Init(t, "--object-format=sha256")
	gitstoretest.Write(t, dir, "a/b.py", "tracked\n")
	gitstoretest.Write(t, dir, ".gitignore", "*.log\n")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "one")
	gitstoretest.Write(t, dir, "x.log", "ignored")
	repo, err := Find(dir)
	check(t, err)
	_, to := storeSnapshot(t, privateStore(t), repo, dir, "refs/exprec/one", SnapshotOptions{})
	assertSame(t, dir, to, ".git", "x.log")
}

func TestSnapshotOfAPlainFolder(t *testing.T) {
	gitstoretest.Isolate(t)
	dir := t.TempDir()
	for _, name := range []string{"train.py", "lib/a.py", "__pycache__/a.pyc", "node_modules/x/y.js", "env/pyvenv.cfg", "env/lib/z.py", "notes.log", ".exprec/x"} {
		gitstoretest.Write(t, dir, name, name)
	}
	gitstoretest.Write(t, dir, ".gitignore", "*.log\n")
	s, to := storeSnapshot(t, privateStore(t), nil, dir, "refs/exprec/one", SnapshotOptions{Plain: true, Skip: []string{".exprec"}})
	assertSame(t, dir, to, "__pycache__", "node_modules", "env", "notes.log", ".exprec")
	if s.Files != 3 {
		t.Errorf("%d files, want 3", s.Files)
	}
}

func TestLargeFilesBecomePointersAndComeBack(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Write(t, dir, ".gitattributes", "*.lfs filter=lfs -text\n")
	gitstoretest.Write(t, dir, "model.bin", strings.Repeat("weights", 500))
	gitstoretest.Write(t, dir, "small.lfs", "small, but the attributes say so")
	gitstoretest.Write(t, dir, "pointer.lfs", string(Pointer{OID: [32]byte{1}, Size: 77}.Bytes())) // not smudged
	store, repo := openStore(t, dir)
	s, to := storeSnapshot(t, store, repo, dir, "refs/exprec/large", SnapshotOptions{LFSThreshold: 2000})
	assertSame(t, dir, to, ".git", "debug.log", "out")
	if len(s.Large) != 2 || s.Large["model.bin"] != 3500 || s.Large["small.lfs"] != 32 {
		t.Errorf("large files: %v", s.Large)
	}
	if got := gitstoretest.Git(t, dir, "show", s.Tree.String()+":model.bin"); !strings.HasPrefix(got, "version https://git-lfs") {
		t.Errorf("git has %.40q", got)
	}
	gitstoretest.Fsck(t, dir)

	// Restore knows them by their content.
	plan, err := store.PlanRestore(t.Context(), repo, dir, s.Tree, s.Large, nil, SnapshotOptions{LFSThreshold: 2000})
	check(t, err)
	if len(plan.Write)+len(plan.Remove) != 0 {
		t.Errorf("the plan of an unchanged tree writes %q and removes %q", plan.Write, plan.Remove)
	}
	gitstoretest.Write(t, dir, "model.bin", strings.Repeat("WEIGHTS", 500))
	plan, err = store.PlanRestore(t.Context(), repo, dir, s.Tree, s.Large, nil, SnapshotOptions{LFSThreshold: 2000})
	check(t, err)
	_, err = plan.Apply(t.Context())
	check(t, err)
	assertSame(t, to, dir, ".git", "debug.log", "out")
	_, err = store.Undo(t.Context(), dir)
	check(t, err)
	if got, _ := os.ReadFile(filepath.Join(dir, "model.bin")); string(got) != strings.Repeat("WEIGHTS", 500) {
		t.Errorf("after the undo model.bin is %.20q", got)
	}
}

// However many untracked files there are, a snapshot is done soon and needs
// little memory, and what it takes does not depend on chance.
func TestSnapshotOfVeryManyUntrackedFiles(t *testing.T) {
	dir := gitstoretest.New(t)
	flat := filepath.Join(dir, "flat")
	check(t, os.Mkdir(flat, 0o755))
	const many = maxUntrackedFiles + 5000
	check(t, os.WriteFile(filepath.Join(flat, "0"), []byte("x"), 0o644))
	for i := 1; i < many; i++ { // links to one file are quickly made
		check(t, os.Link(filepath.Join(flat, "0"), filepath.Join(flat, fmt.Sprint(i))))
		if i%60000 == 0 {
			check(t, os.Rename(filepath.Join(flat, "0"), filepath.Join(flat, "old")))
			check(t, os.WriteFile(filepath.Join(flat, "0"), []byte("x"), 0o644))
		}
	}
	gitstoretest.Write(t, dir, "zz/never/looked/into", "x")
	huge, err := os.Create(filepath.Join(dir, "huge"))
	check(t, err)
	check(t, huge.Truncate(50<<30))
	check(t, huge.Close())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	s := takeSnapshot(t, dir, SnapshotOptions{})
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 400<<20 {
		t.Errorf("%d MB were allocated", grown>>20)
	}
	if s.Files < maxUntrackedFiles/2 || len(s.LeftOut)+s.MoreLeftOut < 5000 {
		t.Errorf("%d files are in, %d left out", s.Files, len(s.LeftOut)+s.MoreLeftOut)
	}
}
