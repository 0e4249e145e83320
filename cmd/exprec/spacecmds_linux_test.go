package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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
