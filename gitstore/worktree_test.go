package gitstore

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// roundTrip takes a snapshot, commits it, checks it out, and compares: the
// same kinds, modes and bytes, and a repository as it was.
func roundTrip(t *testing.T, dir string, skip ...string) *Snapshot {
	t.Helper()
	unchanged := gitstoretest.Unchanged(t, dir)
	s := takeSnapshot(t, dir, SnapshotOptions{Skip: []string{".exprec"}})
	to, _ := checkoutSource(t, dir, s)
	assertSame(t, dir, to, append(skip, ".git", ".exprec")...)
	unchanged()
	gitstoretest.Fsck(t, dir)
	gitstoretest.Git(t, dir, "update-ref", "-d", "refs/exprec/checkout")
	return s
}

// messy makes a work tree with everything in it that is hard to store. Its
// ignored files are named ignored.
func messy(t testing.TB) string {
	t.Helper()
	dir := gitstoretest.New(t)
	gitstoretest.Write(t, dir, ".gitattributes", "*.crlf text eol=crlf\n*.auto text=auto\n*.id ident\n*.u16 text working-tree-encoding=UTF-16LE\n*.up filter=upper\n*.bin -text\n")
	gitstoretest.Git(t, dir, "config", "filter.upper.clean", "tr a-z A-Z")
	gitstoretest.Git(t, dir, "config", "filter.upper.smudge", "tr A-Z a-z")
	gitstoretest.Write(t, dir, "win.crlf", "one\r\ntwo\r\n")
	gitstoretest.Write(t, dir, "mixed.auto", "one\r\ntwo\n")
	gitstoretest.Write(t, dir, "plain.txt", "dos\r\nfile\r\n")
	gitstoretest.Write(t, dir, "version.id", "$Id: not what git would write $\n")
	gitstoretest.Write(t, dir, "wide.u16", "h\x00i\x00\n\x00")
	gitstoretest.Write(t, dir, "shout.up", "quiet\n")
	gitstoretest.Write(t, dir, "random.bin", "\x00\r\n\xff\xfe")
	gitstoretest.Write(t, dir, "bytes-\xff\xfe/\xe9\n\x1b[31m", "a name that is no text")
	gitstoretest.Write(t, dir, "-rf", "looks like an option")
	gitstoretest.Write(t, dir, "empty", "")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "messy")
	check(t, os.WriteFile(filepath.Join(dir, "tool"), []byte("#!/bin/sh\n"), 0o755))
	check(t, os.Symlink("no/such/file", filepath.Join(dir, "dangling")))
	check(t, os.Symlink("src", filepath.Join(dir, "folder-link")))
	gitstoretest.Write(t, dir, "src/model.py", "modified\r\n")
	return dir
}

func TestSnapshotStoresTheBytesThatRan(t *testing.T) {
	for _, config := range []string{"", "core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf"} {
		t.Run(config, func(t *testing.T) {
			dir := messy(t)
			if key, value, ok := strings.Cut(config, "="); ok {
				gitstoretest.Git(t, dir, "config", key, value)
				gitstoretest.Git(t, dir, "add", "-A") // what git takes for clean now
			}
			// A filter, hook or monitor that runs leaves a trace in the work tree,
			// which the comparison would see.
			gitstoretest.Git(t, dir, "config", "filter.upper.clean", "touch ran; cat")
			gitstoretest.Git(t, dir, "config", "core.fsmonitor", "touch ran")
			roundTrip(t, dir, "debug.log", "out")
		})
	}
}

func TestSnapshotInEveryKindOfIndex(t *testing.T) {
	dir := messy(t)
	git := func(args ...string) { t.Helper(); gitstoretest.Git(t, dir, args...) }
	skip := []string{"debug.log", "out"}
	git("add", "-A")
	git("update-index", "--split-index")
	gitstoretest.Write(t, dir, "after-split", "x")
	git("add", "after-split")
	roundTrip(t, dir, skip...)
	git("update-index", "--no-split-index", "--index-version", "4")
	roundTrip(t, dir, skip...)
	git("update-index", "--assume-unchanged", "train.py")
	gitstoretest.Write(t, dir, "train.py", "changed behind git's back\n")
	roundTrip(t, dir, skip...)
	git("rm", "-q", "--cached", "empty") // untracked again
	git("add", "-N", "tool")
	roundTrip(t, dir, skip...)
}

func TestSnapshotOfASparseCheckoutHoldsWhatIsLeftOut(t *testing.T) {
	for _, cone := range [][]string{{"--cone"}, {"--cone", "--sparse-index"}, {"--no-cone"}} {
		t.Run(strings.Join(cone, " "), func(t *testing.T) {
			dir := gitstoretest.Init(t)
			for _, name := range []string{"top", "in/a", "out/b", "out/deep/c", "far/away/d"} {
				gitstoretest.Write(t, dir, name, name)
			}
			gitstoretest.Git(t, dir, "add", "-A")
			gitstoretest.Git(t, dir, "commit", "-qm", "all")
			whole := gitstoretest.Git(t, dir, "rev-parse", "HEAD^{tree}")
			gitstoretest.Git(t, dir, append(append([]string{"sparse-checkout", "set"}, cone...), "in")...)
			if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
				t.Fatal("git left the folder in the work tree")
			}
			s := takeSnapshot(t, dir, SnapshotOptions{})
			if s.Tree.String() != whole || s.Dirty || len(s.Objects) != 0 {
				t.Errorf("tree %s with %d new objects, dirty %v; want HEAD's %s", s.Tree, len(s.Objects), s.Dirty, whole)
			}
			// Somebody made one of the files after all.
			gitstoretest.Write(t, dir, "out/deep/c", "here again, and changed")
			s = takeSnapshot(t, dir, SnapshotOptions{})
			to, _ := checkoutSource(t, dir, s)
			for name, want := range map[string]string{"out/deep/c": "here again, and changed", "out/b": "out/b", "far/away/d": "far/away/d", "in/a": "in/a"} {
				if got, _ := os.ReadFile(filepath.Join(to, name)); string(got) != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			gitstoretest.Fsck(t, dir)
		})
	}
}

