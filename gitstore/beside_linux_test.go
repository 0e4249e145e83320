package gitstore_test

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// Twenty processes commit while git collects garbage and the user goes on
// committing and amending: nothing is lost.
func TestNothingIsLostBesideGarbageCollection(t *testing.T) {
	const processes, each = 20, 2
	dir := gitstoretest.New(t)
	var helpers []*exec.Cmd
	var refs []string
	for p := range processes {
		job := []string{"many", dir}
		for n := range each {
			ref := fmt.Sprintf("refs/exprec/%08d-0000-4000-8000-%012d", p, n)
			job, refs = append(job, ref), append(refs, ref)
		}
		helpers = append(helpers, helper(t, strings.Join(job, " ")))
	}
	running := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() { commitAndCollect(t, dir, running) })
	for _, h := range helpers {
		h.Stderr = &strings.Builder{}
		if err := h.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range helpers {
		if err := h.Wait(); err != nil {
			t.Errorf("a helper fails: %v %s", err, h.Stderr)
		}
	}
	close(running)
	beside.Wait()
	gitstoretest.Git(t, dir, "gc", "-q", "--prune=now")
	for _, ref := range refs {
		if !checkRun(t, dir, ref) {
			t.Errorf("%s is lost", ref)
		}
	}
	gitstoretest.Fsck(t, dir)
	s := open(t, dir)
	all, err := s.Refs("refs/exprec/")
	if err != nil || len(all) != len(refs) {
		t.Errorf("%d refs of %d are listed, %v", len(all), len(refs), err)
	}
}

// commitAndCollect commits as a user does, and collects garbage, in turns: git
// itself loses a commit that is made beside gc --prune=now.
func commitAndCollect(t *testing.T, dir string, running chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-running:
			return
		default:
		}
		args := []string{"commit", "-q", "--allow-empty", "-m", fmt.Sprint(n)}
		if n%2 == 1 {
			args = append(args, "--amend")
		}
		if out, err := gitstoretest.Run(dir, "", args...); err != nil && !strings.Contains(out, ".lock") {
			t.Errorf("git commit: %v %s", err, out)
			return
		}
		// It may fail where a ref is locked; no ref of ours may ever be missing
		// anything.
		if out, err := gitstoretest.Run(dir, "", "gc", "-q", "--prune=now"); err != nil && strings.Contains(out, "missing") {
			t.Errorf("git gc: %v %s", err, out)
			return
		}
	}
}

// Of twenty processes that create one ref with different commits one wins, and
// the others say so and leave nothing.
func TestOfTwentyCreatorsOneWins(t *testing.T) {
	dir := gitstoretest.New(t)
	var helpers []*exec.Cmd
	for n := range 20 {
		h := helper(t, fmt.Sprint("create ", dir, " ", newestRun, " ", n))
		if err := h.Start(); err != nil {
			t.Fatal(err)
		}
		helpers = append(helpers, h)
	}
	codes := map[int]int{}
	for _, h := range helpers {
		h.Wait()
		codes[h.ProcessState.ExitCode()]++
	}
	if codes[helperDone] != 1 || codes[helperConflict] != 19 {
		t.Errorf("exit codes and how many ended with them: %v", codes)
	}
	if !checkRun(t, dir, newestRun) {
		t.Error("nobody has won")
	}
	gitstoretest.Fsck(t, dir)
	if !strings.Contains(gitstoretest.Git(t, dir, "count-objects", "-v"), "packs: 1\n") {
		t.Error("the losers left something")
	}
}

// Who writes a commit that is there already has what he wants.
func TestEqualCommitsAreNoConflict(t *testing.T) {
	dir := gitstoretest.New(t)
	for range 2 {
		if err := helperCommit(dir, newestRun, gitstore.Hash{}); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(gitstoretest.Git(t, dir, "count-objects", "-v"), "packs: 1\n") {
		t.Error("the second one left a pack")
	}
}

const newestRun = "refs/exprec/55555555-0f5c-4f0c-9d49-5b1d4d1c2f10"
