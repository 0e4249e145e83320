package examples

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

// build builds a program, or several into a folder, as other tests build them:
// without cgo. So packages are compiled once.
func build(t *testing.T, to, from string) {
	t.Helper()
	command := exec.Command("go", "build", "-o", to, from)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", from, err, out)
	}
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
	build(t, program, "./quickstart")
	unchanged := gitstoretest.Unchanged(t, dir)
	out := run(t, dir, program)
	unchanged()
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
	if source := run(t, dir, "git", "show", "refs/exprec/"+r.ID()+":source/train.txt"); source != "what ran\n" {
		t.Errorf("git shows the source as %q", source)
	}
}
