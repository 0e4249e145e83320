package recorder_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// TestMain lets the test binary be the program that is recorded: the variable
// names one of the programs below.
func TestMain(m *testing.M) {
	if name := os.Getenv("EXPREC_TEST_PROGRAM"); name != "" {
		withoutLocks()
		programs[name]()
		return
	}
	os.Exit(m.Run())
}

var programs = map[string]func(){
	"endless": endless,
	"panics":  panics,
	"fails":   fails,
	"returns": returns,
	"signals": signals,
	"fatal":   fatal,
	"exits":   exits,
	"joins":   joins,
	"creates": creates,
	"lists":   lists,
	"fetches": fetches,
	"recover": recovers,
	"driven":  driven,
	"saves":   saves,
	"removes": removes,
}

func quiet() recorder.Options { return recorder.Options{Quiet: true} }

// endless logs for ever and says after each value that it has been logged.
func endless() {
	e := recorder.Start(quiet())
	e.SetParameter("lr", 0.1)
	fmt.Println(e.ID())
	loss := e.Scalar("loss")
	out := bufio.NewWriterSize(os.Stdout, 16)
	for step := 0; ; step++ {
		loss.Add(float64(step), step)
		fmt.Fprintln(out, step)
	}
}

func panics() {
	e := recorder.Start(quiet())
	defer e.Finish()
	e.AddScalar("loss", 1, 0)
	panic("out of cheese")
}

func fails() {
	e := recorder.Start(quiet())
	defer e.Finish()
	e.Fail(fmt.Errorf("train: %w", errors.New("no convergence")))
}

func returns() {
	e := recorder.Start(quiet())
	defer e.Finish()
	e.AddScalar("loss", 0.5, 1)
}

// signals waits for a signal inside Record.
func signals() {
	ctx, cancel := timeout()
	defer cancel()
	err := recorder.Record(ctx, quiet(), waitForEnd)
	fmt.Println("ended:", err)
}

func fatal() {
	e := recorder.Start(quiet())
	e.Fatal(errors.New("no data"))
}

func exits() {
	e := recorder.Start(quiet())
	e.AddScalar("loss", 1, 0)
	os.Exit(7)
}

// joins records its own part of a shared run.
func joins() {
	e := recorder.Start(quiet())
	defer e.Finish()
	for step := range 100 {
		e.AddScalar("worker/"+os.Args[1], float64(step), step)
	}
}

func creates() {
	e := recorder.Start(quiet())
	e.AddScalar("loss", 1, 1)
	os.Stdout.WriteString("logged\n")
	e.Finish()
	if err := e.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// program is the command that runs one of the programs in dir.
func program(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "EXPREC_TEST_PROGRAM="+name)
	return cmd
}

// repository is a git repository with a few committed and uncommitted files.
func repository(t testing.TB) string {
	t.Helper()
	isolate(t)
	return someRepository(t)
}

// isolate keeps the configuration of this machine, and the runs of its user, out
// of a test.
func isolate(t testing.TB) {
	t.Helper()
	gitstoretest.Isolate(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
}

// someRepository is a repository in a test that is isolated already.
func someRepository(t testing.TB) string {
	t.Helper()
	dir := gitstoretest.Empty(t)
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	gitstoretest.Write(t, dir, "lib/model.py", "layers = 3\n")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "Begin")
	gitstoretest.Write(t, dir, "train.py", "lr = 0.2\n")
	gitstoretest.Write(t, dir, "notes.txt", "untracked\n")
	return dir
}

func open(t testing.TB, dir string) *recorder.Project {
	t.Helper()
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// onlyRun is the one run of a project.
func onlyRun(t *testing.T, p *recorder.Project) *recorder.Run {
	t.Helper()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 {
		t.Fatalf("%d runs, want 1", len(runs))
	}
	return runs[0]
}
