//go:build linux

package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder/recordertest"
)

// Of each run that is fetched lightly and in full: points of its three scalars,
// and bytes of its image and of its file.
const (
	lightPoints  = 1000
	lightContent = 16 << 10
)

// fetchLight lists a colleague's runs without their content, beside fetching
// all of it.
func fetchLight(dir string, s scaling) ([]row, error) {
	runs := min(5000, s.runs[0]/2)
	source, server := filepath.Join(dir, "source"), filepath.Join(dir, "server.git")
	if err := os.Mkdir(source, 0o700); err != nil {
		return nil, err
	}
	l, err := newListingOf(source, runs, func(w io.Writer) error { return recordertest.Heavy(w, runs, lightPoints, lightContent) })
	if err != nil {
		return nil, err
	}
	for _, words := range [][]string{{"init", "-q", "--bare", server}, {"remote", "add", "origin", server}, {"push", "-q", "origin", "HEAD:refs/heads/main"}} {
		if err := l.git(words...); err != nil {
			return nil, err
		}
	}
	if err := l.command("exprec", "push", "-q"); err != nil {
		return nil, err
	}
	fetch := func(name string, words ...string) (took time.Duration, received int64, err error) {
		clone := filepath.Join(dir, name)
		if err := l.git("clone", "-q", "--no-local", "-b", "main", server, clone); err != nil {
			return 0, 0, err
		}
		before, err := sizeBelow(filepath.Join(clone, ".git"))
		if err != nil {
			return 0, 0, err
		}
		start := time.Now()
		if err := (&meter{dir: clone}).command("exprec", append([]string{"fetch", "-q"}, words...)...); err != nil {
			return 0, 0, err
		}
		took = time.Since(start)
		after, err := sizeBelow(filepath.Join(clone, ".git"))
		return took, after - before, err
	}
	light, some, err := fetch("light", "--light")
	if err != nil {
		return nil, err
	}
	whole, all, err := fetch("full")
	if err != nil {
		return nil, err
	}
	return []row{{
		Work: fmt.Sprintf("fetch --light of %s runs", humanize.Comma(int64(runs))), Took: light,
		Baseline: "exprec fetch", Other: whole, Goal: "0.5",
		Note: fmt.Sprintf("%s instead of %s", humanize.Bytes(uint64(some)), humanize.Bytes(uint64(all))),
	}}, nil
}

// sizeBelow is how many bytes the files below a folder have.
func sizeBelow(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
