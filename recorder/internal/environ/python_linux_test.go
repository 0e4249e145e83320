package environ

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// truth asks the interpreter itself, with all of the user's settings, what it
// could import: the oracle of what is found from outside.
const truth = `
import importlib.metadata, sys
seen = {}
for d in importlib.metadata.distributions():
    name = d.metadata["Name"]
    key = name.lower().replace("-", "").replace("_", "").replace(".", "")
    seen.setdefault(key, name + "==" + d.version)
print("Python %d.%d.%d" % sys.version_info[:3])
print("\n".join(sorted(seen.values())))
`

// compareWithTruth starts a program with the interpreter and compares what is
// found out about it with what the interpreter says.
func compareWithTruth(t *testing.T, env []string, dir string, python ...string) []string {
	t.Helper()
	command := exec.Command(python[0], append(slices.Clone(python[1:]), "-c", truth)...)
	command.Env, command.Dir = env, dir
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(out)), "\n")
	p := observed(t, env, dir, append(slices.Clone(python), "-c", waitForEnd)...)
	runtime, lines := Packages(t.Context(), p, NewCache(filepath.Join(t.TempDir(), "cache", "facts.json")))
	if p.Language != Python || runtime != want[0] {
		t.Errorf("%v: found %s, %q, want %q", python, p.Language, runtime, want[0])
	}
	if more, fewer := without(lines, want[1:]), without(want[1:], lines); len(more)+len(fewer) > 0 || !slices.IsSorted(lines) {
		t.Errorf("%v: found %q too much and %q too little", python, more, fewer)
	}
	return lines
}

func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(text string) bool { return text == "" || slices.Contains(others, text) })
}

const waitForEnd = `import sys; sys.stdin.read()`

// withoutPython is the environment without the settings of this machine's
// Python.
func withoutPython() []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "PYTHON") && !strings.HasPrefix(pair, "PYTHON_") || strings.HasPrefix(pair, "VIRTUAL_ENV=")
	})
}

