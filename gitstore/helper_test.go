package gitstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// helperVariable makes the test binary do one job and end: what a test wants to
// kill, or to run twenty times at once.
const helperVariable = "EXPREC_GITSTORE_HELPER"

// Exit codes of a helper.
const (
	helperDone     = 0
	helperConflict = 3
	helperFailed   = 4
)

func TestMain(m *testing.M) {
	job := os.Getenv(helperVariable)
	if job == "" {
		os.Exit(m.Run())
	}
	os.Unsetenv(helperVariable)
	words := strings.Fields(job)
	err := helperJobs()[words[0]](words[1:])
	switch {
	case errors.Is(err, gitstore.ErrConflict):
		os.Exit(helperConflict)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(helperFailed)
	}
	os.Exit(helperDone)
}

// helperJobs are what a helper can do; the first word after the job is a folder.
func helperJobs() map[string]func([]string) error {
	return map[string]func([]string) error{
		"create": helperCreate,
		"update": helperUpdate,
		"delete": helperDelete,
		"large":  helperLarge,
		"many":   helperMany,
		"stat":   helperStat,
	}
}

func helperOpen(dir string) (*gitstore.Store, error) {
	repo, err := gitstore.Find(dir)
	if err != nil {
		return nil, err
	}
	return repo.Open()
}

// smallRun is what a small run is: eleven objects with the commit.
func smallRun(content string) *gitstore.Tree {
	tree := gitstore.NewTree()
	for _, name := range []string{"run.msgpack", "params.msgpack", "scalars.msgpack", "scalars/0000.msgpack", "packages.txt", "output/stdout.txt", "files/model"} {
		tree.AddBytes(name, []byte(name+" "+content))
	}
	return tree
}

// helperCreate makes a ref; a third word makes the run another one.
func helperCreate(words []string) error {
	return helperCommitOf(words[0], words[1], gitstore.Hash{}, strings.Join(words[2:], " "))
}

func helperCommit(dir, ref string, old gitstore.Hash) error {
	return helperCommitOf(dir, ref, old, fmt.Sprint(old))
}

func helperCommitOf(dir, ref string, old gitstore.Hash, content string) error {
	s, err := helperOpen(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	c := gitstore.Commit{Ref: ref, Old: old, Tree: smallRun(content), Author: someone(), Message: "a run"}
	if !old.IsZero() {
		c.Parents = []gitstore.Hash{old}
	}
	mark()
	_, err = s.Commit(context.Background(), c)
	mark()
	return err
}

func someone() gitstore.Signature {
	return gitstore.Signature{Name: "Ada", Email: "ada@example.org", When: time.Unix(1700000000, 0)}
}

func helperUpdate(words []string) error {
	s, err := helperOpen(words[0])
	if err != nil {
		return err
	}
	tip, err := s.Ref(words[1])
	s.Close()
	if err != nil {
		return err
	}
	return helperCommit(words[0], words[1], tip)
}

func helperDelete(words []string) error {
	s, err := helperOpen(words[0])
	if err != nil {
		return err
	}
	defer s.Close()
	tip, err := s.Ref(words[1])
	if err != nil {
		return err
	}
	mark()
	err = s.UpdateRef(context.Background(), words[1], gitstore.Hash{}, tip)
	mark()
	return err
}

// helperLarge puts a file into the store of large content.
func helperLarge(words []string) error {
	s, err := helperOpen(words[0])
	if err != nil {
		return err
	}
	defer s.Close()
	mark()
	_, err = s.LFS().Put(context.Background(), words[1], false)
	mark()
	return err
}

// helperMany commits one run after the other: a start, and a record on it.
func helperMany(words []string) error {
	for _, ref := range words[1:] {
		if err := helperCommit(words[0], ref, gitstore.Hash{}); err != nil {
			return err
		}
		if err := helperUpdate([]string{words[0], ref}); err != nil {
			return err
		}
	}
	return nil
}

// helperStat says what is found in a folder, for tests as another user.
func helperStat(words []string) error {
	repo, err := gitstore.Find(words[0])
	if err != nil {
		return err
	}
	fmt.Println(repo.Foreign, repo.Unsuitable)
	return nil
}

// checkRun fails the test unless a ref is absent or stands for a whole commit,
// and says which.
func checkRun(t *testing.T, dir, ref string) bool {
	t.Helper()
	s := open(t, dir)
	tip, err := s.Ref(ref)
	if errors.Is(err, gitstore.ErrNotFound) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	checked, findings, err := s.Check(t.Context(), tip)
	if err != nil || len(findings) > 0 || checked < 11 {
		t.Errorf("%d objects of %s checked, found %v, %v", checked, ref, findings, err)
	}
	if got := gitstoretest.Git(t, dir, "rev-parse", ref); got != tip.String() {
		t.Errorf("git says that %s is %s, not %s", ref, got, tip)
	}
	return true
}
