//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder/recordertest"
)

// listRuns lists and queries many runs, each time in a new process: from the
// cache, with ten runs that are not in it, and with none that is.
func listRuns(dir string, s scaling) ([]row, error) {
	var rows []row
	for _, runs := range s.runs {
		folder := filepath.Join(dir, fmt.Sprint(runs))
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, err
		}
		l, err := newListing(folder, runs)
		if err != nil {
			return nil, err
		}
		more, err := l.measure(s.rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// listing is a repository of many runs.
type listing struct {
	*meter
	runs int
	refs []byte // of all runs, as update-ref --stdin takes them
}

func newListing(dir string, runs int) (*listing, error) {
	return newListingOf(dir, runs, func(w io.Writer) error { return recordertest.Many(w, runs) })
}

// newListingOf makes runs of another kind.
func newListingOf(dir string, runs int, make func(io.Writer) error) (*listing, error) {
	m, err := repository(dir, 10)
	if err != nil {
		return nil, err
	}
	if err := m.exprec(); err != nil {
		return nil, err
	}
	load := exec.Command("git", "fast-import", "--quiet")
	load.Dir, load.Stderr = dir, os.Stderr
	in, err := load.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := load.Start(); err != nil {
		return nil, err
	}
	if err := make(in); err != nil {
		return nil, err
	}
	if err := in.Close(); err != nil {
		return nil, err
	}
	if err := load.Wait(); err != nil {
		return nil, err
	}
	l := &listing{meter: m, runs: runs}
	if err := m.command("git", "pack-refs", "--all"); err != nil {
		return nil, err
	}
	l.refs, err = m.run(nil, nil, "git", "for-each-ref", "--format=create %(refname) %(objectname)", "refs/exprec")
	return l, err
}

// row describes a list; goal is for 10,000 runs, in milliseconds.
func (l *listing) row(what string, goal int) row {
	return row{
		Work:     fmt.Sprintf("list %s runs, %s", humanize.Comma(int64(l.runs)), what),
		Baseline: "git for-each-ref", Goal: fmt.Sprintf("%d ms", goal*l.runs/10_000),
	}
}

func (l *listing) measure(rounds int) ([]row, error) {
	list := func(words ...string) func() error {
		return func() error { return l.command("exprec", append([]string{"list", "-n", "30"}, words...)...) }
	}
	refs := func() error { return l.command("git", "for-each-ref", "--format=%(refname)", "refs/exprec") }
	if err := list()(); err != nil { // makes the cache
		return nil, err
	}
	var rows []row
	for _, c := range []struct {
		what  string
		words []string
	}{{"from the cache", nil}, {"val/acc=0.9.. lr=..1e-3", []string{"val/acc=0.9..", "lr=..1e-3"}}, {"words in the cache", []string{"gpu or sweep-7 or lost"}}} {
		more, err := l.commands(rounds, l.row(c.what, 50), list(c.words...), refs)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	if err := l.stale(list()); err != nil {
		return nil, err
	}
	more, err := l.commands(rounds, l.row("ten of them new", 50), list(), refs)
	if err != nil {
		return nil, err
	}
	rows = append(rows, more...)
	r := l.row("without a cache", 1000)
	r.Baseline = "git cat-file --batch"
	more, err = l.commands(max(1, rounds/5), r, func() error {
		if err := os.RemoveAll(filepath.Join(l.dir, ".git", "exprec", "cache")); err != nil {
			return err
		}
		return list()()
	}, l.catFiles)
	return append(rows, more...), err
}

// stale makes a cache that ten runs are missing in.
func (l *listing) stale(list func() error) error {
	var ten bytes.Buffer
	for _, line := range strings.SplitAfterN(string(l.refs), "\n", 11)[:10] {
		ten.WriteString(line)
	}
	removal := strings.ReplaceAll(ten.String(), "create ", "delete ")
	if err := os.RemoveAll(filepath.Join(l.dir, ".git", "exprec", "cache")); err != nil {
		return err
	}
	if _, err := l.run(nil, strings.NewReader(removal), "git", "update-ref", "--stdin"); err != nil {
		return err
	}
	if err := list(); err != nil {
		return err
	}
	if _, err := l.run(nil, &ten, "git", "update-ref", "--stdin"); err != nil {
		return err
	}
	return l.command("git", "pack-refs", "--all")
}

// catFiles lets git print run.msgpack of every run.
func (l *listing) catFiles() error {
	var names bytes.Buffer
	for line := range bytes.Lines(l.refs) {
		fmt.Fprintf(&names, "%s:run.msgpack\n", bytes.Fields(line)[1])
	}
	_, err := l.run(nil, &names, "git", "cat-file", "--batch")
	return err
}
