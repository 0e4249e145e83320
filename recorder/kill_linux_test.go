package recorder_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// A program killed at any system call of its start, its logging and its end
// leaves no run, or one that recovery completes: with everything that was
// logged, the same however often it is recovered, in a repository that git
// finds whole.
func TestKilledAtEverySystemCall(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("strace is needed: %v", err)
	}
	for call, stride := range map[string]int{
		"fsync": 3, "renameat": 3, "linkat": 2, "unlinkat": 3, "write": 7, "pwrite64": 2, "mkdirat": 2, "ftruncate": 1,
	} {
		t.Run(call, func(t *testing.T) {
			if full() {
				stride = 1
			}
			for when := 1; killedAt(t, strace, call, when); when += stride {
				if when > 500 {
					t.Fatal("the program never gets to its end")
				}
			}
		})
	}
}

// killedAt runs the program and kills it at one system call. It is false when
// the program makes fewer calls.
func killedAt(t *testing.T, strace, call string, when int) bool {
	t.Helper()
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	cmd := program(t, dir, "creates")
	cmd.Args = append([]string{
		strace, "-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"), "-e", "trace=" + call,
		"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, when), cmd.Path,
	}, cmd.Args[1:]...)
	cmd.Path = strace
	out, err := cmd.Output()
	checkKilled(t, dir, fmt.Sprintf("%s %d", call, when), strings.Contains(string(out), "logged"))
	return err != nil
}

func checkKilled(t *testing.T, dir, where string, logged bool) {
	t.Helper()
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	defer p.Close()
	for round := range 2 {
		recovery, err := p.Recover(t.Context(), false)
		if err != nil || len(recovery.Failed) > 0 || round > 0 && len(recovery.Sealed) > 0 {
			t.Fatalf("%s: recovery %d: %+v, %v", where, round, recovery, err)
		}
	}
	if out := gitstoretest.Git(t, dir, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("%s: git fsck: %s", where, out)
	}
	runs, err := p.Runs(t.Context(), "")
	if err != nil || len(runs) > 1 || logged && len(runs) == 0 {
		t.Fatalf("%s: %d runs, %v", where, len(runs), err)
	}
	for _, run := range runs {
		if run.Err() != nil || !run.Status().Final() {
			t.Errorf("%s: status %s, %v", where, run.Status(), run.Err())
		}
		series, err := run.Series("loss")
		if logged && (err != nil || len(series.Values) != 1) {
			t.Errorf("%s: what was logged is gone: %v, %v", where, series, err)
		}
	}
	if stray, _ := os.ReadDir(filepath.Join(dir, ".git", "refs", "exprec")); len(stray) > len(runs) {
		t.Errorf("%s: %d files below refs/exprec, %d runs", where, len(stray), len(runs))
	}
}
