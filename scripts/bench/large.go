//go:build linux

package main

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"github.com/exprec/exprec/gitstore"
)

// random writes a file that cannot be compressed.
func random(path string, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	source := rand.NewChaCha8([32]byte{1})
	buffered := bufio.NewWriterSize(file, 1<<20)
	if _, err := io.CopyN(buffered, source, size); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// largeObject puts a file into a commit as git does, hashed and deflated.
func largeObject(dir string, s scaling) ([]row, error) {
	m, file, err := largeRepository(dir, s.largeFile)
	if err != nil {
		return nil, err
	}
	repo, store, err := open(m.dir)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	took, err := median(1, func() error {
		tree := gitstore.NewTree()
		tree.AddFile("files/model.bin", file, false)
		_, err := store.Commit(context.Background(), gitstore.Commit{
			Ref: "refs/exprec-bench/large", Tree: tree, Author: repo.Author(), Message: "bench\n",
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return besideSum(m, file, row{Work: humanize.IBytes(uint64(s.largeFile)) + " file as a git object", Took: took, Goal: "2, under 64 MB"})
}

// largeFile records a file with a run: it goes to the LFS store.
func largeFile(dir string, s scaling) ([]row, error) {
	m, file, err := largeRepository(dir, s.largeFile)
	if err != nil {
		return nil, err
	}
	took, err := median(1, func() error {
		exp, err := quiet(m.dir, false)
		if err != nil {
			return err
		}
		exp.AddFile("model.bin", file)
		exp.Finish()
		return exp.Err()
	})
	if err != nil {
		return nil, err
	}
	return besideSum(m, file, row{Work: humanize.IBytes(uint64(s.largeFile)) + " file into a run", Took: took, Goal: "2, under 64 MB"})
}

func largeRepository(dir string, size int64) (*meter, string, error) {
	file := filepath.Join(dir, "model.bin")
	folder := filepath.Join(dir, "repository")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, "", err
	}
	if err := random(file, size); err != nil {
		return nil, "", err
	}
	m, err := repository(folder, 100)
	return m, file, err
}

// besideSum fills in the time that sha1sum takes for the same file.
func besideSum(m *meter, file string, r row) ([]row, error) {
	took, err := m.timed(3, func() error {
		_, err := m.run(nil, nil, "sha1sum", file)
		return err
	})
	r.Baseline, r.Other, r.OtherRSS = "sha1sum", took, m.memory
	return []row{r}, err
}
