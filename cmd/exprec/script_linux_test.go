package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
)

// TestMain makes the test binary play the commands of the scripts too: exprec
// itself, a program that records, and one that gives a command a terminal.
func TestMain(m *testing.M) {
	testscript.Main(isolated{m}, map[string]func(){
		"exprec": main,
		"record": recordMain,
		"pty":    ptyMain,
		"closed": closedMain,
		"as":     asMain,

		"annotate": annotateMain,
	})
}

// isolated keeps this machine's git configuration out of the tests.
type isolated struct{ *testing.M }

func (i isolated) Run() int {
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "EXPREC") {
			os.Unsetenv(name)
		}
	}
	os.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	os.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		os.Setenv("GIT_"+who+"_NAME", "Ada")
		os.Setenv("GIT_"+who+"_EMAIL", "ada@example.org")
	}
	return i.M.Run()
}

func TestScripts(t *testing.T) {
	var started servers
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, ".home")
			env.Setenv("HOME", home)
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			env.Setenv("TERM", "xterm")
			env.Setenv("TZ", "UTC")
			env.Setenv("ESC", "\x1b")
			// Nothing above the work folder is a project.
			env.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(env.WorkDir))
			if err := os.Mkdir(home, 0o700); err != nil {
				return err
			}
			// So that another user can get here, see asMain.
			for _, dir := range []string{filepath.Dir(env.WorkDir), env.WorkDir} {
				if err := os.Chmod(dir, 0o755); err != nil {
					return err
				}
			}
			return os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(userConfig), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"repo":       repo,
			"await":      await,
			"harmless":   harmlessOutput,
			"normal":     normal,
			"oneline":    oneLine,
			"id":         id,
			"damage":     damage,
			"newer":      newer,
			"ambiguous":  ambiguous,
			"long":       long,
			"cmpbytes":   cmpBytes,
			"lockref":    lockRef,
			"unlockref":  unlockRef,
			"everyhelp":  everyHelp,
			"enterdemo":  enterDemo,
			"hostile":    hostileRepo,
			"change":     change,
			"everywhere": everywhere,
			"forge":      forge,
			"both":       both,
			"laidout":    laidOut,
			"found":      found,
			"saved":      saved,
			"manyruns":   manyRuns,
			"oldlock":    oldLock,
			"nowhere":    nowhere,
			"printed":    awaitText,
			"page":       askPage,
			"stream":     askStream,
			"occupy":     occupy,
			"unsaid":     unsaid,
			"webserver":  started.webServer,
			"wentby":     started.wentBy,
			"lose":       started.lose,
			"only":       started.only,
			"refused":    started.refused,
			"proxy":      started.proxy,
			"daemon":     daemon,
			"sshserver":  sshServer,
			"netrc":      netrc,
			"again":      again,
		},
		RequireUniqueNames: true,
		// UPDATE=1 go test writes what commands print into the scripts.
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

const userConfig = "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"

// scriptTB lets helpers for tests fail a script.
type scriptTB struct {
	testing.TB
	ts *testscript.TestScript
}

func (s scriptTB) Helper()                           {}
func (s scriptTB) Errorf(format string, args ...any) { s.ts.Fatalf(format, args...) }
func (s scriptTB) Fatalf(format string, args ...any) { s.ts.Fatalf(format, args...) }
func (s scriptTB) Fatal(args ...any)                 { s.ts.Fatalf("%s", fmt.Sprint(args...)) }

