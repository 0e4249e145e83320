package recorder_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// spaceBench is a repository with a run that is a victim, and a bystander that
// shares a large file with it.
func spaceBench(t *testing.T) (dir, victim string) {
	t.Helper()
	dir = repository(t)
	gitstoretest.Git(t, dir, "config", "exprec.lfsThreshold", "1k")
	for name, content := range map[string]string{"victim": "CANARY", "bystander": "INNOCENT"} {
		if out, err := program(t, dir, "saves", name, content).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r, err := p.Run(t.Context(), "victim")
	if err != nil {
		t.Fatal(err)
	}
	return dir, r.ID()
}

// A purge, a prune and a gc that are killed at a system call, of theirs or of
// the git they run, take nothing that another run needs, leave a repository
// that git finds whole, and can be done again to their end.
func TestKilledWhileSpaceIsGivenBack(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("strace is needed: %v", err)
	}
	for _, how := range []string{"purge", "prune", "gc"} {
		for call, stride := range map[string]int{"unlinkat": 14, "renameat": 6, "fsync": 18, "openat": 800} {
			t.Run(how+" "+call, func(t *testing.T) {
				if full() {
					stride = (stride + 13) / 14
				}
				for when := 1; removalKilledAt(t, strace, how, call, when); when += stride {
					if when > 3000 {
						t.Fatal("it never gets to its end")
					}
				}
			})
		}
	}
}

// removalKilledAt is false when there are fewer calls.
func removalKilledAt(t *testing.T, strace, how, call string, when int) bool {
	t.Helper()
	dir, victim := spaceBench(t)
	defer gitstoretest.Unchanged(t, dir)()
	where := fmt.Sprintf("%s, %s %d", how, call, when)
	cmd := program(t, dir, "removes", how, victim)
	cmd.Args = append([]string{
		strace, "-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"), "-e", "trace=" + call,
		"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, when), cmd.Path,
	}, cmd.Args[1:]...)
	cmd.Path = strace
	killed := cmd.Run() != nil
	gitstoretest.Fsck(t, dir)
	wantBystander(t, dir, where)
	if out, err := program(t, dir, "removes", how, victim).CombinedOutput(); err != nil {
		t.Fatalf("%s, done again: %v\n%s", where, err, out)
	}
	gitstoretest.Fsck(t, dir)
	wantBystander(t, dir, where)
	if how == "purge" {
		wantNowhere(t, dir, "CANARY", where)
	}
	return killed
}

// wantBystander wants the other run to be whole.
func wantBystander(t *testing.T, dir, where string) {
	t.Helper()
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r, err := p.Run(t.Context(), "bystander")
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	report, err := p.Check(t.Context(), r)
	if err != nil || report.Err() != nil || report.Large != 2 || report.Pruned != 0 {
		t.Errorf("%s: %+v, %v", where, report, err)
	}
}

// wantNowhere wants a text to be in no object and no file of the repository.
func wantNowhere(t *testing.T, dir, text, where string) {
	t.Helper()
	if strings.Contains(gitstoretest.Git(t, dir, "cat-file", "--batch-all-objects", "--batch", "--unordered"), text) {
		t.Errorf("%s: %s is in an object of git", where, text)
	}
	if out, err := exec.Command("grep", "-rlF", text, filepath.Join(dir, ".git"), filepath.Join(dir, ".exprec")).Output(); err == nil {
		t.Errorf("%s: %s is in %s", where, text, out)
	}
}

// Beside programs that record, a user's git gc --prune=now, purges, prunes and
// exprec's own gc take nothing that a run needs.
func TestSpaceBesideRecording(t *testing.T) {
	dir := repository(t)
	gitstoretest.Git(t, dir, "config", "exprec.lfsThreshold", "1k")
	status := gitstoretest.Git(t, dir, "status", "--porcelain")
	lasting := 4 * time.Second
	if full() {
		lasting = time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), lasting)
	defer cancel()
	var group sync.WaitGroup
	var mu sync.Mutex
	recorded := 0
	for worker := range 2 {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				// Content that comes again and again: pruned by one, needed by the next.
				out, err := program(t, dir, "saves", fmt.Sprintf("run-%d-%d", worker, i), fmt.Sprint("CONTENT-", i%3)).CombinedOutput()
				if err != nil {
					t.Errorf("recording: %v\n%s", err, out)
				}
				mu.Lock()
				recorded++
				mu.Unlock()
			}
		})
	}
	group.Go(func() {
		for ctx.Err() == nil {
			if out, err := gitstoretest.Run(dir, "", "gc", "-q", "--prune=now"); err != nil {
				t.Errorf("git gc: %v\n%s", err, out)
			}
		}
	})
	purged := giveBack(ctx, t, dir)
	group.Wait()
	// One that nobody has purged, however slow the machine.
	if out, err := program(t, dir, "saves", "last", "CONTENT-0").CombinedOutput(); err != nil {
		t.Errorf("recording: %v\n%s", err, out)
	}
	recorded++

	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	runs, err := p.Runs(t.Context(), "")
	if err != nil || len(runs) != recorded-purged {
		t.Errorf("%d runs of %d, %d purged, %v", len(runs), recorded, purged, err)
	}
	report, err := p.Check(t.Context())
	if err != nil || report.Err() != nil {
		t.Errorf("%v, %+v", err, report)
	}
	if purged == 0 || recorded < 4 {
		t.Errorf("%d recorded, %d purged: too few to tell anything", recorded, purged)
	}
	gitstoretest.Fsck(t, dir)
	if now := gitstoretest.Git(t, dir, "status", "--porcelain"); now != status {
		t.Errorf("git status says %q, it said %q", now, status)
	}
}

// giveBack purges every third run it sees, prunes others, and collects, until
// ctx ends. It counts the purged ones.
func giveBack(ctx context.Context, t *testing.T, dir string) (purged int) {
	t.Helper()
	for round := 0; ctx.Err() == nil; round++ {
		p, err := recorder.Open(dir)
		if err != nil {
			time.Sleep(5 * time.Millisecond) // nothing has been recorded yet
			continue
		}
		runs, err := p.Runs(t.Context(), "")
		if err != nil {
			t.Error(err)
		}
		for i, r := range runs {
			if !r.Status().Final() || i > 0 {
				continue
			}
			switch round % 3 {
			case 0:
				// That git gc keeps the objects for now is no failure here, nor
				// that the process of the run is about to end.
				_, err := p.Purge(t.Context(), r)
				if err == nil {
					purged++
				} else if !errors.Is(err, recorder.ErrUnfinished) {
					t.Error("purge:", err)
				}
			case 1:
				plan, err := p.PlanPrune(t.Context(), runs, true)
				if err == nil {
					_, err = plan.Apply(t.Context())
				}
				if err != nil {
					t.Error("prune:", err)
				}
			case 2:
				plan, err := p.PlanGC(t.Context())
				if err == nil {
					_, err = plan.Apply(t.Context())
				}
				if err != nil && !strings.Contains(err.Error(), "git gc is at work") {
					t.Error("gc:", err)
				}
			}
		}
		p.Close()
	}
	return purged
}
