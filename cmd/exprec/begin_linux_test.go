package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// beginCase is what a program does that records itself by the protocol, and
// what comes of it.
type beginCase struct {
	act    string // in testdata/begin/acts.py, and the name of its run
	words  string // before the program
	code   int
	out    string // what it prints on stdout
	status recorder.Status
	exit   int    // in the record, -1 unknown
	want   string // that show says of the run
	output string // in the record
}

var beginCases = []beginCase{
	{
		act: "finish", out: "on stdout\ngiven back False True\n", status: recorder.Succeeded, exit: 0, output: "on stdout\n",
		want: "A title|train --lr 1|a remark|line 10: |[masked]|loss 2 0.25|acc 0.9|files/model.bin|images/p/3.png|Python 3",
	},
	{act: "exit3", code: 3, status: recorder.Failed, exit: 3, want: "exit code 3|last words"},
	{act: "raises", code: 1, status: recorder.Failed, exit: 1, want: "ValueError|no such colour"},
	{act: "told", code: 4, status: recorder.Failed, exit: 4, want: "it broke"},
	{act: "killed", code: 137, out: "alive\n", status: recorder.Lost, exit: 137, want: "killed by SIGKILL|x 5 4", output: "alive\n"},
	{act: "terminated", code: 143, status: recorder.Stopped, exit: 143},
	{act: "orphan", out: "before\nafter\nrunning\n", status: recorder.Succeeded, exit: -1, want: "x 2 2|its supervisor was killed", output: "before\n"},
	{act: "bothkilled", code: 137, out: "before\n", status: recorder.Lost, exit: -1, want: "x 1 1", output: "before\n"},
	{act: "fast", status: recorder.Succeeded, exit: 0, want: "a 20000 19999|b 20000 -19999"},
	{act: "fork", out: "child\nchild\n", status: recorder.Succeeded, exit: 0, want: "rank0 1 0|rank1 1 1|rank2 1 2", output: "child\nchild\n"},
	{act: "joined", status: recorder.Succeeded, exit: 0, want: "inner 1 1|outer 1 1"},
	{act: "locked", out: "waited False\n", status: recorder.Succeeded, exit: 0, want: "late 1 1"},
	{act: "unopened", status: recorder.Succeeded, exit: 0},
	{act: "children", out: "early\nlate\n", status: recorder.Succeeded, exit: 0, output: "early\n"},
	{act: "deaf", status: recorder.Succeeded, exit: 0, output: strings.Repeat("x", 100000)},
	{act: "beyond", out: "succeeded\n", status: recorder.Succeeded, exit: -1, want: "x 1 1"},
	{act: "crowd", status: recorder.Succeeded, exit: 0, want: "worker0 500 499|worker7 500 499"},
	{act: "plain", out: "False False\n", status: recorder.Succeeded, exit: 0},
	{act: "again", out: "True False\n", status: recorder.Succeeded, exit: 0},
	{act: "order", status: recorder.Succeeded, exit: 0},
	{act: "finish", words: "exprec run --quiet --name inside --", code: 1, status: recorder.Failed, exit: 1, want: "FileNotFoundError"},
}

// TestBegin has programs in another language record themselves, and end in
// every way.
func TestBegin(t *testing.T) {
	bin := build(t)
	dir := gitstoretest.New(t)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	acts, err := filepath.Abs("testdata/begin/acts.py")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", filepath.Dir(acts))
	defer gitstoretest.Unchanged(t, dir)()
	var all sync.WaitGroup
	slots := make(chan bool, 4)
	for _, c := range beginCases {
		all.Go(func() {
			slots <- true
			defer func() { <-slots }()
			c.run(t, dir, acts)
		})
	}
	all.Wait()
	for _, c := range beginCases {
		t.Run(c.name(), func(t *testing.T) { c.check(t, dir) })
	}
	t.Run("continued", func(t *testing.T) { checkContinued(t, dir) })
	gitstoretest.Fsck(t, dir)
}

// checkContinued wants what was written after the seal in a run that goes on
// from it.
func checkContinued(t *testing.T, dir string) {
	first := sealedRun(t, dir, "beyond")
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		if run.Info().Continues != first.ID() {
			continue
		}
		if said := inFull(t, dir, run); !strings.Contains(said, "x 1 2") {
			t.Errorf("the continuation says %s", said)
		}
		return
	}
	t.Error("nothing goes on from the run")
}

