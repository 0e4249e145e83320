package recorder_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

func code(n int) *int { return &n }

// A command's run is in git before the command starts, with its source, and
// holds what it printed and how it ended.
func TestSupervise(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	t.Chdir(dir)
	var said bytes.Buffer
	s := recorder.Supervise(recorder.Options{Name: "outside"}, recorder.Command{
		Args: []string{"./train", "--lr", "0.1", "--token", "hush"}, Parameters: []string{"lr=0.2", "key=x=y"}, Messages: &said,
	})
	if err := s.Experiment().Err(); err != nil {
		t.Fatal(err)
	}
	ref := "refs/exprec/" + s.Experiment().ID()
	if got := gitstoretest.Git(t, dir, "show", ref+":source/notes.txt"); got != "untracked" {
		t.Errorf("the source holds %q", got)
	}
	if run := onlyRun(t, open(t, dir)); run.Status() != recorder.Running || run.Info().Process.PID != os.Getpid() {
		t.Errorf("before its command starts the run is %s", run.Status())
	}
	s.Started(os.Getpid())
	fmt.Fprintln(s.Stdout(), "one")
	fmt.Fprintln(s.Stderr(), "ValueError: two")
	s.End(recorder.Ending{ExitCode: code(3)})
	run := onlyRun(t, open(t, dir))
	if err := errors.Join(s.Experiment().Err(), run.Err()); err != nil {
		t.Fatal(err)
	}
	if info := run.Info(); info.Status != recorder.Failed || *info.ExitCode != 3 || !strings.Contains(info.Error.Message, "two") {
		t.Errorf("the run is %s, %v, %+v", info.Status, *info.ExitCode, info.Error)
	}
	params, err := run.Params()
	if want := "map[key:x=y lr:0.2 token:[masked]]"; err != nil || fmt.Sprint(params) != want {
		t.Errorf("parameters %v, %v, want %s", params, err, want)
	}
	if got := gitstoretest.Git(t, dir, "show", ref+":output/stdout.txt"); got != "one" {
		t.Errorf("stdout %q", got)
	}
	if lines := strings.Count(said.String(), "\n"); lines != 2 || !strings.Contains(said.String(), "outside failed after") {
		t.Errorf("said: %q", said.String())
	}
	s.End(recorder.Ending{ExitCode: code(4)}) // does nothing
	gitstoretest.Fsck(t, dir)
}

// Where nothing can be recorded, or nothing is to be, a supervisor does
// nothing, and has no invitation for the command.
func TestSuperviseNothing(t *testing.T) {
	for name, options := range map[string]recorder.Options{
		"off": {Disabled: true}, "nowhere": {Dir: "/nonexistent", Quiet: true},
	} {
		s := recorder.Supervise(options, recorder.Command{Args: []string{"train"}})
		s.Started(1)
		n, err := fmt.Fprint(s.Stdout(), "some words")
		if n != 10 || err != nil || len(s.Environ()) != 0 || s.Experiment().ID() != "" {
			t.Errorf("%s: %d, %v, %v", name, n, err, s.Environ())
		}
		s.End(recorder.Ending{})
		if err := s.Experiment().Err(); (err == nil) != (name == "off") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A program that joins fills what the command's run leaves open, and no more.
func TestJoinFills(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	t.Chdir(dir)
	s := recorder.Supervise(recorder.Options{Quiet: true, Title: "outer", Tags: []string{"a"}}, recorder.Command{Args: []string{"train"}})
	for _, pair := range s.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	e := recorder.Start(recorder.Options{Title: "inner", Name: "within", Group: "sweep", Steps: 9, Tags: []string{"b", "Bad"}, NoOutput: true})
	if e.ID() != s.Experiment().ID() {
		t.Fatal("it does not join")
	}
	if err := e.Err(); err == nil || !strings.Contains(err.Error(), "Bad") {
		t.Errorf("the tag is not refused: %v", err)
	}
	e.Finish()
	s.End(recorder.Ending{ExitCode: code(0)})
	info := onlyRun(t, open(t, dir)).Info()
	got := strings.TrimSpace(fmt.Sprintln(info.Status, info.Title, info.Name, info.Group, info.Steps, info.Tags, info.Runtime))
	if want := "succeeded outer within sweep 9 [a b] " + runtime.Version(); got != want {
		t.Errorf("the run is %q, want %q", got, want)
	}
}

// The source of another run is taken whole where it can be; else the snapshot
// is, and the run says so.
func TestSuperviseSource(t *testing.T) {
	dir := repository(t)
	t.Chdir(dir)
	first := recorder.Start(quiet())
	first.Finish()
	bare := recorder.Start(recorder.Options{Quiet: true, NoSource: true})
	bare.Finish()
	gitstoretest.Write(t, dir, "train.py", "lr = 0.3\n")
	defer gitstoretest.Unchanged(t, dir)()
	for ref, want := range map[string]string{first.ID(): "lr = 0.2", bare.ID(): "lr = 0.3", "nosuchrun": "lr = 0.3"} {
		s := recorder.Supervise(quiet(), recorder.Command{Args: []string{"train"}, Source: ref})
		s.End(recorder.Ending{ExitCode: code(0)})
		if got := gitstoretest.Git(t, dir, "show", "refs/exprec/"+s.Experiment().ID()+":source/train.py"); got != want {
			t.Errorf("%s: the source is %q, want %q", ref, got, want)
		}
		if err := s.Experiment().Err(); (err == nil) != (ref == first.ID()) {
			t.Errorf("%s: %v", ref, err)
		}
		run, err := open(t, dir).Run(t.Context(), s.Experiment().ID())
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(run.Info().Source.Notes, ""); !strings.Contains(notes, "run "+ref) && !strings.Contains(notes, "not the one that was asked for") {
			t.Errorf("%s: notes %q", ref, notes)
		}
		if commit := run.Info().Git; commit == nil || commit.Commit == "" {
			t.Errorf("%s: no commit", ref)
		}
	}
	gitstoretest.Fsck(t, dir)
}
