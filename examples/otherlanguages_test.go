package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// Programs in other languages that record themselves by the protocol alone.
func TestOtherLanguagesRecordThemselves(t *testing.T) {
	bin := t.TempDir()
	build(t, bin+string(filepath.Separator), "../cmd/exprec")
	path := os.Getenv("PATH")
	for _, example := range []string{"bash train.sh 4", "node train.js 4"} {
		words := strings.Fields(example)
		dir := project(t)
		data, err := os.ReadFile(filepath.Join(map[string]string{"bash": "shell", "node": "node"}[words[0]], words[1]))
		if err != nil {
			t.Fatal(err)
		}
		gitstoretest.Write(t, dir, words[1], string(data))
		unchanged := gitstoretest.Unchanged(t, dir)
		t.Setenv("PATH", bin+string(filepath.ListSeparator)+path)
		printed := printedBy(t, dir, words)
		unchanged()
		r := ended(t, dir)
		params, err := r.Params()
		if err != nil || fmt.Sprint(params["steps"]) != "4" {
			t.Errorf("%s: the parameters are %v, %v", example, params, err)
		}
		series, err := r.Series("loss")
		if err != nil || len(series.Values) != 4 || series.Values[3] != 0.25 || series.Steps[3] != 3 || series.Times[3] <= 0 {
			t.Errorf("%s: the loss is %+v, %v", example, series, err)
		}
		if info := r.Info(); info.Status != recorder.Succeeded || info.ExitCode == nil || *info.ExitCode != 0 || strings.Join(info.Command, " ") == "" {
			t.Errorf("%s is %s: %+v", example, info.Status, info.Error)
		}
		if text := output(t, r, "stdout"); text != printed || strings.Count(text, "\n") != 4 {
			t.Errorf("%s: the output kept is %q, want %q", example, text, printed)
		}
		t.Setenv("EXPREC", "off")
		if again := printedBy(t, dir, words); again != printed {
			t.Errorf("%s prints %q where nothing is recorded, else %q", example, again, printed)
		}
		os.Unsetenv("EXPREC")
		if runs := run(t, dir, "git", "for-each-ref", "refs/exprec"); strings.Count(runs, "\n") != 1 {
			t.Errorf("%s: the runs are %q", example, runs)
		}
		gitstoretest.Fsck(t, dir)
	}
}

// printedBy runs a program and gives what it prints on stdout.
func printedBy(t *testing.T, dir string, words []string) string {
	t.Helper()
	command := exec.Command(words[0], words[1:]...)
	command.Dir = dir
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	return string(out)
}

// ended is the newest run, once it is sealed.
func ended(t *testing.T, dir string) *recorder.Run {
	t.Helper()
	var r *recorder.Run
	poll.Until(t, "the run is sealed", func() bool {
		r = newest(t, dir)
		return r.Status().Final()
	})
	return r
}