func (c beginCase) name() string {
	if _, rest, ok := strings.Cut(c.words, "--name "); ok {
		return strings.Fields(rest)[0]
	}
	return c.act
}

// run runs the program to its end.
func (c beginCase) run(t *testing.T, dir, acts string) {
	words := append(strings.Fields(c.words), "python3", acts, c.act)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if c.act == "deaf" {
		read, write, err := os.Pipe()
		if err != nil {
			t.Error(err)
			return
		}
		defer read.Close()
		defer write.Close()
		cmd.Stdout, cmd.Stderr = write, nil // who holds up stdout holds up the supervisor
	}
	if c.act == "order" {
		cmd.Stderr = &out
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	kill := time.AfterFunc(50*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	cmd.WaitDelay = 20 * time.Second
	cmd.Wait()
	if code := codeOf(cmd.ProcessState); code != c.code {
		t.Errorf("%s: exit code %d, want %d: %s", c.name(), code, c.code, errs.String())
	}
	if c.out != "" && out.String() != c.out {
		t.Errorf("%s printed %q, want %q", c.name(), out.String(), c.out)
	}
	if c.act == "order" {
		last := -1
		for line := range strings.Lines(out.String()) {
			if n := 0; !strings.HasPrefix(line, "exprec") {
				fmt.Sscan(line, &n)
				if n != last+1 {
					t.Errorf("%d follows %d", n, last)
				}
				last = n
			}
		}
		if last != 199 {
			t.Errorf("the last is %d", last)
		}
	}
}

// check looks at the record.
func (c beginCase) check(t *testing.T, dir string) {
	run := sealedRun(t, dir, c.name())
	info := run.Info()
	exit := -1
	if info.ExitCode != nil {
		exit = *info.ExitCode
	}
	said := inFull(t, dir, run)
	if info.Status != c.status || exit != c.exit {
		t.Errorf("%s with exit code %d, want %s and %d:\n%s", info.Status, exit, c.status, c.exit, said)
	}
	for _, want := range strings.Split(c.want, "|") {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
	if c.output != "" {
		if got := gitstoretest.Git(t, dir, "show", "refs/exprec/"+run.ID()+":output/stdout.txt"); got != strings.TrimSuffix(c.output, "\n") {
			t.Errorf("output %.200q, want %.200q", got, c.output)
		}
	}
	for _, name := range []string{"control", "stdout", "stderr", "journal"} {
		if _, err := os.Lstat(filepath.Join(dir, ".git", "exprec", "runs", run.ID(), name)); err == nil {
			t.Errorf("the run's folder still has %s", name)
		}
	}
}

// sealedRun waits until the run of a name is sealed.
func sealedRun(t *testing.T, dir, name string) *recorder.Run {
	t.Helper()
	var run *recorder.Run
	poll.Until(t, name+" is sealed", func() bool {
		p, err := recorder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		if r, err := p.Recover(t.Context(), false); err != nil || len(r.Failed) > 0 {
			t.Fatal(err, r)
		}
		if run, err = named(t, p, name); err != nil {
			t.Fatal(err)
		}
		return run.Status().Final()
	})
	return run
}

// inFull puts a run into words: what it is, its scalars, its files.
func inFull(t *testing.T, dir string, run *recorder.Run) string {
	t.Helper()
	info := run.Info()
	words := fmt.Sprintf("%s\n%s\n%s\n%q\n%+v\n%+v\n", run.Label(), strings.Join(info.Command, " "), info.Runtime, info.Warnings, info.Error, info.Goals)
	params, err := run.Params()
	if err != nil {
		t.Fatal(err)
	}
	words += fmt.Sprintln(params)
	scalars, err := run.Scalars()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scalars {
		words += fmt.Sprintln(s.Name, s.Count, s.Last)
	}
	for _, r := range info.Results {
		words += fmt.Sprintln(r.Name, r.Value)
	}
	tree, err := gitstoretest.Run(dir, "", "ls-tree", "-r", "--name-only", "refs/exprec/"+run.ID())
	if err != nil {
		t.Fatal(err)
	}
	return words + tree
}

// named is the run of a name that goes on from none: what was logged after its
// seal has the same name.
func named(t *testing.T, p *recorder.Project, name string) (*recorder.Run, error) {
	t.Helper()
	runs, err := p.Runs(t.Context(), "")
	for _, run := range runs {
		if run.Info().Name == name && run.Info().Continues == "" {
			return run, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("there is no run %s", name)
	}
	return nil, err
}