// exits runs a command and wants an exit code of it:
//
//	exits [-changes] CODE COMMAND ARG…
//
// In a repository it wants too that nothing of the user's has changed, unless
// -changes says that the command is meant to change the work tree.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	changes := len(args) > 0 && args[0] == "-changes"
	if changes {
		args = args[1:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits [-changes] CODE COMMAND ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	same := func() {}
	if inRepository(ts) && !changes {
		same = gitstoretest.Unchanged(scriptTB{ts: ts}, ts.MkAbs("."))
	}
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if code != want {
		ts.Fatalf("%s exits with %d, want %d", args[1], code, want)
	}
	same()
}

func inRepository(ts *testscript.TestScript) bool {
	_, err := gitstoretest.Run(ts.MkAbs("."), "", "rev-parse", "--git-dir")
	return err == nil
}

// repo makes a repository such as a user has and goes into it: commits, a
// stash, and files that are modified, staged, untracked and ignored.
func repo(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(ts.Chdir(dir))
	write := func(name, content string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
		ts.Check(os.WriteFile(name, []byte(content), 0o644))
	}
	git := func(words string) { ts.Check(ts.Exec("git", strings.Fields(words)...)) }
	git("init -q")
	write("train.py", "print('one')\n")
	write("lib/model.py", "layers = 2\n")
	write(".gitignore", "*.log\n")
	git("add .")
	git("commit -q -m first")
	write("train.py", "print('stashed')\n")
	git("stash -q")
	write("train.py", "print('two')\n")
	write("staged.txt", "staged\n")
	git("add staged.txt")
	write("new.txt", "untracked\n")
	write("debug.log", "ignored\n")
}

// await waits until a file of a pattern is there.
func await(ts *testscript.TestScript, _ bool, args []string) {
	poll.Until(scriptTB{ts: ts}, args[0]+" comes", func() bool {
		found, err := filepath.Glob(ts.MkAbs(args[0]))
		return err == nil && len(found) > 0
	})
}

// ownColour is text that exprec coloured, and the colour ended, and how it begins
// a line of progress again.
var ownColour = regexp.MustCompile("(?:\r\x1b\\[K)?\x1b\\[\\d+m([^\x1b]*)\x1b\\[0m(?:\r\x1b\\[K)?")

// harmlessOutput wants nothing in the last output that a terminal would obey,
// but exprec's own colours.
func harmlessOutput(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range []string{"stdout", "stderr"} {
		if found := forbidden(ownColour.ReplaceAllString(ts.ReadFile(name), "$1")); found != "" {
			ts.Fatalf("%s holds %q:\n%q", name, found, ts.ReadFile(name))
		}
	}
	if len(args) > 0 && !strings.Contains(ts.ReadFile("stdout")+ts.ReadFile("stderr"), args[0]) {
		ts.Fatalf("the output has no %q", args[0])
	}
}

// volatile is what differs from run to run in an output.
var volatile = []struct{ pattern, with string }{
	{`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`, "<id>"},
	{`\b[0-9a-f]{40}\b`, "<hash>"},
	{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`, "<time>"},
	{`("alias"): "[a-z]+-[a-z]+"`, `$1: "<alias>"`},
	{`("host|"user|"machine|"runtime|"cpu|"os|"arch)": "[^"]*"`, `$1": "<$1>"`},
	{`("seconds|"cpus|"memory|"pid|"packages)": [0-9.e+-]+`, `$1": 0`},
	{`(?s)"gpus": \[.*?\]`, `"gpus": []`},
	{`"may_differ": ".*"`, `"may_differ": ""`},
	{`[^ "]*testscript-main[0-9]*/bin/`, "<bin>/"},
}

// normal writes the last stdout into the file got, without what differs from
// run to run.
func normal(ts *testscript.TestScript, _ bool, _ []string) {
	out := ts.ReadFile("stdout")
	for _, v := range volatile {
		out = regexp.MustCompile(v.pattern).ReplaceAllString(out, v.with)
	}
	out = strings.ReplaceAll(strings.ReplaceAll(out, `<"`, "<"), ts.Getenv("WORK"), "$WORK")
	ts.Check(os.WriteFile(ts.MkAbs("../got"), []byte(out), 0o644))
}

// oneLine wants the last stderr to be one sentence of exprec, with at most a
// hint below it.
func oneLine(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stderr"), "\n"), "\n")
	hinted := len(lines) == 2 && strings.HasPrefix(lines[1], "hint: ")
	if !strings.HasPrefix(lines[0], "exprec: ") || len(lines) != 1 && !hinted {
		ts.Fatalf("stderr is not one sentence: %q", lines)
	}
	if len(lines[0]) > 600 {
		ts.Fatalf("the sentence has %d bytes", len(lines[0]))
	}
	if len(args) > 0 && !regexp.MustCompile(args[0]).MatchString(strings.Join(lines, "\n")) {
		ts.Fatalf("no match for %q in %q", args[0], lines)
	}
}

// id sets a variable to the id of the run that exprec show gives.
func id(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("exprec", "show", args[1], "--json"))
	found := regexp.MustCompile(volatile[0].pattern).FindString(ts.ReadFile("stdout"))
	if found == "" {
		ts.Fatalf("no id in the output")
	}
	ts.Setenv(args[0], found)
}
