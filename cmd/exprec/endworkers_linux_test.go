package main

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

// workersCases are commands whose workers record into the run of exprec run.
var workersCases = []struct {
	script  string // $0 is the program, $1 the case, $2 a file
	want    told
	warning string
}{
	{`"$0" return "$1"; "$0" return "$1"`, told{recorder.Succeeded, 0, "", "", ""}, ""},
	{`"$0" error "$1"; "$0" return "$1"`, told{recorder.Failed, 0, "", "*errors.errorString", "train: no convergence"}, ""},
	{`"$0" "exit 3" "$1"; "$0" return "$1"`, told{recorder.Succeeded, 0, "", "", ""}, "ended without a word"},
	{`"$0" goroutine "$1"; true`, told{recorder.Succeeded, 0, "", "", ""}, "a process crashed: panic: in a goroutine"},
	{`"$0" goroutine "$1"; exit 4`, told{recorder.Failed, 4, "", "panic", "in a goroutine"}, "ended without a word"},
	{`"$0" wait "$1" > $2 & ` + ready + `{ kill -KILL $!; wait $!; } 2>/dev/null; exit 5`, told{recorder.Failed, 5, "", "exit code 5", "last words"}, "ended without a word"},
	{`"$0" "record wait" "$1" > $2 & ` + ready + `kill -TERM $!; wait $!`, told{recorder.Stopped, 1, "SIGTERM", "signal", "terminated"}, ""},
}

// ready waits for a worker that prints into the file.
const ready = "until grep -q last $2; do sleep 0.05; done; "

// testWorkers ends workers in various ways: what they say counts, and what they
// do not say is a warning, since the end of the command was seen.
func testWorkers(t *testing.T, bin string) {
	dir := gitstoretest.New(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	defer gitstoretest.Unchanged(t, dir)()
	for i, c := range workersCases {
		cmd := exec.Command(filepath.Join(bin, "exprec"), "run", "--quiet", "--", "sh", "-c", c.script, filepath.Join(bin, "ends"), fmt.Sprint(i), filepath.Join(t.TempDir(), "out"))
		cmd.Dir, cmd.Env = dir, os.Environ()
		out, _ := cmd.CombinedOutput()
		if code := codeOf(cmd.ProcessState); code != c.want.exit {
			t.Errorf("%s: exit code %d: %s", c.script, code, out)
		}
	}
	runs := endedRuns(t, dir)
	for i, c := range workersCases {
		run := runs[fmt.Sprint(i)]
		if run == nil {
			t.Errorf("%s: no run", c.script)
			continue
		}
		if got := toldBy(run); !c.want.fits(got) {
			t.Errorf("%s: %s\nwant %s", c.script, got, c.want)
		}
		warnings := strings.Join(run.Info().Warnings, "\n")
		if !strings.Contains(warnings, c.warning) || c.warning == "" && strings.Contains(warnings, "process") {
			t.Errorf("%s: the warnings are %q, want %q", c.script, warnings, c.warning)
		}
	}
}