func TestSnapshotOfALinkedWorktree(t *testing.T) {
	main := messy(t)
	dir := filepath.Join(t.TempDir(), "linked")
	gitstoretest.Git(t, main, "worktree", "add", "-q", "-b", "linked", dir, "HEAD~1")
	gitstoretest.Write(t, dir, "only-here.py", "x")
	gitstoretest.Write(t, dir, "train.py", "changed here\n")
	unchanged := gitstoretest.Unchanged(t, main)
	s := roundTrip(t, dir)
	unchanged()
	if want := gitTree(t, dir); s.Tree.String() != want {
		t.Errorf("tree %s, git says %s", s.Tree, want)
	}
}

func TestSnapshotKeepsRepositoriesInsideAsCommits(t *testing.T) {
	other := gitstoretest.New(t)
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "sub")
	gitstoretest.Git(t, dir, "commit", "-qm", "submodule")
	gitstoretest.Git(t, dir, "clone", "-q", other, "nested")
	gitstoretest.Git(t, dir, "init", "-q", "unborn")
	gitstoretest.Write(t, dir, "unborn/x", "x")
	s := takeSnapshot(t, dir, SnapshotOptions{})
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], `"nested"`) {
		t.Errorf("the notes are %q", s.Notes)
	}
	if len(s.LeftOut) != 1 || s.LeftOut[0].Path != "unborn/" {
		t.Errorf("left out: %+v", s.LeftOut)
	}
	check(t, os.RemoveAll(filepath.Join(dir, "unborn"))) // which git refuses
	if want := gitTree(t, dir); s.Tree.String() != want {
		t.Errorf("tree %s, git says %s", s.Tree, want)
	}
	sub := filepath.Join(dir, "sub")
	gitstoretest.Write(t, sub, "train.py", "dirty\n")
	gitstoretest.Write(t, filepath.Join(dir, "nested"), "untracked", "dirty\n")
	s = takeSnapshot(t, dir, SnapshotOptions{})
	if notes := strings.Join(s.Notes, "\n"); strings.Count(notes, "has changes that are not in the snapshot") != 2 {
		t.Errorf("the notes are %q", s.Notes)
	}
	gitstoretest.Git(t, sub, "commit", "-qam", "ahead")
	s = takeSnapshot(t, dir, SnapshotOptions{})
	if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, `the submodule "sub" is at commit`) {
		t.Errorf("the notes are %q", s.Notes)
	}
	if want := gitTree(t, dir); s.Tree.String() != want {
		t.Errorf("tree %s, git says %s", s.Tree, want)
	}
	_, report := checkoutSource(t, dir, s)
	if len(report.Warnings) != 2 {
		t.Errorf("checkout warns: %q", report.Warnings)
	}
}

func TestSnapshotLeavesOutAndNames(t *testing.T) {
	dir := gitstoretest.New(t)
	big := strings.Repeat("x", 3000)
	for i := range 5 {
		gitstoretest.Write(t, dir, fmt.Sprintf("data/%d", i), strings.Repeat("y", 900+i))
	}
	gitstoretest.Write(t, dir, "big", big)
	gitstoretest.Write(t, dir, "staged.txt", big) // tracked: no limit
	gitstoretest.Write(t, dir, ".env", "SECRET=1")
	gitstoretest.Write(t, dir, "src/.GIT/x", "x")
	gitstoretest.Write(t, dir, "conf/ignored.log", "included")
	gitstoretest.Write(t, dir, "out/cfg/a.yaml", "included too")
	check(t, os.Symlink("x", filepath.Join(dir, ".gitmodules")))
	s := takeSnapshot(t, dir, SnapshotOptions{
		MaxFile: 2000, MaxUntracked: 3000, Include: []string{"conf/*.log", "out/cfg/"},
		Secret: func(path string) string {
			if path == ".env" {
				return "it may hold secrets"
			}
			return ""
		},
	})
	var names []string
	for _, l := range s.LeftOut {
		names = append(names, l.Path)
	}
	if got := strings.Join(names, " "); got != ".env .gitmodules big data/3 data/4 src/.GIT/" {
		t.Errorf("left out: %s", got)
	}
	found := map[string]*snapshotItem{}
	s.root.files(found)
	for _, name := range []string{"conf/ignored.log", "out/cfg/a.yaml", "data/0", "staged.txt"} {
		if found[name] == nil {
			t.Errorf("%s is not in the snapshot", name)
		}
	}
	if found["out/result"] != nil || found["debug.log"] != nil {
		t.Error("ignored files are in the snapshot")
	}
}
