package environ

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// observed starts a program that waits for the end of its input, and gives what
// Observe finds; the program is ended with the test.
func observed(t *testing.T, env []string, dir string, args ...string) Program {
	t.Helper()
	command := exec.Command(args[0], args[1:]...)
	command.Env, command.Dir = env, dir
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		command.Wait()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var found Program
	Observe(ctx, command.Process.Pid, func(p Program) {
		found = p
		cancel()
	})
	if found.Language == "" {
		t.Fatalf("%q: no program was found", args)
	}
	return found
}

// A launcher that asks one interpreter first and then runs another one for
// longer: the longer one is the program.
func TestObserveFindsTheProgramThatRunsLonger(t *testing.T) {
	python := realPython(t)
	command := exec.Command("sh", "-c", `"$1" -c 'import time; time.sleep(0.05)'; node -e 'process.stdin.resume()'; true`, "sh", python)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var found []Language
	Observe(ctx, command.Process.Pid, func(p Program) {
		if found = append(found, p.Language); p.Language == Node {
			cancel()
		}
	})
	stdin.Close()
	command.Wait()
	if len(found) != 2 || found[0] != Python || found[1] != Node {
		t.Errorf("found %v, want Python and then Node", found)
	}
}

func TestObserverChoosesByTime(t *testing.T) {
	o := observer{seen: map[string]time.Duration{}}
	python, node, r := Program{Language: Python}, Program{Language: Node}, Program{Language: R}
	for i, c := range []struct {
		running map[string]Program
		want    Language
	}{
		{nil, ""},
		{map[string]Program{"p": python}, Python},
		{map[string]Program{"p": python}, ""},
		{map[string]Program{"p": python, "n": node}, ""},
		{map[string]Program{"n": node}, ""},
		{map[string]Program{"n": node}, ""},
		{map[string]Program{"n": node}, Node},
		{map[string]Program{"p": python}, ""},
		{map[string]Program{"r": r}, ""},
		{nil, ""},
		{map[string]Program{"p": python, "r": r}, Python},
	} {
		if got, ok := o.choose(c.running, time.Second); got.Language != c.want || ok != (c.want != "") {
			t.Errorf("look %d chooses %q, want %q", i, got.Language, c.want)
		}
	}
}

// npm and tox are programs for Node and in Python themselves, and what they
// start counts.
func TestObserveLooksBehindLaunchers(t *testing.T) {
	dir := t.TempDir()
	npm := write(t, filepath.Join(dir, "npm-cli.js"), "process.title = 'npm run train'\nrequire('child_process').spawn('python3', ['-c', 'import sys; sys.stdin.read()'], {stdio: 'inherit'})\n", 0o644)
	if p := observed(t, os.Environ(), dir, "node", npm); p.Language != Python {
		t.Errorf("behind npm %s is found, want Python", p.Language)
	}
	tox := write(t, filepath.Join(dir, "tox"), "import subprocess\nsubprocess.run(['node', '-e', 'process.stdin.resume()'])\n", 0o755)
	if p := observed(t, os.Environ(), dir, "python3", tox); p.Language != Node {
		t.Errorf("behind tox %s is found, want Node", p.Language)
	}
}

func TestLaunches(t *testing.T) {
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"/opt/conda/bin/python", "/opt/conda/bin/conda", "run", "python", "train.py"}, true},
		{[]string{"node", "/usr/lib/node_modules/npm/bin/npm-cli.js", "run", "x"}, true},
		{[]string{"npm run train", "", ""}, true},
		{[]string{"npm", "", ""}, true},
		{[]string{"python", "-u", "-m", "tox", "-e", "py"}, true},
		{[]string{"python", "train.py", "npm"}, false},
		{[]string{"python", "-c", "x", "tox"}, false},
		{[]string{"python", "-m"}, false},
		{[]string{"python"}, false},
		{[]string{" "}, false},
		{nil, false},
	} {
		if got := launches(Process{Args: c.args}); got != c.want {
			t.Errorf("%q: %v, want %v", c.args, got, c.want)
		}
	}
}
