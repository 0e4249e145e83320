package recorder_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// A run whose start could not be committed is sealed with its source where that
// still is what ran, else without, and says so.
func TestStartThatCouldNotBeCommitted(t *testing.T) {
	for _, changed := range []bool{false, true} {
		dir := repository(t)
		strace, err := exec.LookPath("strace")
		if err != nil {
			t.Fatalf("strace is needed: %v", err)
		}
		cmd := program(t, dir, "exits")
		cmd.Args = append([]string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=ENOSPC", cmd.Path}, cmd.Args[1:]...)
		cmd.Path = strace
		cmd.Run()
		if refs := gitstoretest.Git(t, dir, "for-each-ref", "refs/exprec"); refs != "" || cmd.ProcessState.ExitCode() != 7 {
			t.Fatalf("the start should have failed, and the program not: %s, %s", refs, cmd.ProcessState)
		}
		if changed {
			gitstoretest.Write(t, dir, "train.py", "lr = 0.9\n")
		}
		unchanged := gitstoretest.Unchanged(t, dir)
		o := recoverIn(t, dir, "2s")
		if len(o.Sealed) != 1 || len(o.Failed) > 0 {
			t.Fatalf("%+v", o)
		}
		run := onlyRun(t, open(t, dir))
		warned := strings.Contains(strings.Join(run.Info().Warnings, "\n"), "the source was not kept")
		if changed {
			if run.Info().Source != nil || !warned {
				t.Errorf("a source that has changed since: %+v, %q", run.Info().Source, run.Info().Warnings)
			}
		} else {
			if warned || run.Info().Source == nil {
				t.Errorf("warnings %q", run.Info().Warnings)
			}
			if got := gitstoretest.Git(t, dir, "show", "refs/exprec/"+run.ID()+":source/train.py"); got != "lr = 0.2" {
				t.Errorf("its source is %q", got)
			}
		}
		if params := run.Info().Command; len(params) == 0 {
			t.Error("what was known of the start is gone")
		}
		gitstoretest.Fsck(t, dir)
		unchanged()
	}
}
