package environ

import (
	"context"
	"os/exec"
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
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
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
// longer: the longer one is the program. One that runs shorter is not.
func TestObserveFindsTheProgramThatRunsLonger(t *testing.T) {
	python := realPython(t)
	command := exec.Command("sh", "-c", `"$1" -c 'import time; time.sleep(0.05)'; node -e 'setTimeout(() => {}, 600)'; "$1" -c 'import time; time.sleep(0.1)'; true`, "sh", python)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		command.Wait()
		cancel()
	}()
	var found []Language
	Observe(ctx, command.Process.Pid, func(p Program) { found = append(found, p.Language) })
	if len(found) != 2 || found[0] != Python || found[1] != Node {
		t.Errorf("found %v, want Python and then Node", found)
	}
}
