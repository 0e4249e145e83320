package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// damage flips a byte in the middle of the pack that holds an object:
//
//	damage REVISION
//
// The pack's objects are unpacked first, so that only this one is hit.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(".")
	hash := gitstoretest.Git(scriptTB{ts: ts}, dir, "rev-parse", args[0])
	common := gitstoretest.Git(scriptTB{ts: ts}, dir, "rev-parse", "--absolute-git-dir")
	packs, err := filepath.Glob(filepath.Join(common, "objects", "pack", "*.pack"))
	ts.Check(err)
	for _, pack := range packs {
		data, err := os.ReadFile(pack)
		ts.Check(err)
		for _, name := range []string{pack, strings.TrimSuffix(pack, ".pack") + ".idx"} {
			ts.Check(os.Remove(name))
		}
		unpack := exec.Command("git", "unpack-objects", "-q")
		unpack.Dir, unpack.Stdin = dir, bytes.NewReader(data)
		ts.Check(unpack.Run())
	}
	loose := filepath.Join(common, "objects", hash[:2], hash[2:])
	data, err := os.ReadFile(loose)
	ts.Check(err)
	data[len(data)/2] ^= 0x55
	ts.Check(os.Chmod(loose, 0o644))
	ts.Check(os.WriteFile(loose, data, 0o644))
}

// gitOf runs git in a script's folder and gives what it printed.
func gitOf(ts *testscript.TestScript, input string, words ...string) string {
	return gitstoretest.GitInput(scriptTB{ts: ts}, ts.MkAbs("."), input, words...)
}

// copyRun adds a run with another id, whose run.msgpack is that of a given one
// with the edit applied, and that has nothing else.
func copyRun(ts *testscript.TestScript, from, to string, edit func(string) string) {
	run, err := gitstoretest.Run(ts.MkAbs("."), "", "cat-file", "blob", "refs/exprec/"+from+":run.msgpack")
	ts.Check(err)
	blob := gitOf(ts, edit(strings.ReplaceAll(run, from, to)), "hash-object", "-w", "--stdin")
	tree := gitOf(ts, "100644 blob "+blob+"\trun.msgpack\n", "mktree")
	commit := gitOf(ts, "a copy\n", "commit-tree", tree)
	gitOf(ts, "", "update-ref", "refs/exprec/"+to, commit)
}

// newer adds a run that a later major version wrote: a copy of the run that is
// given by its id.
func newer(ts *testscript.TestScript, _ bool, args []string) {
	copyRun(ts, args[0], "01234567-89ab-4cde-8f01-23456789abcd", func(run string) string {
		later := strings.Replace(run, "\xa6format\x01", "\xa6format\x02", 1)
		if later == run {
			ts.Fatalf("run.msgpack has no format 1")
		}
		return later
	})
}

// ambiguous adds two copies of a run whose ids begin with dead.
func ambiguous(ts *testscript.TestScript, _ bool, args []string) {
	same := func(run string) string { return run }
	copyRun(ts, args[0], "deadbeef-0000-4000-8000-000000000001", same)
	copyRun(ts, args[0], "deadc0de-0000-4000-8000-000000000002", same)
}

// long sets a variable to a word of 4 KB.
func long(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.Repeat("long", 1024))
}

// cmpBytes wants a file to hold the bytes that a Go string's inside says.
func cmpBytes(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	if got := ts.ReadFile(args[0]); got != want {
		ts.Fatalf("%s holds %q, want %q", args[0], got, want)
	}
}

// locks are the lock files of the refs of runs that are not sealed.
func locks(ts *testscript.TestScript) []string {
	journals, err := filepath.Glob(ts.MkAbs(".git/exprec/runs/*/journal"))
	ts.Check(err)
	if len(journals) == 0 {
		ts.Fatalf("no run has journals")
	}
	for i, journal := range journals {
		journals[i] = ts.MkAbs(".git/refs/exprec/" + filepath.Base(filepath.Dir(journal)) + ".lock")
	}
	return journals
}

// lockRef leaves behind what a killed git leaves.
func lockRef(ts *testscript.TestScript, _ bool, _ []string) {
	old := time.Now().Add(-2 * time.Hour)
	for _, lock := range locks(ts) {
		ts.Check(os.WriteFile(lock, nil, 0o644))
		ts.Check(os.Chtimes(lock, old, old))
	}
}

