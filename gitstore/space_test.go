package gitstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// largeBench is a store with large content that no commit speaks of yet.
func largeBench(t *testing.T) (*Store, Pointer, string) {
	t.Helper()
	s, err := OpenPrivate(filepath.Join(t.TempDir(), "store.git"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	file := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(file, []byte("large content"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := s.LFS().Put(t.Context(), file, false)
	if err != nil {
		t.Fatal(err)
	}
	return s, p, file
}

func pointerCommit(p Pointer) Commit {
	tree := NewTree()
	tree.AddPointer("big", p)
	return Commit{Ref: "refs/exprec/a", Tree: tree, Message: "m", Author: Signature{Name: "a", Email: "a@b", When: time.Unix(1, 0)}}
}

func nobodyNeeds() (map[Pointer]bool, error) { return nil, nil }

// A commit whose large content was removed before it could speak of it is not
// written, and can be once the content is stored again.
func TestCommitNoticesThatContentWasRemoved(t *testing.T) {
	s, p, file := largeBench(t)
	if n, bytes, err := s.LFS().Drop(t.Context(), []Pointer{p}, time.Time{}, nobodyNeeds); n != 1 || bytes != p.Size || err != nil {
		t.Fatal(n, bytes, err)
	}
	if _, err := s.Commit(t.Context(), pointerCommit(p)); !errors.Is(err, ErrChanged) {
		t.Errorf("the commit gives %v", err)
	}
	if _, err := s.Ref("refs/exprec/a"); !errors.Is(err, ErrNotFound) {
		t.Error("the ref is there:", err)
	}
	if packs, _ := s.ManyPacks(); packs != 0 {
		t.Errorf("%d packs are left", packs)
	}
	if _, err := s.LFS().Put(t.Context(), file, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), pointerCommit(p)); err != nil {
		t.Error(err)
	}
}

// What was pruned is told apart from what was never here, until it comes back.
func TestPrunedContent(t *testing.T) {
	s, p, file := largeBench(t)
	if _, pruned := s.LFS().PrunedAt(p); pruned {
		t.Error("what is here counts as pruned")
	}
	when := time.Date(2026, 5, 17, 12, 0, 0, 0, time.UTC)
	keep := func() (map[Pointer]bool, error) { return map[Pointer]bool{p: true}, nil }
	if n, _, err := s.LFS().Drop(t.Context(), []Pointer{p}, when, keep); n != 0 || err != nil || !s.LFS().Has(p) {
		t.Error("what is needed:", n, err)
	}
	if n, _, err := s.LFS().Drop(t.Context(), []Pointer{p}, when, nobodyNeeds); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	_, err := s.LFS().Open(p)
	if !errors.Is(err, ErrPruned) || errors.Is(err, ErrMissing) || err.Error() != "its content was pruned on 2026-05-17" {
		t.Errorf("open gives %v", err)
	}
	if at, pruned := s.LFS().PrunedAt(p); !pruned || !at.Equal(when) {
		t.Error(at, pruned)
	}
	if _, err := s.LFS().Open(Pointer{OID: [32]byte{1}, Size: 1}); !errors.Is(err, ErrMissing) {
		t.Error("what was never here:", err)
	}
	if _, err := s.LFS().Put(t.Context(), file, false); err != nil {
		t.Fatal(err)
	}
	if _, pruned := s.LFS().PrunedAt(p); pruned || !s.LFS().Has(p) {
		t.Error("what came back counts as pruned")
	}
}

// A commit waits while something is removed, a removal while a commit moves its
// ref, and both give up when they are told to.
func TestCommitsAndRemovalsWaitForEachOther(t *testing.T) {
	s, p, _ := largeBench(t)
	held, err := s.ownSpace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Commit(short, pointerCommit(p)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a commit beside a removal: %v", err)
	}
	time.AfterFunc(50*time.Millisecond, held.release)
	if _, err := s.Commit(t.Context(), pointerCommit(p)); err != nil {
		t.Error(err)
	}
	shared, err := s.shareSpace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer shared.release()
	other, err := s.shareSpace(t.Context())
	if err != nil {
		t.Error("two commits at once:", err)
	}
	other.release()
	short, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := s.LFS().Drop(short, []Pointer{p}, time.Time{}, nobodyNeeds); !errors.Is(err, context.DeadlineExceeded) || !s.LFS().Has(p) {
		t.Errorf("a removal beside a commit: %v", err)
	}
}
