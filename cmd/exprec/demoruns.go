package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/exprec/exprec/examples/digits/training"
)

// The names of some of the demo's runs.
const (
	demoFirst  = "baseline"
	demoSecond = "sgd"
	demoLive   = "still-running"
)

// demoRun is a training of the demo.
type demoRun struct {
	name  string
	flags []string
	group string
	edit  bool // the source is edited before it, and not committed
	fails bool
	kill  bool // by SIGKILL, in the middle
	live  bool // it goes on after the demo, for some minutes
}

func demoPlan() []demoRun {
	return []demoRun{
		{name: demoFirst, flags: []string{"-hidden", "16"}, group: "seeds"},
		{name: "seed-2", flags: []string{"-hidden", "16", "-seed", "2"}, group: "seeds"},
		{name: "seed-3", flags: []string{"-hidden", "16", "-seed", "3"}, group: "seeds"},
		{name: demoSecond, flags: []string{"-hidden", "16", "-optimizer", "sgd", "-lr", "0.1"}},
		{name: "fast", flags: []string{"-hidden", "16", "-lr", "0.02"}},
		{name: "too-fast", flags: []string{"-hidden", "16", "-lr", "1000"}, fails: true},
		{name: "batches-of-8", flags: []string{"-hidden", "16", "-batch", "8"}},
		{name: "wide", flags: []string{"-hidden", "128"}},
		{name: "no-such-data", flags: []string{"-data", "digits-2.csv.gz"}, fails: true},
		{name: "noisy", flags: []string{"-hidden", "128", "-noise", "0.2"}, edit: true},
		{name: "killed", flags: []string{"-hidden", "64"}, kill: true},
		{name: demoLive, flags: []string{"-hidden", "16", "-decay", "0.995"}, live: true},
	}
}

// The edit of the demo: another default, which its run was given as a flag.
const (
	editedFile = "training/settings.go"
	editBefore = "Noise: 0.05"
	editAfter  = "Noise: 0.2"
)

// demoRuns makes the project in dir and records its runs.
func (a *app) demoRuns(ctx context.Context, dir string, epochs int) error {
	if err := demoProject(ctx, dir); err != nil {
		return err
	}
	plan := demoPlan()
	a.out.line(plain("Recording %s in %s …", count(len(plan), "training run"), dir))
	if err := a.out.flush(); err != nil {
		return err
	}
	for _, run := range plan {
		if run.edit {
			if err := editSource(dir); err != nil {
				return err
			}
		}
		if err := a.train(ctx, dir, run, epochs); err != nil {
			return fmt.Errorf("record the demo's run %s: %w", run.name, err)
		}
	}
	return nil
}

// demoProject makes a repository that holds the source of the training.
func demoProject(ctx context.Context, dir string) error {
	if err := os.CopyFS(filepath.Join(dir, "training"), training.Source()); err != nil {
		return err
	}
	// CopyFS keeps the modes of an embedded file system, which are read-only.
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			err = os.Chmod(path, 0o644)
		}
		return err
	})
	if err != nil {
		return err
	}
	identity := []string{"-c", "user.name=demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgSign=false", "-c", "core.hooksPath=" + os.DevNull}
	for _, args := range [][]string{
		{"-c", "init.defaultBranch=main", "init", "-q", "--template="},
		{"add", "."},
		append(identity, "commit", "-q", "-m", "Train a network on handwritten digits"),
	} {
		if err := demoGit(ctx, dir, args); err != nil {
			return err
		}
	}
	return nil
}

func demoGit(ctx context.Context, dir string, args []string) error {
	c := exec.CommandContext(ctx, "git", args...)
	c.Dir, c.Env = dir, demoEnv()
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("make the demo's repository: git %s: %w: %s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}

// demoEnv is the environment without what would lead git or the recorder out
// of the demo's project.
func demoEnv() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "EXPREC") {
			env = append(env, v)
		}
	}
	return env
}

func editSource(dir string) error {
	name := filepath.Join(dir, filepath.FromSlash(editedFile))
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	edited := bytes.Replace(source, []byte(editBefore), []byte(editAfter), 1)
	if bytes.Equal(source, edited) {
		return fmt.Errorf("the demo found no %q to edit in %s", editBefore, editedFile)
	}
	return os.WriteFile(name, edited, 0o644)
}

// commandName is how a person calls this program: by its name alone where that
// finds it.
func commandName(self string) string {
	found, err := exec.LookPath(filepath.Base(self))
	if err != nil {
		return self
	}
	a, err := os.Stat(self)
	b, err2 := os.Stat(found)
	if err != nil || err2 != nil || !os.SameFile(a, b) {
		return self
	}
	return filepath.Base(self)
}

// train records a run in a process of its own, as it would be outside of a
// demo, and kills that in the middle where the plan says so.
func (a *app) train(ctx context.Context, dir string, run demoRun, epochs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"demo", "train", "--group=" + run.group, run.name, "-epochs", strconv.Itoa(epochs)}
	if run.live {
		return goOnTraining(ctx, dir, self, append([]string{"demo", "train", "--slowly", run.name}, run.flags...))
	}
	c := exec.CommandContext(ctx, self, append(args, run.flags...)...)
	c.Args[0] = commandName(self)
	messages := &sanitizer{screen: a.errs}
	c.Dir, c.Env, c.Stderr = dir, demoEnv(), messages
	progress, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	if run.kill {
		awaitLine(progress, epochs/2)
		c.Process.Kill()
	}
	io.Copy(io.Discard, progress)
	err = c.Wait()
	messages.Close()
	a.errs.flush()
	return unexpected(ctx, run, err)
}

// awaitLine reads lines until there have been n.
func awaitLine(r io.Reader, n int) {
	lines := bufio.NewScanner(r)
	for i := 0; i < n && lines.Scan(); i++ {
	}
}

// unexpected is what went wrong with a training that was not meant to.
func unexpected(ctx context.Context, run demoRun, err error) error {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case (run.fails || run.kill) && errors.As(err, &exit):
		return nil
	case run.fails && err == nil:
		return errors.New("it was meant to fail and did not")
	}
	return err
}
