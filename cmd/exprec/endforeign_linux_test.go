package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// foreign are programs in other languages, by the names of their files.
var foreign = map[string]string{
	"value.py": "import sys\ndef step(n):\n    raise ValueError(f'bad step {n} of \"{sys.argv[0]}\"')\nstep(sys.argv[1])\n",
	"other.py": "import sys\ndef other(n):\n    raise ValueError(f'bad step {n} of \"{sys.argv[0]}\"')\nother(sys.argv[1])\n",
	"quit.py":  "import sys\nprint('epoch 1')\nsys.exit('could not open the data')\n",
	"lives.py": "import traceback\ntry:\n    1/0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n",
	"self.py":  "import os, resource, signal, sys\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nos.kill(os.getpid(), getattr(signal, sys.argv[1]))\nsignal.pause()\n",
	"value.js": "function step(x) { return x.loss.value; }\nstep({});\n",
	"value.R":  "step <- function(n) stop('bad step ', n)\nstep(3)\n",
	"value.sh": "echo epoch 1\nlaod_data --all\n",
	"exit.sh":  "exit $1\n",
	"dead.sh":  "sh -c 'kill -KILL $$'; exit $?\n",
	"eats.sh":  "tail /dev/zero; exit $?\n",
}

// foreignCases are commands under exprec run, and what their records say.
var foreignCases = []struct {
	words []string
	want  told
}{
	{[]string{"python3", "value.py", "3"}, told{recorder.Failed, 1, "", "ValueError", `bad step 3 of "value.py"`}},
	{[]string{"python3", "value.py", "41"}, told{recorder.Failed, 1, "", "ValueError", `bad step 41 of "value.py"`}},
	{[]string{"python3", "other.py", "3"}, told{recorder.Failed, 1, "", "ValueError", `bad step 3 of "other.py"`}},
	{[]string{"python3", "quit.py"}, told{recorder.Failed, 1, "", "exit code 1", "could not open the data"}},
	{[]string{"python3", "lives.py"}, told{recorder.Succeeded, 0, "", "", ""}},
	{[]string{"python3", "self.py", "SIGINT"}, told{recorder.Stopped, 130, "SIGINT", "signal", "interrupt"}},
	{[]string{"python3", "self.py", "SIGTERM"}, told{recorder.Stopped, 143, "SIGTERM", "signal", "terminated"}},
	{[]string{"python3", "self.py", "SIGSEGV"}, told{recorder.Failed, 139, "SIGSEGV", "SIGSEGV", "the program ended with SIGSEGV"}},
	{[]string{"python3", "self.py", "SIGKILL"}, told{recorder.Lost, 137, "SIGKILL", "signal", "killed by SIGKILL"}},
	{[]string{"node", "value.js"}, told{recorder.Failed, 1, "", "TypeError", "Cannot read properties of undefined (reading 'value')"}},
	{[]string{"Rscript", "value.R"}, told{recorder.Failed, 1, "", "Error", "bad step 3"}},
	{[]string{"bash", "value.sh"}, told{recorder.Failed, 127, "", "shell", "value.sh: line 2: laod_data: command not found"}},
	{[]string{"sh", "exit.sh", "0"}, told{recorder.Succeeded, 0, "", "", ""}},
	{[]string{"sh", "exit.sh", "7"}, told{recorder.Failed, 7, "", "exit code 7", "the program ended with exit code 7"}},
	{[]string{"sh", "exit.sh", "143"}, told{recorder.Stopped, 143, "SIGTERM", "signal", "terminated"}},
	{[]string{"sh", "dead.sh"}, told{recorder.Failed, 137, "", "crash", "Killed"}},
	{[]string{"sh", "eats.sh"}, told{recorder.Failed, 137, "", "crash", "Killed, probably out of memory"}},
	{[]string{"./no-such-program"}, told{recorder.Failed, 127, "", "not started", `there is no command "./no-such-program"`}},
	{[]string{"./value.sh"}, told{recorder.Failed, 126, "", "not started", `the command "./value.sh" cannot be executed`}},
}

// What programs of other languages say last is the error of their run, and one
// bug has one fingerprint.
func TestForeignEndings(t *testing.T) {
	dir := gitstoretest.New(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	for name, text := range foreign {
		gitstoretest.Write(t, dir, name, text)
	}
	defer gitstoretest.Unchanged(t, dir)()
	var all sync.WaitGroup
	slots := make(chan bool, 4)
	for i, c := range foreignCases {
		group := ""
		if c.words[len(c.words)-1] == "eats.sh" {
			group = memoryGroup(t)
		}
		all.Go(func() {
			slots <- true
			runForeign(t, dir, group, i, c.words, c.want.exit)
			<-slots
		})
	}
	all.Wait()
	runs := endedRuns(t, dir)
	for i, c := range foreignCases {
		run := runs[fmt.Sprint(i)]
		if run == nil {
			t.Errorf("%q: no run", c.words)
			continue
		}
		if got := toldBy(run); !c.want.fits(got) {
			t.Errorf("%q: %s\nwant %s", c.words, got, c.want)
		}
	}
	print := func(i int) string { return runs[fmt.Sprint(i)].Info().Error.Fingerprint }
	if print(0) != print(1) || print(0) == print(2) || print(0) == "" {
		t.Errorf("fingerprints of a bug, of the same and of another: %q, %q, %q", print(0), print(1), print(2))
	}
}

func runForeign(t *testing.T, dir, group string, number int, words []string, want int) {
	exprec, err := exec.LookPath("exprec")
	if err != nil {
		t.Error(err)
		return
	}
	args := append([]string{exprec, "run", "--quiet", "--param", fmt.Sprintf("case=%d", number), "--"}, words...)
	if group != "" {
		args = append([]string{"/bin/sh", "-c", `echo $$ > "$0" && exec "$@"`, filepath.Join(group, "cgroup.procs")}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, os.Environ()
	out, _ := cmd.CombinedOutput()
	if code := codeOf(cmd.ProcessState); code != want {
		t.Errorf("%q: exit code %d, want %d: %s", words, code, want, out)
	}
}
