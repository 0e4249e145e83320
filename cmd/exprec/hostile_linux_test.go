package main

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// forgedLine is what a hostile text would have a line begin with.
const forgedLine = "exprec: all is well"

// hostileText is hostile as far as notes, paths and arguments can hold it.
var hostileText = strings.ReplaceAll(strings.ToValidUTF8(hostile, ""), "\x00", "")

// What annotate writes where only plain text is allowed, and forge makes
// hostile: as long, so that the notes stay well-formed.
var (
	plainTitle = strings.Repeat("t", len(hostileText))
	plainTag   = strings.Repeat("g", len(hostileText))
)

// annotateMain edits the notes of a run as far as an edit may be hostile.
//
//	annotate RUN
func annotateMain() {
	ctx := context.Background()
	must(os.Setenv("GIT_AUTHOR_NAME", plainTitle)) // which notes keep too
	p, err := recorder.Open(".")
	must(err)
	r, err := p.Run(ctx, os.Args[1])
	must(err)
	must(p.Edit(ctx, r, recorder.Edit{Title: &plainTitle, Description: &hostileText, Conclusion: &hostileText, AddTags: []string{plainTag}}))
	must(p.Close())
}

// forge makes the title and the tag of annotate hostile, as only another
// program could write them.
//
//	forge ID
func forge(ts *testscript.TestScript, _ bool, args []string) {
	ref := "refs/exprec/" + args[0]
	notes, err := gitstoretest.Run(ts.MkAbs("."), "", "cat-file", "blob", ref+":notes.msgpack")
	ts.Check(err)
	forged := strings.NewReplacer(plainTitle, hostileText, plainTag, hostileText).Replace(notes)
	if strings.Count(forged, hostileText) < 4 {
		ts.Fatalf("the notes have no place for what is forged: %q", notes)
	}
	old := gitOf(ts, "", "rev-parse", ref+":notes.msgpack")
	blob := gitOf(ts, forged, "hash-object", "-w", "--stdin")
	tree := gitOf(ts, strings.Replace(gitOf(ts, "", "ls-tree", ref), old, blob, 1)+"\n", "mktree")
	gitOf(ts, "", "update-ref", ref, gitOf(ts, "forged\n", "commit-tree", "-p", ref, tree))
}

// both runs exprec with a pipe and with a terminal, wants an exit code of it,
// and that what it prints is harmless and in order. The output of the terminal
// is left.
//
//	both [-changes] CODE ARG…
func both(ts *testscript.TestScript, neg bool, args []string) {
	code := slices.IndexFunc(args, func(arg string) bool { return arg[0] != '-' }) + 1
	for _, how := range [][]string{{"exprec"}, {"pty", "exprec"}} {
		exits(ts, neg, slices.Concat(args[:code], how, args[code:]))
		harmlessOutput(ts, neg, nil)
		laidOut(ts, neg, nil)
	}
}

// laidOut wants the last output to have no line that begins as a hostile text
// would have it, and as many lines as are given.
//
//	laidout [LINES]
func laidOut(ts *testscript.TestScript, _ bool, args []string) {
	out := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, forgedLine) {
			ts.Fatalf("a line is forged:\n%s", out)
		}
	}
	if len(args) == 0 {
		return
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := strings.Count(out, "\n"); got != want {
		ts.Fatalf("the output has %d lines, not %d:\n%s", got, want, out)
	}
}
