package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder/internal/record"
)

// watched records a command from outside as exprec run does, and gives the
// sealed run.
func watched(t *testing.T, dir string, args ...string) *Run {
	t.Helper()
	return watchedUntil(t, dir, func(*Experiment) bool { return true }, args...)
}

// watchedUntil leaves the command its stdin open until it is known what a test
// wants to be known.
func watchedUntil(t *testing.T, dir string, known func(*Experiment) bool, args ...string) *Run {
	t.Helper()
	t.Chdir(dir)
	s := Supervise(Options{Quiet: true, NoSystem: true}, Command{Args: args})
	command := exec.Command(args[0], args[1:]...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s.Started(command.Process.Pid)
	poll.Until(t, "it is known what runs", func() bool { return known(s.Experiment()) })
	stdin.Close()
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
	code := 0
	s.End(Ending{ExitCode: &code})
	e := s.Experiment()
	if err := e.Err(); err != nil {
		t.Error(err)
	}
	p, err := Open(".")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	r, err := p.Run(t.Context(), e.ID())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fileSum(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestFactsOfACommand(t *testing.T) {
	dir := gitstoretest.New(t)
	defer gitstoretest.Unchanged(t, dir)()
	out, err := exec.Command("python3", "-c", `import os, sys; print(os.path.realpath(sys.executable)); print("Python %d.%d.%d" % sys.version_info[:3])`).Output()
	if err != nil {
		t.Fatal(err)
	}
	python, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	script := "python3 -c 'import sys; sys.stdin.read()'; true"
	r := watchedUntil(t, dir, func(e *Experiment) bool {
		_, err := os.Stat(filepath.Join(e.folder, record.PackagesFile))
		return err == nil && e.facts.wanted.Load() == 0
	}, "sh", "-c", script)
	info := r.Info()
	if info.Runtime != version {
		t.Errorf("the runtime is %q, want %q", info.Runtime, version)
	}
	if info.Executable == nil || info.Executable.SHA256 != fileSum(t, python) || !sameFile(info.Executable.Path, python) {
		t.Errorf("the executable is %+v, want %s", info.Executable, python)
	}
	if want := []string{"sh", "-c", script}; !slices.Equal(info.Command, want) {
		t.Errorf("the command is %q", info.Command)
	}
	text := gitstoretest.Git(t, dir, "show", refPrefix+r.ID()+":"+record.PackagesFile)
	if lines := strings.Split(text, "\n"); len(lines) != info.Packages || !slices.IsSorted(lines) || !strings.Contains(lines[0], "==") {
		t.Errorf("packages.txt has %d lines, the run says %d:\n%.300s", len(lines), info.Packages, text)
	}
	gitstoretest.Fsck(t, dir)
}

// The newest source is younger than sh and true, which means nothing; it is
// younger than a program that was built here, which does.
func TestSourceMayDifferIsSaidOfBuiltProgramsOnly(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Write(t, dir, ".gitignore", "*.log\nout/\nbuilt\n")
	if r := watched(t, dir, "true"); r.Info().Executable == nil || r.Info().Executable.SourceMayDiffer != "" {
		t.Errorf("of true it is said: %+v", r.Info().Executable)
	}
	dir = gitstoretest.New(t)
	gitstoretest.Write(t, dir, ".gitignore", "*.log\nout/\nbuilt\n")
	tool, err := exec.LookPath("true")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(tool)
	if err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(dir, "built")
	if err := os.WriteFile(built, data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(built, time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	gitstoretest.Write(t, dir, "src/main.rs", "fn main() {}\n")
	exe := watched(t, dir, "./built").Info().Executable
	if exe == nil || exe.SourceMayDiffer != "src/main.rs was changed after the program was built" || exe.SHA256 != fileSum(t, tool) {
		t.Errorf("of the program that was built here it is said: %+v", exe)
	}
}

// What takes too long is given up: the end does not wait for a driver that
// hangs, and a short command pays next to nothing.
func TestFactsDoNotDelayTheEnd(t *testing.T) {
	dir := gitstoretest.New(t)
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "nvidia-smi"), []byte("#!/bin/sh\nexec sleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	t.Chdir(dir)
	e := Start(Options{Quiet: true, NoSource: true, NoSystem: true})
	// The hash of this test's own large binary is waited for; the driver is not.
	poll.Until(t, "the hash is there", func() bool { return e.facts.wanted.Load() <= 0 })
	began := time.Now()
	e.joinFacts()
	if took := time.Since(began); took > longestWait/2 {
		t.Errorf("the end waits %v for the driver", took)
	}
	e.recordFacts(record.FactsFrame{Runtime: "too late"}, []string{"too==late"})
	e.Finish()
	if err := e.Err(); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(filepath.Join(e.Dir(), record.RunFile))
	if err != nil {
		t.Fatal(err)
	}
	run, err := record.DecodeRun(data)
	if err != nil || run.Runtime == "too late" || run.Packages == 1 {
		t.Errorf("the run is %s with %d packages, %v", run.Runtime, run.Packages, err)
	}
}

func TestEnvironmentIsConfigurable(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "config", "--add", "exprec.environment", "MY_*, DATA_DIR")
	gitstoretest.Git(t, dir, "config", "--add", "exprec.environment", "DEPLOY_TOKEN")
	defer gitstoretest.Unchanged(t, dir)()
	for name, value := range map[string]string{"MY_SEED": "7", "MY_PASSWORD": "CANARY", "DEPLOY_TOKEN": "CANARY", "DATA_DIR": "https://ada:CANARY@host/data", "OMP_NUM_THREADS": "3", "OTHER": "CANARY"} {
		t.Setenv(name, value)
	}
	info := watched(t, dir, "true").Info()
	kept := map[string]string{}
	for _, v := range info.Environment {
		kept[v.Name] = v.Value
	}
	if kept["MY_SEED"] != "7" || kept["OMP_NUM_THREADS"] != "3" || strings.Contains(fmt.Sprint(kept), "CANARY") || kept["DATA_DIR"] == "" {
		t.Errorf("kept %v", kept)
	}
	warnings := strings.Join(info.Warnings, "\n")
	if !strings.Contains(warnings, `"MY_*"`) || !strings.Contains(warnings, `"DEPLOY_TOKEN"`) || strings.Contains(warnings, "DATA_DIR") {
		t.Errorf("the warnings are %q", warnings)
	}
}
