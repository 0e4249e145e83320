package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/examples/digits/training"
	"github.com/exprec/exprec/recorder"
)

// The names of the demo's first two runs.
const (
	demoFirst  = "baseline"
	demoSecond = "sgd"
)

// demoRun is a training of the demo.
type demoRun struct {
	name  string
	flags []string
	edit  bool // the source is edited before it, and not committed
	fails bool
	kill  bool // by SIGKILL, in the middle
}

func demoPlan() []demoRun {
	return []demoRun{
		{name: demoFirst, flags: []string{"-hidden", "16"}},
		{name: demoSecond, flags: []string{"-hidden", "16", "-optimizer", "sgd", "-lr", "0.1"}},
		{name: "wide", flags: []string{"-hidden", "128"}},
		{name: "no-such-data", flags: []string{"-data", "digits-2.csv.gz"}, fails: true},
		{name: "noisy", flags: []string{"-hidden", "128", "-noise", "0.2"}, edit: true},
		{name: "killed", flags: []string{"-hidden", "64"}, kill: true},
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

// train records a run in a process of its own, as it would be outside of a
// demo, and kills that in the middle where the plan says so.
func (a *app) train(ctx context.Context, dir string, run demoRun, epochs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := append([]string{"demo", "train", run.name, "-epochs", strconv.Itoa(epochs)}, run.flags...)
	c := exec.CommandContext(ctx, self, args...)
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

// newDemoTrain is the program that the demo records: the digits example.
func newDemoTrain() *cobra.Command {
	return &cobra.Command{
		Use:                "train NAME [FLAGS]",
		Short:              "Train once and record it",
		Hidden:             true,
		Example:            "exprec demo train wide -hidden 128",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			return demoTrain(c.Context(), args)
		},
	}
}

func demoTrain(ctx context.Context, args []string) error {
	settings := training.Defaults()
	flags := flag.NewFlagSet("demo train", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	settings.Flags(flags)
	if len(args) == 0 {
		return usage("exprec demo runs it", "the run has no name")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return usage("exprec demo runs it", "%v", err)
	}
	options := recorder.Options{Name: args[0], Group: "demo", Tags: []string{"digits"}, Steps: settings.Epochs}
	return recorder.Record(ctx, options, func(ctx context.Context, exp *recorder.Experiment) error {
		exp.SetParameters(flags)
		return training.Train(ctx, exp, settings, func(epoch int, e training.Evaluation) {
			fmt.Printf("epoch %d: loss %.4f, accuracy %.4f\n", epoch, e.Loss, e.Accuracy)
		})
	})
}
