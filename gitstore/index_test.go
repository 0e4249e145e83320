package gitstore

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// describeEntry tells an entry the way that gitEntries does.
func describeEntry(e *indexEntry) string {
	return fmt.Sprintf("%o %s %d %q ctime %d:%d mtime %d:%d dev %d ino %d uid %d gid %d size %d skip %v intent %v",
		uint32(e.mode()), e.hash(), e.stage(), e.path, e.uint32(0), e.uint32(4), e.uint32(8), e.uint32(12),
		e.uint32(16), e.uint32(20), e.uint32(28), e.uint32(32), e.uint32(indexSize), e.skipWorktree(), e.intentToAdd())
}

// gitEntries is the index as git reads it.
func gitEntries(t testing.TB, dir string) []string {
	t.Helper()
	out, err := gitstoretest.Run(dir, "", "ls-files", "--sparse", "-s", "-z", "--debug")
	check(t, err)
	form := regexp.MustCompile(`(?s)(\d+) ([0-9a-f]+) (\d)\t([^\x00]*)\x00  ctime: (\d+:\d+)\n  mtime: (\d+:\d+)\n  dev: (\d+)\tino: (\d+)\n  uid: (\d+)\tgid: (\d+)\n  size: (\d+)\tflags: ([0-9a-f]+)\n`)
	var entries []string
	for _, m := range form.FindAllStringSubmatch(out, -1) {
		mode, _ := strconv.ParseUint(m[1], 8, 32)
		flags, _ := strconv.ParseUint(m[12], 16, 64)
		entries = append(entries, fmt.Sprintf("%o %s %s %q ctime %s mtime %s dev %s ino %s uid %s gid %s size %s skip %v intent %v",
			mode, m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9], m[10], m[11], flags&(1<<30) != 0, flags&(1<<29) != 0))
	}
	return entries
}

func compareIndex(t testing.TB, dir string) {
	t.Helper()
	repo, err := Find(dir)
	check(t, err)
	x, err := readIndex(repo.IndexFile, repo.GitDir, 20)
	check(t, err)
	want := gitEntries(t, dir)
	if len(want) == 0 || len(x.entries) != len(want) {
		t.Fatalf("%d entries, git has %d", len(x.entries), len(want))
	}
	for i := range want {
		if got := describeEntry(&x.entries[i]); got != want[i] {
			t.Errorf("entry %d is\n%s\ngit says\n%s", i, got, want[i])
		}
	}
}

func TestIndexReadsAsGitDoes(t *testing.T) {
	dir := gitstoretest.Init(t)
	git := func(args ...string) { t.Helper(); gitstoretest.Git(t, dir, args...) }
	for i := range 300 {
		gitstoretest.Write(t, dir, fmt.Sprintf("d%d/e%d/file-%d.txt", i%7, i%3, i), strconv.Itoa(i))
	}
	gitstoretest.Write(t, dir, strings.Repeat("long/", 60)+strings.Repeat("n", 200), "x")
	gitstoretest.Write(t, dir, "not utf-8 \xff\xfe\n", "y")
	git("add", "-A")
	git("commit", "-qm", "one")
	compareIndex(t, dir)

	git("update-index", "--index-version", "4")
	compareIndex(t, dir)
	gitstoretest.Write(t, dir, "later", "z")
	git("add", "-N", "later")
	git("update-index", "--skip-worktree", "d0/e0/file-0.txt")
	git("update-index", "--assume-unchanged", "d1/e1/file-1.txt")
	compareIndex(t, dir)
	git("update-index", "--index-version", "2") // becomes 3 for the flags
	compareIndex(t, dir)

	for _, version := range []string{"2", "4"} {
		git("update-index", "--index-version", version)
		git("config", "splitIndex.maxPercentChange", "90")
		git("update-index", "--split-index")
		for i := range 40 {
			gitstoretest.Write(t, dir, fmt.Sprintf("d%d/e%d/file-%d.txt", i%7, i%3, i), "changed in version "+version)
		}
		gitstoretest.Write(t, dir, "added-"+version, "new")
		check(t, os.Remove(filepath.Join(dir, "d5/e2/file-5.txt")))
		git("add", "-A")
		if shared, _ := filepath.Glob(filepath.Join(dir, ".git", "sharedindex.*")); len(shared) == 0 {
			t.Fatal("git made no shared index")
		}
		compareIndex(t, dir)
		git("update-index", "--no-split-index")
		gitstoretest.Write(t, dir, "d5/e2/file-5.txt", "back")
		git("add", "-A")
	}
	git("commit", "-qam", "two")
	git("sparse-checkout", "set", "--cone", "--sparse-index", "d1")
	compareIndex(t, dir)
	git("sparse-checkout", "disable")
	conflict(t, dir)
	compareIndex(t, dir)
}

// conflict leaves a merge with three stages of one path in the index.
func conflict(t testing.TB, dir string) {
	t.Helper()
	gitstoretest.Git(t, dir, "checkout", "-q", "-b", "side")
	gitstoretest.Write(t, dir, "later", "side")
	gitstoretest.Git(t, dir, "commit", "-qam", "side")
	gitstoretest.Git(t, dir, "checkout", "-q", "main")
	gitstoretest.Write(t, dir, "later", "main")
	gitstoretest.Git(t, dir, "commit", "-qam", "main")
	if _, err := gitstoretest.Run(dir, "", "merge", "side"); err == nil {
		t.Fatal("the merge has no conflict")
	}
}

// A damaged index is an error or another index, never a panic, and never much
// memory.
func FuzzIndex(f *testing.F) {
	dir := gitstoretest.New(f)
	for _, args := range [][]string{
		{"update-index", "--index-version", "2"},
		{"update-index", "--skip-worktree", "train.py"},
		{"update-index", "--index-version", "4"},
		{"update-index", "--split-index"},
	} {
		gitstoretest.Git(f, dir, args...)
		data, err := os.ReadFile(filepath.Join(dir, ".git", "index"))
		check(f, err)
		f.Add(data)
	}
	gitDir := filepath.Join(dir, ".git")
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseIndex(string(data), 20)
		if err == nil && x.split != nil {
			err = x.joinShared(gitDir)
		}
		if err == nil && x.checkOrder() == nil {
			x.tree()
		}
	})
}
