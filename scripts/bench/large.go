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
	r := row{Work: humanize.IBytes(uint64(s.largeFile)) + " file as a git object", Baseline: "sha1sum", Goal: "2, under 64 MB"}
	return m.beside(1, r, func() error {
		tree := gitstore.NewTree()
		tree.AddFile("files/model.bin", file, false)
		_, err := store.Commit(context.Background(), gitstore.Commit{
			Ref: "refs/exprec-bench/large", Tree: tree, Author: repo.Author(), Message: "bench\n",
		})
		return err
	}, m.sum(file))
}

// largeFile records a file with a run: it goes to the LFS store.
func largeFile(dir string, s scaling) ([]row, error) {
	m, file, err := largeRepository(dir, s.largeFile)
	if err != nil {
		return nil, err
	}
	r := row{Work: humanize.IBytes(uint64(s.largeFile)) + " file into a run", Baseline: "sha1sum", Goal: "2, under 64 MB"}
	return m.beside(1, r, func() error {
		exp, err := quiet(m.dir, false)
		if err != nil {
			return err
		}
		exp.AddFile("model.bin", file)
		exp.Finish()
		return exp.Err()
	}, m.sum(file))
}

// sum reads and hashes the file by a program made for that.
func (m *meter) sum(file string) func() error {
	return func() error {
		_, err := m.run(nil, nil, "sha1sum", file)
		return err
	}
}

// largeRepository makes a repository, and beside it a file that has just been
// read, so that neither side reads it from the disk.
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
	if err != nil {
		return nil, "", err
	}
	return m, file, m.sum(file)()
}
