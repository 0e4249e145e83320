package gitstore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// A list that is asked for again is the one that all refs give, whoever writes
// them and however soon.
func TestRefsSince(t *testing.T) {
	dir := gitstoretest.New(t)
	head := gitstoretest.Git(t, dir, "rev-parse", "HEAD")
	other := gitstoretest.Git(t, dir, "rev-parse", "HEAD^{tree}")
	repo, err := Find(dir)
	check(t, err)
	s, err := repo.Open()
	check(t, err)
	git := func(args ...string) func() { return func() { gitstoretest.Git(t, dir, args...) } }
	write := func(name, content string) func() {
		return func() {
			file := filepath.Join(dir, ".git", name)
			check(t, os.MkdirAll(filepath.Dir(file), 0o777))
			check(t, os.WriteFile(file, []byte(content), 0o666))
		}
	}
	settle := func(known *RefList) *RefList {
		for began := time.Now(); !known.stamps.Hold(); {
			if known, err = s.RefsSince("refs/x/", known); err != nil || time.Since(began) > 30*time.Second {
				t.Fatal("it is read each time", err)
			}
		}
		return known
	}
	known, err := s.RefsSince("refs/x/", nil)
	check(t, err)
	for i, change := range []func(){
		git("update-ref", "refs/x/one", head), git("update-ref", "refs/x/deep/er/two", head), git("pack-refs", "--all"),
		git("update-ref", "refs/x/one", other), write("refs/x/one", head+"\n"), write("refs/x/one", "torn"), git("update-ref", "refs/x/three", head),
		git("update-ref", "-d", "refs/x/deep/er/two"), git("update-ref", "refs/y/one", head), write("refs/x/one", other+"\n"), git("pack-refs", "--all", "--prune"),
		git("update-ref", "refs/x/deep/five", head), func() { check(t, os.RemoveAll(filepath.Join(dir, ".git", "refs", "x"))) },
		git("update-ref", "-d", "refs/x/one"), git("update-ref", "-d", "refs/x/three"),
	} {
		if i%2 == 0 {
			before := settle(known)
			if known, err = s.RefsSince("refs/x/", before); err != nil || known != before {
				t.Fatal("nothing has changed, and it was read again", err)
			}
		}
		change()
		want, err := s.Refs("refs/x/")
		check(t, err)
		before := known
		if known, err = s.RefsSince("refs/x/", known); err != nil || !slices.Equal(known.Refs, want) {
			t.Fatalf("after change %d: %v, %v; want %v", i, known.Refs, err, want)
		}
		if known.Same(before) != slices.Equal(before.Refs, want) {
			t.Errorf("after change %d it says %v", i, known.Same(before))
		}
	}
}

// While git packs refs none is missing from a list.
func TestRefsWhileGitPacks(t *testing.T) {
	dir := gitstoretest.New(t)
	head := gitstoretest.Git(t, dir, "rev-parse", "HEAD")
	repo, err := Find(dir)
	check(t, err)
	s, err := repo.Open()
	check(t, err)
	const n = 50
	update := func(to string) {
		var all string
		for i := range n {
			all += fmt.Sprintf("update refs/x/%d %s\n", i, to)
		}
		gitstoretest.GitInput(t, dir, all, "update-ref", "--stdin")
	}
	update(head)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 20 {
			gitstoretest.Git(t, dir, "pack-refs", "--all")
			update([]string{gitstoretest.Git(t, dir, "rev-parse", "HEAD^{tree}"), head}[i%2])
		}
	}()
	for lists := 0; ; lists++ {
		refs, err := s.Refs("refs/x/")
		if err != nil || len(refs) != n {
			t.Fatal(len(refs), err)
		}
		select {
		case <-done:
			t.Log(lists, "lists")
			return
		default:
		}
	}
}