// unlockRef wants the locks to be there still, and removes them.
func unlockRef(ts *testscript.TestScript, _ bool, _ []string) {
	for _, lock := range locks(ts) {
		ts.Check(os.Remove(lock))
	}
}

// everyHelp wants the help of every command that exprec help lists to have an
// example and exit codes.
func everyHelp(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Exec("exprec", "help"))
	_, commands, _ := strings.Cut(ts.ReadFile("stdout"), "Commands\n")
	commands, _, _ = strings.Cut(commands, "\n\n")
	if strings.Count(commands, "\n") < 8 {
		ts.Fatalf("few commands: %q", commands)
	}
	for line := range strings.Lines(commands) {
		name := strings.Fields(line)[0]
		ts.Check(ts.Exec("exprec", "help", name))
		byHelp := ts.ReadFile("stdout")
		if !strings.Contains(byHelp, "\nExample\n  exprec "+name) || !strings.Contains(byHelp, "\nExit codes\n  0 ") {
			ts.Fatalf("the help of %s lacks something", name)
		}
		ts.Check(ts.Exec("exprec", name, "--help"))
		if ts.ReadFile("stdout") != byHelp {
			ts.Fatalf("exprec %s --help says something else than exprec help %s", name, name)
		}
	}
}

// enterDemo goes into the project that the demo left in a folder.
func enterDemo(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "exprec-demo-*", "digits"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d projects of a demo", len(found))
	}
	ts.Check(ts.Chdir(found[0]))
}

// hostileRepo gives the repository files, a branch, an author and a commit
// with names that a terminal would obey.
func hostileRepo(ts *testscript.TestScript, _ bool, _ []string) {
	for _, name := range []string{"evil \x1b]0;own\x07.py", "turned\u202e\u2066.py", "c1\u009b2J", "not utf-8 \xff\xfe", "new\nline\r", "-rf"} {
		ts.Check(os.WriteFile(ts.MkAbs(".")+"/"+name, []byte("before\x1b[2J\n"), 0o644))
	}
	ts.Check(os.WriteFile(ts.MkAbs(".")+"/"+strings.Repeat("n", 250), nil, 0o644))
	binary := "binary\n" + forgedLine
	ts.Check(os.WriteFile(ts.MkAbs(".")+"/"+binary, []byte("\x00"+hostile), 0o644))
	ts.Setenv("TEXT", "evil \x1b]0;own\x07.py")
	ts.Setenv("LINES", "new\nline\r")
	ts.Setenv("BINARY", binary)
	ts.Setenv("EVIL", hostileText)
	gitOf(ts, "", "checkout", "-q", "-b", "branch\u202e\u009b")
	gitOf(ts, "", "config", "user.name", "Ada\x1b[31m\u202e")
	gitOf(ts, "", "commit", "-q", "--allow-empty", "-m", "evil\x1b]0;own\x07")
}

// change writes another content into the files that hostileRepo made.
func change(ts *testscript.TestScript, _ bool, _ []string) {
	files, err := os.ReadDir(ts.MkAbs("."))
	ts.Check(err)
	for _, f := range files {
		if f.Type().IsRegular() && f.Name() != ".gitignore" {
			ts.Check(os.WriteFile(ts.MkAbs(".")+"/"+f.Name(), []byte(strings.NewReplacer("\x00", "", "\x9b", "").Replace(hostile)+"\n"), 0o644))
		}
	}
}

// everywhere runs exprec with a pipe and with a terminal, wants both to go
// well and to be harmless, and leaves the output of the terminal.
func everywhere(ts *testscript.TestScript, neg bool, args []string) {
	exits(ts, neg, append([]string{"0", "exprec"}, args...))
	harmlessOutput(ts, neg, nil)
	exits(ts, neg, append([]string{"0", "pty", "exprec"}, args...))
}

// nowhere wants a text in no object of the repository and in no file of
// Exprec's:
//
//	nowhere TEXT
func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	out, err := gitstoretest.Run(ts.MkAbs("."), "", "cat-file", "--batch", "--batch-all-objects", "--unordered")
	ts.Check(err)
	if strings.Contains(out, args[0]) {
		ts.Fatalf("an object holds %q", args[0])
	}
	for _, dir := range []string{".git/exprec", ".exprec"} {
		ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(file string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			if data, err := os.ReadFile(file); err != nil || bytes.Contains(data, []byte(args[0])) {
				ts.Fatalf("%s holds %q (%v)", file, args[0], err)
			}
			return nil
		}))
	}
}
