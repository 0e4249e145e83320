package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Of commits that race for one ref none is lost: each lies on the one before,
// and every object of the chain is there.
func TestNoUpdateIsLostUnderContention(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store.git")
	const writers, each = 4, 4
	var group sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		group.Go(func() {
			store, err := OpenPrivate(dir)
			for n := 0; n < each && err == nil; n++ {
				err = appendCommit(t.Context(), store, fmt.Sprintf("%d %d", i, n))
			}
			errs[i] = err
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	store, err := OpenPrivate(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	at, err := store.Ref("refs/exprec/x")
	length := 0
	for ; err == nil && !at.IsZero(); length++ {
		info, rerr := store.ReadCommit(at)
		if rerr != nil {
			t.Fatalf("commit %d from the tip: %v", length, rerr)
		}
		if _, rerr := store.Lookup(info.Tree, "a"); rerr != nil {
			t.Fatalf("commit %d from the tip: %v", length, rerr)
		}
		at = Hash{}
		if len(info.Parents) > 0 {
			at = info.Parents[0]
		}
	}
	if err != nil || length != writers*each {
		t.Errorf("%d commits of %d are on the ref (%v)", length, writers*each, err)
	}
}

// A lock that became the ref is not removed again: by then the name may be
// somebody else's lock.
func TestAnInstalledLockIsLetGoOf(t *testing.T) {
	store, err := OpenPrivate(filepath.Join(t.TempDir(), "store.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	file := filepath.Join(store.GitDir(), "refs", "exprec", "x")
	lock, err := store.lock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.replace([]byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := store.lock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	lock.release()
	if _, err := os.Stat(file + ".lock"); err != nil {
		t.Error("the lock of somebody else was removed:", err)
	}
	other.release()
	if _, err := os.Stat(file + ".lock"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a lock that was given up stays:", err)
	}
}

// Two commits that are alike byte for byte have packs of their own, so that
// the one that loses the race takes only its own away.
func TestEqualCommitsDoNotShareAPack(t *testing.T) {
	store, err := OpenPrivate(filepath.Join(t.TempDir(), "store.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	commit := func() Commit {
		tree := NewTree()
		tree.AddBytes("a", []byte("x"))
		return Commit{Ref: "refs/exprec/x", Tree: tree, Message: "x"}
	}
	won, err := store.Commit(t.Context(), commit())
	if err != nil {
		t.Fatal(err)
	}
	next := commit()
	next.Old, next.Parents, next.Message = won, []Hash{won}, "next"
	if _, err := store.Commit(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Commit(t.Context(), commit()); !errors.Is(err, ErrConflict) {
		t.Fatal("a commit over a ref that exists gives", err)
	}
	again, err := OpenPrivate(store.GitDir())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.ReadCommit(won); err != nil {
		t.Error("the loser took the winner's pack away:", err)
	}
}

// appendCommit puts a commit on the ref, however often others come between.
func appendCommit(ctx context.Context, store *Store, content string) error {
	for {
		tip, err := store.Ref("refs/exprec/x")
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		tree := NewTree()
		tree.AddBytes("a", []byte(content))
		c := Commit{Ref: "refs/exprec/x", Old: tip, Tree: tree, Message: "x"}
		if !tip.IsZero() {
			c.Parents = []Hash{tip}
		}
		if _, err := store.Commit(ctx, c); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}
