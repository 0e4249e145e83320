package gitstoretest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Isolate keeps the configuration of this machine and its user out of a test,
// and the variables by which git is led to another repository.
func Isolate(t testing.TB) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "GIT_") || name == "EMAIL" || name == "XDG_CONFIG_HOME" {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("GIT_TERMINAL_PROMPT", "0")
	Write(t, home, ".gitconfig", "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n")
}

// Git runs git in a folder and gives what it printed, without space around it.
// The test ends where git fails.
func Git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	return GitInput(t, dir, "", args...)
}

// GitInput is Git with a standard input.
func GitInput(t testing.TB, dir, input string, args ...string) string {
	t.Helper()
	out, err := Run(dir, input, args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

// Run runs git in a folder and gives what it printed, errors included where it
// fails.
func Run(dir, input string, args ...string) (string, error) {
	command := exec.Command("git", args...)
	command.Dir = dir
	command.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		return out.String() + errs.String(), err
	}
	return out.String(), nil
}

// Init makes an empty repository in a new folder, with more arguments for git
// init.
func Init(t testing.TB, args ...string) string {
	t.Helper()
	Isolate(t)
	return Empty(t, args...)
}

// Empty is Init in a test that is isolated already, as tests that run beside
// others have to be.
func Empty(t testing.TB, args ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	Git(t, dir, append([]string{"init", "-q"}, args...)...)
	return dir
}

// New makes a repository such as a user has: two commits, a branch, a tag, a
// stash, and files that are modified, staged, untracked, ignored, executable
// and linked.
func New(t testing.TB) string {
	t.Helper()
	dir := Init(t)
	Write(t, dir, "train.py", "print('training')\n")
	Write(t, dir, "src/model.py", "class Model: pass\n")
	Write(t, dir, "src/deep/layers.py", "layers = 3\n")
	Write(t, dir, ".gitignore", "*.log\nout/\n")
	Write(t, dir, "run.sh", "#!/bin/sh\n")
	check(t, os.Chmod(filepath.Join(dir, "run.sh"), 0o755))
	check(t, os.Symlink("train.py", filepath.Join(dir, "link")))
	Git(t, dir, "add", "-A")
	Git(t, dir, "commit", "-q", "-m", "first")
	Git(t, dir, "tag", "-a", "-m", "a tag", "v1")
	Write(t, dir, "src/model.py", "class Model:\n    size = 3\n")
	Git(t, dir, "commit", "-q", "-a", "-m", "second")
	Git(t, dir, "branch", "other", "HEAD~1")
	Write(t, dir, "train.py", "print('stashed')\n")
	Git(t, dir, "stash", "-q")
	Write(t, dir, "staged.txt", "staged\n")
	Git(t, dir, "add", "staged.txt")
	Write(t, dir, "src/deep/layers.py", "layers = 4\n")
	Write(t, dir, "new.txt", "untracked\n")
	Write(t, dir, "debug.log", "ignored\n")
	Write(t, dir, "out/result", "ignored\n")
	return dir
}

// Write makes a file, with the folders above it. Its path is slash separated.
func Write(t testing.TB, dir, path, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(path))
	check(t, os.MkdirAll(filepath.Dir(file), 0o755))
	check(t, os.WriteFile(file, []byte(content), 0o644))
}

// Fsck fails the test unless git finds the whole repository in order.
func Fsck(t testing.TB, dir string) {
	t.Helper()
	out, err := Run(dir, "", "fsck", "--strict", "--full", "--no-dangling", "--no-progress")
	if err != nil || strings.TrimSpace(out) != "" {
		t.Errorf("git fsck --strict: %v\n%s", err, out)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
