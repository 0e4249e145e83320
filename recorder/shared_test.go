package recorder_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// Several processes that were invited by the environment write one run, and
// the last of them seals it.
func TestManyProcessesOneRun(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	t.Chdir(dir)
	e := recorder.Start(recorder.Options{Quiet: true})
	const workers = 8
	var all sync.WaitGroup
	for n := range workers {
		cmd := program(t, dir, "joins", fmt.Sprint(n))
		cmd.Env = append(cmd.Env, "EXPREC_RUN="+e.ID(), "EXPREC_DIR="+e.Dir())
		all.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("worker %d: %v\n%s", n, err, out)
			}
		})
	}
	e.AddScalar("main", 1, 0)
	all.Wait()
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	run := onlyRun(t, open(t, dir))
	if run.Status() != recorder.Succeeded {
		t.Errorf("status %s, want succeeded", run.Status())
	}
	for n := range workers {
		if series, err := run.Series(fmt.Sprintf("worker/%d", n)); err != nil || len(series.Values) != 100 {
			t.Errorf("worker %d: %v, %v", n, series, err)
		}
	}
}

// A process that comes after the end records a run that goes on from the one
// it was invited to, also where its folder has gone since.
func TestJoinAfterTheEnd(t *testing.T) {
	t.Run("folder", func(t *testing.T) { joinAfterTheEnd(t, func(string) {}) })
	t.Run("no folder", func(t *testing.T) {
		joinAfterTheEnd(t, func(folder string) {
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func joinAfterTheEnd(t *testing.T, meanwhile func(folder string)) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	t.Chdir(dir)
	e := recorder.Start(quiet())
	e.Finish()
	meanwhile(e.Dir())
	cmd := program(t, dir, "joins", "late")
	cmd.Env = append(cmd.Env, "EXPREC_RUN="+e.ID(), "EXPREC_DIR="+e.Dir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	runs, err := open(t, dir).Runs(t.Context(), "")
	if err != nil || len(runs) != 2 {
		t.Fatalf("%d runs, %v; want 2", len(runs), err)
	}
	for _, run := range runs {
		if run.ID() != e.ID() && run.Info().Continues != e.ID() {
			t.Errorf("the late run continues %q, want %s", run.Info().Continues, e.ID())
		}
	}
}

// Many programs record in one repository while git collects garbage and the
// user commits: every run is there, whole.
func TestRecordingBesideGarbageCollection(t *testing.T) {
	dir := repository(t)
	stop := make(chan struct{})
	var gc sync.WaitGroup
	gc.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			gitstoretest.Git(t, dir, "-c", "gc.auto=0", "gc", "-q", "--prune=now")
			gitstoretest.Git(t, dir, "commit", "-q", "--allow-empty", "--amend", "-m", fmt.Sprint("again ", n))
		}
	})
	var programs sync.WaitGroup
	const processes = 20
	for range processes {
		cmd := program(t, dir, "creates")
		programs.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	programs.Wait()
	close(stop)
	gc.Wait()
	if out := gitstoretest.Git(t, dir, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
	runs, err := open(t, dir).Runs(t.Context(), "")
	if err != nil || len(runs) != processes {
		t.Fatalf("%d runs, %v; want %d", len(runs), err, processes)
	}
	for _, run := range runs {
		if run.Status() != recorder.Succeeded {
			t.Errorf("run %s: %s", run.Short(), run.Status())
		}
		if got := gitstoretest.Git(t, dir, "show", "refs/exprec/"+run.ID()+":source/train.py"); got != "lr = 0.2" {
			t.Errorf("run %s: source/train.py is %q", run.Short(), got)
		}
	}
}

// Cleaning and stashing everything, ignored files too, loses nothing that was
// logged.
func TestCleanDuringARun(t *testing.T) {
	dir := repository(t)
	t.Chdir(dir)
	e := recorder.Start(quiet())
	e.AddScalar("loss", 1, 0)
	gitstoretest.Git(t, dir, "clean", "-q", "-fdx")
	e.AddScalar("loss", 2, 1)
	gitstoretest.Write(t, dir, "more.txt", "x")
	gitstoretest.Git(t, dir, "stash", "-q", "-a")
	e.AddScalar("loss", 3, 2)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	series, err := onlyRun(t, open(t, dir)).Series("loss")
	if err != nil || len(series.Values) != 3 {
		t.Errorf("series %v, %v; want 3 points", series, err)
	}
}

// A run in a linked worktree outlives the worktree.
func TestRemovedWorktree(t *testing.T) {
	dir := repository(t)
	tree := t.TempDir() + "/linked"
	gitstoretest.Git(t, dir, "worktree", "add", "-q", tree)
	e := recorder.Start(recorder.Options{Quiet: true, Dir: tree})
	e.AddScalar("loss", 1, 0)
	gitstoretest.Git(t, dir, "worktree", "remove", "--force", tree)
	e.AddScalar("loss", 2, 1)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	series, err := onlyRun(t, open(t, dir)).Series("loss")
	if err != nil || len(series.Values) != 2 {
		t.Errorf("series %v, %v; want 2 points", series, err)
	}
}

// Where the repository is nobody's to write, the run is recorded all the same.
func TestPlainFolder(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := t.TempDir()
	gitstoretest.Write(t, dir, "train.py", "lr = 0.3\n")
	gitstoretest.Write(t, dir, "node_modules/x.js", "huge\n")
	e := recorder.Start(recorder.Options{Quiet: true, Dir: dir})
	e.AddScalar("loss", 1, 0)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	run := onlyRun(t, open(t, dir))
	if run.Status() != recorder.Succeeded {
		t.Errorf("status %s", run.Status())
	}
	store := dir + "/.exprec/store.git"
	if got := gitstoretest.Git(t, dir, "--git-dir="+store, "show", "refs/exprec/"+run.ID()+":source/train.py"); got != "lr = 0.3" {
		t.Errorf("source/train.py is %q", got)
	}
	names := gitstoretest.Git(t, dir, "--git-dir="+store, "ls-tree", "-r", "--name-only", "refs/exprec/"+run.ID())
	if strings.Contains(names, "node_modules") || strings.Contains(names, ".exprec") {
		t.Errorf("the snapshot holds what it should leave out:\n%s", names)
	}
	if info, err := os.Stat(dir + "/.exprec"); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf(".exprec: %v, %v; want mode 0700", info, err)
	}
}

// git logs, shows, compares, repacks, collects and clones runs as it does any
// other objects.
func TestGitTreatsRunsAsItsOwn(t *testing.T) {
	dir := repository(t)
	ids := make([]string, 2)
	for i := range ids {
		gitstoretest.Write(t, dir, "train.py", fmt.Sprintf("lr = 0.%d\n", i+3))
		e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Title: fmt.Sprint("try ", i)})
		e.AddScalar("loss", float64(i), 0)
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
		ids[i] = "refs/exprec/" + e.ID()
	}
	if log := gitstoretest.Git(t, dir, "log", "--format=%an %s", ids[0]); !strings.Contains(log, "Ada try 0: succeeded") {
		t.Errorf("git log: %s", log)
	}
	if diff := gitstoretest.Git(t, dir, "diff", ids[0]+":source", ids[1]+":source"); !strings.Contains(diff, "-lr = 0.3\n+lr = 0.4") {
		t.Errorf("git diff: %s", diff)
	}
	gitstoretest.Git(t, dir, "gc", "-q", "--prune=now")
	gitstoretest.Git(t, dir, "repack", "-q", "-a", "-d")
	gitstoretest.Git(t, dir, "pack-refs", "--all")
	clone := t.TempDir()
	gitstoretest.Git(t, clone, "init", "-q")
	gitstoretest.Git(t, clone, "fetch", "-q", dir, "refs/exprec/*:refs/exprec/*")
	for _, at := range []string{dir, clone} {
		if out := gitstoretest.Git(t, at, "fsck", "--strict", "--no-dangling"); strings.Contains(out, "error") {
			t.Errorf("git fsck: %s", out)
		}
		runs, err := open(t, at).Runs(t.Context(), "")
		if err != nil || len(runs) != 2 {
			t.Fatalf("%d runs, %v; want 2", len(runs), err)
		}
		for _, run := range runs {
			if series, err := run.Series("loss"); err != nil || len(series.Values) != 1 {
				t.Errorf("%s: %v, %v", run.Label(), series, err)
			}
		}
	}
}
