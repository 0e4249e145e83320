//go:build unix

package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

func TestSnapshotPassesSpecialFilesOver(t *testing.T) {
	dir := gitstoretest.New(t)
	check(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
	check(t, os.Remove(filepath.Join(dir, "train.py")))
	check(t, syscall.Mkfifo(filepath.Join(dir, "train.py"), 0o644))
	done := make(chan *Snapshot)
	go func() { done <- takeSnapshot(t, dir, SnapshotOptions{}) }()
	select {
	case s := <-done:
		if notes := strings.Join(s.Notes, "\n"); strings.Count(notes, "FIFO") != 2 {
			t.Errorf("the notes are %q", s.Notes)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the snapshot waits for a FIFO")
	}
}

// A file that grows all the time is stored as it was read, and the commit is
// sound.
func TestSnapshotOfAFileThatKeepsGrowing(t *testing.T) {
	dir := gitstoretest.New(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f, err := os.OpenFile(filepath.Join(dir, "train.txt"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		for i := 0; err == nil && ctx.Err() == nil && i < 2_000_000; i++ {
			_, err = f.WriteString("another line of a log\n")
		}
		f.Close()
	}()
	defer func() { stop(); <-ended }()
	for i := range 10 {
		s := takeSnapshot(t, dir, SnapshotOptions{})
		commitSnapshot(t, dir, fmt.Sprintf("refs/exprec/growing-%d", i), s)
	}
	gitstoretest.Fsck(t, dir)
}

// M2: links that lead out are written as text, those inside are made.
func TestCheckoutNeverLinksOutside(t *testing.T) {
	dir := gitstoretest.New(t)
	canary := filepath.Join(t.TempDir(), "canary")
	check(t, os.WriteFile(canary, []byte("alive"), 0o644))
	link := func(target string) Hash { return hostileBlob(t, dir, target) }
	file := hostileBlob(t, dir, "content")
	deep := hostileTree(t, dir, TreeEntry{"f", filemode.Regular, file}, TreeEntry{"up", filemode.Symlink, link("../..")})
	a := hostileTree(t, dir, TreeEntry{"b", filemode.Dir, deep})
	tree := hostileTree(t, dir,
		TreeEntry{"a", filemode.Dir, a},
		TreeEntry{"absolute", filemode.Symlink, link(canary)},
		TreeEntry{"behind", filemode.Symlink, link("a/b/up/../" + filepath.Base(filepath.Dir(canary)))},
		TreeEntry{"inside", filemode.Symlink, link("a/b/f")},
		TreeEntry{"loop", filemode.Symlink, link("loop")},
		TreeEntry{"out", filemode.Symlink, link("../canary")},
		TreeEntry{"over", filemode.Symlink, link("inside/../a/b/f")},
	)
	store, _ := openStore(t, dir)
	to := filepath.Join(t.TempDir(), "out")
	report, err := store.Checkout(t.Context(), tree, nil, to)
	check(t, err)
	for name, isLink := range map[string]bool{"absolute": false, "behind": false, "inside": true, "loop": false, "out": false, "a/b/up": true} {
		info, err := os.Lstat(filepath.Join(to, name))
		check(t, err)
		if got := info.Mode()&os.ModeSymlink != 0; got != isLink {
			t.Errorf("%s is a link: %v, want %v", name, got, isLink)
		}
	}
	if len(report.Warnings) != 4 {
		t.Errorf("the warnings are %q", report.Warnings)
	}
}

// A tree in which a link and a folder have the same name must not lead the
// folder's files through the link.
func TestCheckoutWritesNothingThroughALink(t *testing.T) {
	dir := gitstoretest.New(t)
	outside := t.TempDir()
	sub := hostileTree(t, dir, TreeEntry{"pwned", filemode.Regular, hostileBlob(t, dir, "evil")})
	store, _ := openStore(t, dir)
	for _, folderFirst := range []bool{true, false} {
		entries := []TreeEntry{{"x", filemode.Dir, sub}, {"x", filemode.Symlink, hostileBlob(t, dir, outside)}}
		if !folderFirst {
			entries[0], entries[1] = entries[1], entries[0]
		}
		to := filepath.Join(t.TempDir(), "out")
		_, err := store.Checkout(t.Context(), hostileTree(t, dir, entries...), nil, to)
		if err == nil {
			t.Error("a tree with one name twice was checked out")
		}
		if _, err := os.Lstat(to); err == nil {
			t.Error("a failed checkout left its folder")
		}
	}
	if left, _ := os.ReadDir(outside); len(left) != 0 {
		t.Errorf("written outside: %v", left)
	}
}

// M3: while a restore writes, folders of the work tree are exchanged for links
// that lead outside, and back.
func TestRestoreIsNotLedOutsideBySwappedFolders(t *testing.T) {
	dir := gitstoretest.New(t)
	outside := t.TempDir()
	check(t, os.WriteFile(filepath.Join(outside, "model.py"), []byte("canary"), 0o644))
	s := takeSnapshot(t, dir, SnapshotOptions{})
	commitSnapshot(t, dir, "refs/exprec/swap", s)
	store, repo := openStore(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			swap(dir, outside)
			runtime.Gosched()
		}
	}()
	root, err := os.OpenRoot(dir)
	check(t, err)
	defer root.Close()
	for i := range 60 {
		root.WriteFile("src/model.py", fmt.Appendf(nil, "edit %d", i), 0o644)
		plan, err := store.PlanRestore(t.Context(), repo, dir, s.Tree, nil, nil)
		if err == nil {
			_, err = plan.Apply(t.Context())
		}
		_ = err // a swapped folder may well be an error; what counts is outside
	}
	stop()
	<-ended
	data, err := os.ReadFile(filepath.Join(outside, "model.py"))
	if left, _ := os.ReadDir(outside); err != nil || len(left) != 1 || string(data) != "canary" {
		t.Errorf("outside there is %v, %q, %v", left, data, err)
	}
}

func swap(dir, outside string) {
	src, aside := filepath.Join(dir, "src"), filepath.Join(dir, ".git", "aside")
	if os.Rename(src, aside) == nil {
		if os.Symlink(outside, src) == nil {
			os.Remove(src)
		}
		os.RemoveAll(src)
		os.Rename(aside, src)
	}
}

// A few objects can stand for more files than any disk holds.
func TestCheckoutRefusesABombBeforeItWrites(t *testing.T) {
	dir := gitstoretest.New(t)
	store, _ := openStore(t, dir)
	tree := hostileTree(t, dir, TreeEntry{"f", filemode.Regular, hostileBlob(t, dir, "x")})
	for range 12 {
		var entries []TreeEntry
		for i := range 10 {
			entries = append(entries, TreeEntry{fmt.Sprint(i), filemode.Dir, tree})
		}
		tree = hostileTree(t, dir, entries...)
	}
	parent := t.TempDir()
	if _, err := store.Checkout(t.Context(), tree, nil, filepath.Join(parent, "out")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("checkout gives %v, want ErrTooLarge", err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
