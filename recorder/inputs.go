package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// AddInput records data that the run reads, a file or a folder, by path, size
// and SHA-256: never the bytes. The hash is computed in the background, and
// [Experiment.Finish] waits for it. The hash of a folder is that of lines
// "<sha256>  <path>\n" of its regular files in the order of their paths.
func (e *Experiment) AddInput(name, path string) {
	if e.off() {
		return
	}
	if err := checkName("input", name); err != nil {
		e.fail(err)
		return
	}
	abs, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(abs)
	}
	if err != nil {
		e.fail(fmt.Errorf("the input %q is not recorded: %w", name, err))
		return
	}
	input := record.Input{Name: name, Path: filepath.ToSlash(abs)}
	e.append(journal.Input, record.EncodeInputFrame(record.InputFrame{Input: input}))
	e.working.Go(func() { e.hashInput(input) })
}

func (e *Experiment) hashInput(input record.Input) {
	size, sum, err := hashPath(filepath.FromSlash(input.Path))
	if err != nil {
		e.fail(fmt.Errorf("the input %q is recorded without its hash: %w", input.Name, err))
		return
	}
	input.Size, input.SHA256 = size, sum
	e.append(journal.Input, record.EncodeInputFrame(record.InputFrame{Input: input}))
}

// hashPath is the size in bytes and the SHA-256 of a file or folder.
func hashPath(path string) (size int64, sum string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, "", err
	}
	if !info.IsDir() {
		return hashFile(path)
	}
	listing := sha256.New()
	err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		n, sum, err := hashFile(file)
		if err != nil {
			return err
		}
		size += n
		rel, err := filepath.Rel(path, file)
		fmt.Fprintf(listing, "%s  %s\n", sum, filepath.ToSlash(rel))
		return err
	})
	return size, hex.EncodeToString(listing.Sum(nil)), err
}

func hashFile(file string) (size int64, sum string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return 0, "", fmt.Errorf("%q %w: it is not a regular file", file, ErrInvalid)
	}
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}
