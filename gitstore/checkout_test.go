package gitstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// checkoutSource takes a snapshot, commits it, and writes its source elsewhere.
func checkoutSource(t testing.TB, dir string, s *Snapshot) (string, *Report) {
	t.Helper()
	store, _ := openStore(t, dir)
	h := commitSnapshot(t, dir, "refs/exprec/checkout", s)
	commit, err := store.ReadCommit(h)
	if err != nil {
		t.Fatal(err)
	}
	source, err := store.Lookup(commit.Tree, "source")
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "out")
	report, err := store.Checkout(t.Context(), source.Hash, s.Large, to)
	if err != nil {
		t.Fatal(err)
	}
	return to, report
}

// assertSame compares two folders file by file: kind, executable bit, bytes.
func assertSame(t testing.TB, want, got string, skip ...string) {
	t.Helper()
	left, right := describeFolder(t, want, skip), describeFolder(t, got, skip)
	gitstoretest.Compare(t, left, right)
}

func describeFolder(t testing.TB, dir string, skip []string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, _ := filepath.Rel(dir, file)
		for _, s := range skip {
			if path == s {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
		}
		switch {
		case d.IsDir():
		case d.Type()&os.ModeSymlink != 0:
			target, err := os.Readlink(file)
			found[path] = "link to " + target
			return err
		case d.Type().IsRegular():
			data, err := os.ReadFile(file)
			info, _ := d.Info()
			found[path] = info.Mode().String() + " " + string(data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCheckoutGivesTheFilesThatWereThere(t *testing.T) {
	dir := gitstoretest.New(t)
	defer gitstoretest.Unchanged(t, dir)()
	s := takeSnapshot(t, dir, SnapshotOptions{})
	to, report := checkoutSource(t, dir, s)
	assertSame(t, dir, to, ".git", "debug.log", "out")
	if report.Files != s.Files || len(report.Warnings) != 0 {
		t.Errorf("the report is %+v, the snapshot has %d files", report, s.Files)
	}
	gitstoretest.Fsck(t, dir)
}

func TestCheckoutRefusesAFolderThatExists(t *testing.T) {
	dir := gitstoretest.New(t)
	store, repo := openStore(t, dir)
	head, _ := repo.Head()
	commit, err := store.ReadCommit(head.Commit)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if _, err := store.Checkout(t.Context(), commit.Tree, nil, to); !errors.Is(err, ErrExists) {
		t.Errorf("checkout gives %v, want ErrExists", err)
	}
}

// hostileTree writes tree objects that git itself would refuse.
func hostileTree(t testing.TB, dir string, entries ...TreeEntry) Hash {
	t.Helper()
	f := &snapshotFolder{}
	for _, e := range entries {
		f.items = append(f.items, snapshotItem{name: e.Name, mode: e.Mode, hash: e.Hash})
	}
	out := gitstoretest.GitInput(t, dir, string(f.encode(nil)), "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
	h, ok := parseHash(out)
	if !ok {
		t.Fatalf("git says %q", out)
	}
	return h
}

func hostileBlob(t testing.TB, dir, content string) Hash {
	t.Helper()
	h, ok := parseHash(gitstoretest.GitInput(t, dir, content, "hash-object", "-w", "--stdin"))
	if !ok {
		t.Fatal("git wrote no blob")
	}
	return h
}

// M1: names that lead elsewhere, or into the git directory.
func TestCheckoutRefusesHostileNames(t *testing.T) {
	dir := gitstoretest.New(t)
	store, _ := openStore(t, dir)
	blob := hostileBlob(t, dir, "evil")
	names := []string{"..", ".", ".git", ".GIT", "git~1", "GIT~1", ".git.", ".git ", ".git::$INDEX_ALLOCATION", ".g\u200cit", ".git\ufeff", "a/b", "/etc/x", "x\\.git", strings.Repeat("n", 5000)}
	for _, name := range names {
		for _, deep := range []bool{false, true} {
			tree := hostileTree(t, dir, TreeEntry{name, filemode.Regular, blob})
			if deep {
				tree = hostileTree(t, dir, TreeEntry{"ok", filemode.Regular, blob}, TreeEntry{"sub", filemode.Dir, tree})
			}
			parent := t.TempDir()
			_, err := store.Checkout(t.Context(), tree, nil, filepath.Join(parent, "out"))
			if !errors.Is(err, ErrUnsafe) {
				t.Errorf("a tree with %.40q gives %v, want ErrUnsafe", name, err)
			}
			if left, _ := os.ReadDir(parent); len(left) != 0 {
				t.Errorf("a tree with %.40q left %v behind", name, left)
			}
		}
	}
}
