package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

// looked is how much of a file decides whether it is binary.
const looked = 8000

func newCat(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "cat RUN PATH",
		Short: "Write a file of a run to the output",
		Long: "Write a file that the run saved, or of its source, to the output: exactly its bytes into\n" +
			"a file or pipe, on a terminal as harmless text. source/PATH means the source's file where\n" +
			"the run saved one of the same path, files/PATH the saved one. The content of a large file\n" +
			"that is not here comes from a remote that has the run, by git-lfs.",
		Example:     "exprec cat @ model.json > model.json",
		Args:        between(2, 2),
		Annotations: codes(noRunCode, damagedCode, remoteCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(p *recorder.Project, r *recorder.Run) error {
				return a.cat(c.Context(), p, r, args[1])
			})
		},
	}
}

func (a *app) cat(ctx context.Context, p *recorder.Project, r *recorder.Run, path string) error {
	f, err := openFile(r, path)
	if errors.Is(err, gitstore.ErrMissing) {
		f, err = a.openFetched(ctx, p, r, path, err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if a.out.tty {
		return a.catTerminal(r, path, f)
	}
	if _, err := io.Copy(a.out, f); err != nil && a.out.err == nil {
		return fmt.Errorf("read %q of the run %s: %w", path, r.Short(), err)
	}
	return nil
}

// openFetched opens a large file whose content is not here, once that has come
// from the remote. Where there is no remote the file is missing as before.
func (a *app) openFetched(ctx context.Context, p *recorder.Project, r *recorder.Run, path string, missing error) (fs.File, error) {
	_, err := p.FetchLarge(ctx, a.sharing("", shareOptions{}), r, path, "files/"+path, "source/"+path)
	switch {
	case errors.Is(err, gitstore.ErrNoRemote):
		from := cmp.Or(r.Fetched().From, "ADDRESS")
		if info, err := os.Stat(from); err == nil && !info.IsDir() {
			from = "ADDRESS" // a bundle has no large contents
		}
		return nil, &failure{missing, missing.Error(), fmt.Sprintf("exprec fetch --large %s %s gets it", quote(from), r.Short())}
	case err != nil:
		return nil, remoteError(err)
	}
	return openFile(r, path)
}

// catTerminal prints a file as text, and refuses one that is none.
func (a *app) catTerminal(r *recorder.Run, path string, f io.Reader) error {
	reader := bufio.NewReaderSize(f, looked)
	start, err := reader.Peek(looked)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read %q of the run %s: %w", path, r.Short(), err)
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return failed(fmt.Sprintf("exprec cat %s %s > FILE", r.Short(), quote(path)), "%q is binary, it is not for a terminal", path)
	}
	z := &sanitizer{screen: a.out}
	if _, err := io.Copy(z, reader); err != nil && a.out.err == nil {
		return fmt.Errorf("read %q of the run %s: %w", path, r.Short(), err)
	}
	z.Close()
	return nil
}

// openFile opens what a path means in a run: a saved file, else one of the
// source.
func openFile(r *recorder.Run, path string) (fs.File, error) {
	missing := failed(fmt.Sprintf("exprec files %s lists what it saved, with --source its source", r.Short()),
		"the run %s has no file %q", r.Short(), path)
	if !fs.ValidPath(path) {
		return nil, missing
	}
	f, err := openIn(r.Files, path)
	if inside, ok := strings.CutPrefix(path, "files/"); ok && errors.Is(err, fs.ErrNotExist) {
		f, err = openIn(r.Files, inside)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	f, err = openIn(r.Source, strings.TrimPrefix(path, "source/"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, recorder.ErrNoSource) {
		return nil, missing
	}
	return f, err
}

// openIn opens a regular file of a folder of a run.
func openIn(folder func() (fs.FS, error), path string) (fs.File, error) {
	fsys, err := folder()
	if err != nil {
		return nil, err
	}
	f, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = failed("exprec files lists what is in it", "%q is a folder", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
