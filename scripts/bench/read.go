//go:build linux

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"
)

// readRuns shows, completes and compares runs, each time in a new process.
func readRuns(dir string, s scaling) ([]row, error) {
	many, two := filepath.Join(dir, "many"), filepath.Join(dir, "two")
	for _, folder := range []string{many, two} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, err
		}
	}
	rows, err := readOne(many, s)
	if err != nil {
		return nil, err
	}
	more, err := compare(two, s)
	return append(rows, more...), err
}

// readOne shows one of many runs, and completes their names. Git prints one
// file of it, and the names of all.
func readOne(dir string, s scaling) ([]row, error) {
	runs := s.runs[0]
	l, err := newListing(dir, runs)
	if err != nil {
		return nil, err
	}
	ref := string(bytes.Fields(l.refs)[1])
	id := strings.TrimPrefix(ref, "refs/exprec/")
	if err := l.command("exprec", "list"); err != nil { // makes the cache
		return nil, err
	}
	file := func() error { return l.command("git", "cat-file", "-p", ref+":run.msgpack") }
	names := func() error { return l.command("git", "for-each-ref", "--format=%(refname)", "refs/exprec") }
	among := humanize.Comma(int64(runs)) + " runs"
	var rows []row
	for _, c := range []struct {
		row      row
		words    []string
		baseline func() error
	}{
		{row{Work: "show a run by its id, of " + among, Baseline: "git cat-file -p", Goal: "20 ms"}, []string{"show", id[:8]}, file},
		{row{Work: "show the newest of " + among, Baseline: "git for-each-ref", Goal: "20 ms"}, []string{"show", "@"}, names},
		{row{Work: "complete a run of " + among, Baseline: "git for-each-ref", Goal: "50 ms"}, []string{"__complete", "show", ""}, names},
		{row{Work: "complete a query of " + among, Baseline: "git for-each-ref", Goal: "50 ms"}, []string{"__complete", "list", "val/"}, names},
	} {
		more, err := l.commands(s.rounds, c.row, func() error { return l.command("exprec", c.words...) }, c.baseline)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// changed is how many of the files differ between the sources that compare
// compares.
const changed = 100

// compare compares two runs whose sources are large, as git does.
func compare(dir string, s scaling) ([]row, error) {
	files := s.files[0]
	m, err := repository(dir, files)
	if err != nil {
		return nil, err
	}
	if err := m.exprec(); err != nil {
		return nil, err
	}
	record := func() error { return m.command("exprec", "run", "--quiet", "--", "true") }
	if err := record(); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(5, 6))
	for i := range changed {
		path := filepath.Join(dir, fmt.Sprintf("folder%03d/file%02d.txt", i%(files/100), i%100))
		if err := os.WriteFile(path, text(random, 900), 0o600); err != nil {
			return nil, err
		}
	}
	if err := record(); err != nil {
		return nil, err
	}
	out, err := m.run(nil, nil, "git", "for-each-ref", "--format=%(refname)", "refs/exprec")
	if err != nil {
		return nil, err
	}
	refs := strings.Fields(string(out))
	if len(refs) != 2 {
		return nil, fmt.Errorf("there are %d runs, and not 2", len(refs))
	}
	return m.commands(s.rounds, row{
		Work:     fmt.Sprintf("diff of two runs of %s files, %d differ", humanize.Comma(int64(files)), changed),
		Baseline: "git diff", Goal: "100 ms",
	}, func() error { return m.command("exprec", "diff", "@~1", "@") },
		func() error { return m.command("git", "diff", refs[0]+":source", refs[1]+":source") })
}
