//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

// A section measures one kind of work in an empty folder of its own.
type section struct {
	name string
	run  func(dir string, s scaling) ([]row, error)
}

var sections = []section{
	{"AddScalar", addScalar},
	{"start and finish", startFinish},
	{"snapshot", snapshot},
	{"commit", commit},
	{"large object", largeObject},
	{"large file of a run", largeFile},
	{"decode points", decodePoints},
	{"open many scalars", openScalars},
	{"list", listRuns},
	{"read", readRuns},
	{"pages", servePages},
	{"share", shareRuns},
	{"light", fetchLight},
	{"roll up", rollUp},
	{"system metrics", sampling},
	{"exprec run", runCommand},
	{"exprec run output", runOutput},
	{"library output", ownOutput},
	{"output helper", helper},
	{"AddScalar beside output", addScalarBeside},
}

// quiet starts an experiment that records in dir and says nothing.
func quiet(dir string, source bool) (*recorder.Experiment, error) {
	exp := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoOutput: true, NoSystem: true, NoSource: !source})
	return exp, exp.Err()
}

// addScalar compares with the plain way that also survives SIGKILL: a write
// system call for each record of the same 24 bytes.
func addScalar(dir string, s scaling) ([]row, error) {
	file, err := os.Create(filepath.Join(dir, "baseline"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	record := make([]byte, 24)
	calls := s.calls / 10
	start := time.Now()
	for range calls {
		if _, err := file.Write(record); err != nil {
			return nil, err
		}
	}
	write := time.Since(start) / time.Duration(calls)

	exp, err := quiet(dir, false)
	if err != nil {
		return nil, err
	}
	handle := exp.Scalar("loss")
	var rows []row
	for name, add := range map[string]func(i int){
		"by handle": func(i int) { handle.Add(0.5, i) },
		"by name":   func(i int) { exp.AddScalar("loss", 0.5, i) },
	} {
		took, allocations := each(s.calls, add)
		rows = append(rows, row{
			Work: "AddScalar " + name, Took: took, Baseline: "write(2) of 24 bytes", Other: write,
			Goal: "100 ns, 0 allocations", Note: fmt.Sprintf("%.2g allocations a call", allocations),
		})
	}
	exp.Finish()
	return rows, exp.Err()
}

// each gives the time and the allocations of one call.
func each(calls int, call func(i int)) (time.Duration, float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := range calls {
		call(i)
	}
	took := time.Since(start) / time.Duration(calls)
	runtime.ReadMemStats(&after)
	return took, float64(after.Mallocs-before.Mallocs) / float64(calls)
}

// startFinish records a small run, source and all, in a repository of 1,000 files.
func startFinish(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 1_000)
	if err != nil {
		return nil, err
	}
	r := row{Work: "start + finish, 1,000 files", Baseline: "git add -A, write-tree", Goal: "0.33"}
	return m.beside(s.rounds, r, func() error {
		exp, err := quiet(dir, true)
		if err != nil {
			return err
		}
		exp.SetParameter("lr", 0.01)
		for step := range 100 {
			exp.AddScalar("loss", 1/float64(step+1), step)
		}
		exp.Finish()
		return exp.Err()
	}, m.addAndWriteTree)
}

// snapshot makes a tree of an unchanged work tree.
func snapshot(dir string, s scaling) ([]row, error) {
	var rows []row
	for _, files := range s.files {
		folder := filepath.Join(dir, fmt.Sprint(files))
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, err
		}
		r, err := snapshotOf(folder, files, s.rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r...)
	}
	return rows, nil
}

func snapshotOf(dir string, files, rounds int) ([]row, error) {
	m, err := repository(dir, files)
	if err != nil {
		return nil, err
	}
	repo, store, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	rows, err := m.beside(rounds, row{
		Work: fmt.Sprintf("warm snapshot, %s files", humanize.Comma(int64(files))), Baseline: "git add -A, write-tree", Goal: "0.5",
	}, func() error {
		snap, err := store.Snapshot(context.Background(), repo, dir, gitstore.SnapshotOptions{Skip: []string{".exprec"}})
		if err == nil && snap.Files != files {
			err = fmt.Errorf("the snapshot has %d files, there are %d", snap.Files, files)
		}
		return err
	}, m.addAndWriteTree)
	if err != nil {
		return nil, err
	}
	bare, err := medians(rounds, func() error { return walk(dir) })
	if err != nil {
		return nil, err
	}
	rows[0].Note = fmt.Sprintf("%.2f x a bare walk of %s", float64(rows[0].Took)/float64(bare[0]), short(bare[0]))
	return rows, nil
}

func open(dir string) (*gitstore.Repository, *gitstore.Store, error) {
	repo, err := gitstore.Find(dir)
	if err != nil {
		return nil, nil, err
	}
	store, err := repo.Open()
	return repo, store, err
}

// commit writes the eleven files of a small run under a new ref, durably.
func commit(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 100)
	if err != nil {
		return nil, err
	}
	repo, store, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	files := map[string][]byte{}
	for i := range 11 {
		files[fmt.Sprintf("part%d/file%d.msgpack", i%4, i)] = []byte(strings.Repeat(fmt.Sprintf("value %d,", i), 60))
	}
	round := 0
	r := row{Work: "durable commit, 11 files", Baseline: "git fast-import, fsync", Goal: "0.5"}
	return m.beside(s.rounds, r, func() error {
		round++
		tree := gitstore.NewTree()
		for name, data := range files {
			tree.AddBytes(name, append(data, byte(round)))
		}
		_, err := store.Commit(context.Background(), gitstore.Commit{
			Ref: fmt.Sprintf("refs/exprec-bench/%d", round), Tree: tree, Author: repo.Author(), Message: "bench\n",
		})
		return err
	}, func() error {
		round++
		return m.fastImport(round, files)
	})
}
