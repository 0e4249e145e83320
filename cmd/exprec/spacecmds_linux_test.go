package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// saveLarge records a text as whatever a run can hold: a parameter, a file, and
// a file that is large where exprec.lfsThreshold is 1k.
func saveLarge(exp *recorder.Experiment) error {
	content := os.Getenv("CONTENT")
	exp.SetParameter("content", content)
	exp.SetGoal("loss", recorder.Minimize)
	must(saveFile(exp, "note.txt", content+"\n"))
	return saveFile(exp, "model/big.bin", strings.Repeat(content+"\n", 4<<10/len(content)))
}

// found wants a text to be somewhere in the repository's folders: in an object
// of git, whatever leads to it, or in a file below .git or .exprec. Negated it
// wants it to be nowhere.
//
//	[!] found TEXT
func found(ts *testscript.TestScript, neg bool, args []string) {
	text := []byte(args[0])
	var places []string
	objects, err := gitstoretest.Run(ts.MkAbs("."), "", "cat-file", "--batch-all-objects", "--batch", "--unordered")
	ts.Check(err)
	if strings.Contains(objects, args[0]) {
		places = append(places, "the objects of git")
	}
	for _, root := range []string{".git", ".exprec"} {
		ts.Check(filepath.WalkDir(ts.MkAbs(root), func(file string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(file)
			if bytes.Contains(data, text) {
				places = append(places, file)
			}
			return err
		}))
	}
	if (len(places) > 0) == neg {
		ts.Fatalf("%q is in %q", args[0], places)
	}
}

// saved makes the one state that a restore saved an old one.
func saved(ts *testscript.TestScript, _ bool, _ []string) {
	ref := gitOf(ts, "", "for-each-ref", "--format=%(refname)", "refs/exprec-undo")
	gitOf(ts, "", "update-ref", "refs/exprec-undo/1000000000000000000", ref)
	gitOf(ts, "", "update-ref", "-d", ref)
}

// manyRuns records runs called many-1 and so on.
//
//	manyruns N
func manyRuns(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for i := range n {
		ts.Check(ts.Exec("record", "-name", fmt.Sprintf("many-%d", i+1), "-nosource", "ok"))
	}
}

// oldLock leaves a lock as a git does that was killed two hours ago.
func oldLock(ts *testscript.TestScript, _ bool, args []string) {
	old := time.Now().Add(-2 * time.Hour)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o644))
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), old, old))
}
