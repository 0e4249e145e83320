package examples

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// trainings are the same training in three languages: none knows Exprec.
var trainings = []struct {
	command string // with the script
	version string // a command that prints what the runtime is called
	library string // a command that prints "name==version" of a package that is installed
	failure string // type of the error that a bad option ends with
}{
	{
		"python3 train.py", `python3 -c 'import platform; print("Python", platform.python_version())'`,
		`python3 -c 'import importlib.metadata as m; d = next(m.distributions()); print(d.metadata["Name"] + "==" + d.version)'`, "ValueError",
	},
	{"node train.js", `echo "Node $(node --version)"`, `echo left-pad==1.3.0`, "RangeError"},
	{
		"Rscript train.R", `Rscript -e 'cat("R", as.character(getRversion()))'`,
		`Rscript -e 'cat("stats==", as.character(packageVersion("stats")), sep="")'`, "Error",
	},
}

// languages makes a repository with the trainings, and exprec on PATH.
func languages(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build(t, bin+string(filepath.Separator), "../cmd/exprec")
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	dir := project(t)
	for _, name := range []string{"train.py", "train.js", "train.R"} {
		data, err := os.ReadFile(filepath.Join("anylanguage", name))
		if err != nil {
			t.Fatal(err)
		}
		gitstoretest.Write(t, dir, name, string(data))
	}
	gitstoretest.Write(t, dir, ".gitignore", "node_modules/\n")
	gitstoretest.Write(t, dir, "package.json", `{"dependencies": {"left-pad": "^1.3.0"}}`)
	gitstoretest.Write(t, dir, "node_modules/left-pad/package.json", `{"name": "left-pad", "version": "1.3.0"}`)
	return dir
}

// A program in any language is recorded without a change: what it was given,
// printed and could load.
func TestAnyLanguageIsRecorded(t *testing.T) {
	dir := languages(t)
	for _, training := range trainings {
		words := append(strings.Fields(training.command), "--lr", "0.02", "--epochs", "15", "--seed", "7")
		printed := run(t, dir, words[0], words[1:]...)
		unchanged := gitstoretest.Unchanged(t, dir)
		if out := run(t, dir, "exprec", append([]string{"run", "--"}, words...)...); out != printed {
			t.Errorf("%s prints %q under exprec, %q without", training.command, out, printed)
		}
		unchanged()
		r := newest(t, dir)
		info := r.Info()
		if r.Status() != recorder.Succeeded || info.ExitCode == nil || *info.ExitCode != 0 || !slices.Equal(info.Command, words) {
			t.Errorf("%s is %s, recorded as %q", training.command, r.Status(), info.Command)
		}
		params, err := r.Params()
		if want := "map[epochs:15 lr:0.02 seed:7]"; err != nil || fmt.Sprint(params) != want {
			t.Errorf("%s: the parameters are %v, %v, want %s", training.command, params, err, want)
		}
		if text := output(t, r, "stdout"); text != printed || strings.Count(text, "\n") != 15 {
			t.Errorf("%s: the output kept is %q, want %q", training.command, text, printed)
		}
		if want := shell(t, training.version); info.Runtime != want {
			t.Errorf("%s: the runtime is %q, want %q", training.command, info.Runtime, want)
		}
		packages := run(t, dir, "git", "show", "refs/exprec/"+r.ID()+":packages.txt")
		if want := shell(t, training.library); !strings.Contains("\n"+packages, "\n"+want+"\n") || strings.Count(packages, "\n") != info.Packages {
			t.Errorf("%s: %q is not among the %d packages\n%s", training.command, want, info.Packages, packages)
		}
		if exe := info.Executable; exe == nil || len(exe.SHA256) != 64 || exe.SourceMayDiffer != "" {
			t.Errorf("%s: the executable is %+v", training.command, exe)
		}
		if source := run(t, dir, "git", "show", "refs/exprec/"+r.ID()+":source/"+words[1]); !strings.Contains(source, "logistic regression") {
			t.Errorf("%s: its source is not kept", training.command)
		}
	}
	gitstoretest.Fsck(t, dir)
}

// An error in any language ends the run as failed, with its type and message.
func TestAnyLanguageFails(t *testing.T) {
	dir := languages(t)
	for _, training := range trainings {
		unchanged := gitstoretest.Unchanged(t, dir)
		words := append([]string{"run", "--quiet", "--"}, append(strings.Fields(training.command), "--lr", "0")...)
		command := exec.Command("exprec", words...)
		command.Dir = dir
		if err := command.Run(); command.ProcessState.ExitCode() != 1 {
			t.Errorf("%s ends with %v, want exit code 1", training.command, err)
		}
		unchanged()
		r := newest(t, dir)
		failure := r.Info().Error
		if r.Status() != recorder.Failed || failure == nil || failure.Type != training.failure || failure.Message != "the learning rate must be above 0, not 0" {
			t.Errorf("%s is %s with %+v, want %s", training.command, r.Status(), failure, training.failure)
		}
		if text := output(t, r, "stderr"); !strings.Contains(text, "must be above 0") {
			t.Errorf("%s: stderr is %q", training.command, text)
		}
	}
}

// shell is what a line of the shell prints, without space around it.
func shell(t *testing.T, line string) string {
	t.Helper()
	return strings.TrimSpace(run(t, ".", "sh", "-c", line))
}

// output is what is kept of a stream of a run.
func output(t *testing.T, r *recorder.Run, stream string) string {
	t.Helper()
	o, err := r.Output(stream)
	if err != nil {
		t.Fatal(err)
	}
	f, err := o.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