// realPython is the interpreter behind python3 on PATH.
func realPython(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func distribution(t *testing.T, dir, name, version string) {
	t.Helper()
	file := fmt.Sprintf("%s/%s-%s.dist-info/METADATA", dir, strings.ReplaceAll(name, "-", "_"), version)
	write(t, file, fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n\nName: not this\n", name, version), 0o644)
}

func TestPythonPackagesAreThoseOfTheInterpreter(t *testing.T) {
	python := realPython(t)
	compareWithTruth(t, withoutPython(), "/", python)
	t.Run("through PATH", func(t *testing.T) { compareWithTruth(t, withoutPython(), "/", "python3") })
	t.Run("with the user's own", func(t *testing.T) {
		home, version := t.TempDir(), versionOf(t, python)
		distribution(t, filepath.Join(home, ".local/lib/python"+version+"/site-packages"), "user-made", "1.5")
		lines := compareWithTruth(t, append(withoutPython(), "HOME="+home), "/", python)
		if !slices.Contains(lines, "user-made==1.5") {
			t.Errorf("the user's package is not in %q", lines)
		}
		compareWithTruth(t, append(withoutPython(), "HOME="+home), "/", python, "-s")
		compareWithTruth(t, append(withoutPython(), "HOME="+home), "/", python, "-I")
		compareWithTruth(t, append(withoutPython(), "HOME="+home, "PYTHONNOUSERSITE=1"), "/", python)
	})
	t.Run("with PYTHONPATH", func(t *testing.T) {
		dir := t.TempDir()
		distribution(t, filepath.Join(dir, "a"), "on-path", "2.0")
		distribution(t, filepath.Join(dir, "b"), "on.path", "1.0")
		lines := compareWithTruth(t, append(withoutPython(), "PYTHONPATH=a:b"), dir, python)
		if !slices.Contains(lines, "on-path==2.0") {
			t.Errorf("the first of a name does not count: %q", lines)
		}
		compareWithTruth(t, append(withoutPython(), "PYTHONPATH=a:b"), dir, python, "-E")
	})
}

func versionOf(t *testing.T, python string) string {
	t.Helper()
	out, err := exec.Command(python, "-c", `import sys; print("%d.%d" % sys.version_info[:2])`).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestPythonPackagesOfAVirtualEnvironment(t *testing.T) {
	python := realPython(t)
	for _, options := range [][]string{nil, {"--system-site-packages"}, {"--copies"}} {
		venv := filepath.Join(t.TempDir(), "env")
		if out, err := exec.Command(python, append(append([]string{"-m", "venv", "--without-pip"}, options...), venv)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		site := filepath.Join(venv, "lib", "python"+versionOf(t, python), "site-packages")
		distribution(t, site, "numpy", "2.1.0")
		developed := filepath.Join(t.TempDir(), "developed")
		write(t, filepath.Join(developed, "mine.egg-info", "PKG-INFO"), "Metadata-Version: 1.0\nName: mine\nVersion: 0.1.dev0\n", 0o644)
		write(t, filepath.Join(site, "easy-install.pth"), "# comment\nimport sys; sys.developed = True\n"+developed+"\n", 0o644)
		env := append(withoutPython(), "PATH="+filepath.Join(venv, "bin")+":"+os.Getenv("PATH"))
		for _, started := range []string{filepath.Join(venv, "bin", "python"), "python"} {
			if started == "python" { // looked up by its parent, not by us
				started = filepath.Join(venv, "bin", "python3")
			}
			lines := compareWithTruth(t, env, "/", started)
			if !slices.Contains(lines, "numpy==2.1.0") || !slices.Contains(lines, "mine==0.1.dev0") {
				t.Errorf("%v: the packages are %q", options, lines)
			}
		}
	}
}

// A script whose first line names the interpreter of an environment, as pytest
// is, and a shell that starts Python later.
func TestPythonIsFoundBehindScriptsAndShells(t *testing.T) {
	python := realPython(t)
	dir := t.TempDir()
	venv := filepath.Join(dir, "env")
	if out, err := exec.Command(python, "-m", "venv", "--without-pip", venv).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	distribution(t, filepath.Join(venv, "lib", "python"+versionOf(t, python), "site-packages"), "pytest", "8.0")
	tool := write(t, filepath.Join(venv, "bin", "pytest"), "#!"+filepath.Join(venv, "bin", "python")+"\n"+waitForEnd+"\n", 0o755)
	shell := write(t, filepath.Join(dir, "train.sh"), "#!/bin/sh\nsleep 0.05\n"+tool+"\ntrue\n", 0o755)
	for _, args := range [][]string{{tool}, {shell}, {"sh", shell}, {"env", "A=1", tool}} {
		p := observed(t, withoutPython(), dir, args...)
		runtime, lines := Packages(t.Context(), p, nil)
		if !strings.HasPrefix(runtime, "Python 3.") || !slices.Equal(lines, []string{"pytest==8.0"}) {
			t.Errorf("%q: found %q %q", args, runtime, lines)
		}
		if got := p.Started(); filepath.Dir(got) != filepath.Join(venv, "bin") {
			t.Errorf("%q was started by %q, want the one of the environment", args, got)
		}
	}
}

func TestCondaPackages(t *testing.T) {
	prefix := t.TempDir()
	for _, name := range []string{"numpy-1.26.4-py311h64a7726_0.json", "cuda-toolkit-12.1.0-0.json", "pytorch-2.1-b1.json", "history", "x.json", "a-b.json", "-1-2.json", "evil\n-1-2.json"} {
		write(t, filepath.Join(prefix, "conda-meta", name), "{}", 0o644)
	}
	set := newPackageSet(t.Context())
	set.add("NumPy", "1.26.4")
	set.add("pytorch", "2.2")
	set.add("torch", "2.1")
	want := []string{"NumPy==1.26.4=py311h64a7726_0", "cuda-toolkit==12.1.0=0", "pytorch==2.2", "torch==2.1"}
	if got := mergeConda(set, condaPackages(prefix)); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// The interpreter of a conda environment: its own packages and conda's.
func TestPackagesOfACondaEnvironment(t *testing.T) {
	python, version := realPython(t), versionOf(t, realPython(t))
	real, err := filepath.EvalSymlinks(python)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", "import os; print(os.path.dirname(os.__file__))").Output()
	if err != nil {
		t.Fatal(err)
	}
	library := strings.TrimSpace(string(out))
	prefix := filepath.Join(t.TempDir(), "envs", "train")
	data, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	started := write(t, filepath.Join(prefix, "bin", "python"+version), string(data), 0o755)
	entries, err := os.ReadDir(library)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(prefix, "lib", "python"+version)
	for _, entry := range entries {
		if entry.Name() == "site-packages" {
			continue
		}
		if err := os.MkdirAll(own, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(library, entry.Name()), filepath.Join(own, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	distribution(t, filepath.Join(own, "site-packages"), "numpy", "1.26.4")
	distribution(t, filepath.Join(own, "site-packages"), "mine", "0.1")
	for _, name := range []string{"numpy-1.26.4-py311h64a7726_0.json", "cuda-toolkit-12.1.0-0.json"} {
		write(t, filepath.Join(prefix, "conda-meta", name), "{}", 0o644)
	}
	p := observed(t, append(withoutPython(), "HOME="+t.TempDir(), "CONDA_PREFIX="+prefix), "/", started, "-c", waitForEnd)
	runtime, lines := Packages(t.Context(), p, nil)
	want := []string{"cuda-toolkit==12.1.0=0", "mine==0.1", "numpy==1.26.4=py311h64a7726_0"}
	if !strings.HasPrefix(runtime, "Python "+version) || !slices.Equal(lines, want) {
		t.Errorf("found %q %q, want %q", runtime, lines, want)
	}
}
