// Package examples tests that the examples do what their first lines say.
package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// run runs a program in dir and returns what it printed.
func run(t *testing.T, dir, name string, arguments ...string) string {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir = dir
	var failure strings.Builder
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, failure.String())
	}
	return string(out)
}

// project makes a repository with one committed file.
func project(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "train.txt"), []byte("what ran\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "git", "init", "-q")
	run(t, dir, "git", "add", "train.txt")
	run(t, dir, "git", "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "-q", "-m", "first")
	return dir
}

// newest opens the project in dir and gives its newest run.
func newest(t *testing.T, dir string) *recorder.Run {
	t.Helper()
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	r, err := p.Run(t.Context(), "@")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestQuickstartRecordsARun(t *testing.T) {
	dir := project(t)
	program := filepath.Join(t.TempDir(), "quickstart")
	run(t, ".", "go", "build", "-o", program, "./quickstart")
	out := run(t, dir, program)
	r := newest(t, dir)
	if r.Status() != recorder.Succeeded {
		t.Errorf("the run is %s", r.Status())
	}
	estimate, err := r.Series("estimate")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(estimate.Values); n != 100 || estimate.Steps[n-1] != 1_000_000 {
		t.Fatalf("%d estimates were recorded, want 100 up to step 1000000", n)
	}
	last := estimate.Values[99]
	if results := r.Results(); len(results) != 1 || results[0].Value != last {
		t.Errorf("results are %v, want pi = %v", results, last)
	}
	if want := fmt.Sprintln("pi is about", last); out != want {
		t.Errorf("printed %q, want %q", out, want)
	}
}

// TestPlainGitAndMsgpackReadARun is promise P5: examples/read.py uses neither
// this module nor its command.
func TestPlainGitAndMsgpackReadARun(t *testing.T) {
	dir := project(t)
	e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoOutput: true})
	e.SetParameter("lr", 0.125)
	e.SetParameter("layers", []int{64, 10})
	for step := range 1_000 {
		e.AddScalar("train/loss", 1/float64(step+1), 10*step-3)
	}
	e.AddScalar("odd", -2.5, -1<<40)
	e.AddScalar("odd", 3.25, 1<<40)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("read.py")
	if err != nil {
		t.Fatal(err)
	}
	out := run(t, dir, "python3", script, e.ID()[:8])
	for _, want := range []string{
		"lr = 0.125\n", "layers = [64, 10]\n",
		"train/loss: 1000 points, the last at step 9987: 0.001\n",
		"odd: 2 points, the last at step 1099511627776: 3.25\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in what read.py printed:\n%s", want, out)
		}
	}
	source := run(t, dir, "git", "show", "refs/exprec/"+e.ID()+":source/train.txt")
	if source != "what ran\n" {
		t.Errorf("git shows the source as %q", source)
	}
}
