//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
)

// sharedRuns is how many runs are pushed and fetched at once.
const sharedRuns = 2000

// shareRuns pushes and fetches many runs at once, beside git alone.
func shareRuns(dir string, s scaling) ([]row, error) {
	source := filepath.Join(dir, "source")
	if err := os.Mkdir(source, 0o700); err != nil {
		return nil, err
	}
	l, err := newListing(source, sharedRuns)
	if err != nil {
		return nil, err
	}
	round := 0
	fresh := func(bare bool) (string, error) {
		round++
		name := filepath.Join(dir, fmt.Sprint("repository", round))
		arguments := []string{"init", "-q", name}
		if bare {
			arguments = append(arguments, "--bare")
		}
		return name, l.git(arguments...)
	}
	what := humanize.Comma(sharedRuns) + " runs"
	rows, err := l.beside(max(1, s.rounds/5), row{Work: "push " + what, Baseline: "git push", Goal: "1.2"}, func() error {
		server, err := fresh(true)
		if err != nil {
			return err
		}
		return l.command("exprec", "push", server)
	}, func() error {
		server, err := fresh(true)
		if err != nil {
			return err
		}
		return l.git("push", "-q", server, "refs/exprec/*:refs/exprec/*")
	})
	if err != nil {
		return nil, err
	}
	server, err := fresh(true)
	if err != nil {
		return nil, err
	}
	if err := l.command("exprec", "push", server); err != nil {
		return nil, err
	}
	more, err := l.beside(max(1, s.rounds/5), row{Work: "fetch " + what, Baseline: "git fetch", Goal: "1.2"}, func() error {
		clone, err := fresh(false)
		if err != nil {
			return err
		}
		return (&meter{dir: clone}).command("exprec", "fetch", server)
	}, func() error {
		clone, err := fresh(false)
		if err != nil {
			return err
		}
		return (&meter{dir: clone}).git("fetch", "-q", server, "refs/exprec/*:refs/exprec/*")
	})
	if err != nil {
		return nil, err
	}
	rows = append(rows, more...)
	more, err = l.commands(s.rounds, row{Work: "push, nothing new among " + what, Baseline: "git ls-remote", Goal: "2"},
		func() error { return l.command("exprec", "push", server) },
		func() error { return l.git("ls-remote", "-q", server) })
	return append(rows, more...), err
}
