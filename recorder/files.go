package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Create makes or truncates a file of the run, such as a saved model. Its name
// is a relative path with slashes; folders on the way are made.
func (e *Experiment) Create(name string) (*os.File, error) {
	return e.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
}

// Open opens a file of the run for reading.
func (e *Experiment) Open(name string) (*os.File, error) {
	return e.OpenFile(name, os.O_RDONLY, 0)
}

// OpenFile opens a file of the run with the flags of [os.OpenFile]. Folders on
// the way are made where the flags create the file. The file is a real one:
// what is written stays when the program is killed, and becomes part of the
// record when the run ends. The error is [ErrOff] or [ErrFinished] where there
// is no run to hold it.
func (e *Experiment) OpenFile(name string, flag int, perm os.FileMode) (*os.File, error) {
	if e.off() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: e.whyOff()}
	}
	if err := checkFileName(name); err != nil {
		return nil, err
	}
	root, err := e.filesRoot()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if dir := path.Dir(name); flag&os.O_CREATE != 0 && dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	f, err := root.OpenFile(name, flag, perm&0o777)
	if err == nil && flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		e.files.touched(f.Name())
	}
	return f, err
}

// filesRoot is the folder that a file's name cannot leave, not even through a
// link somebody put there.
func (e *Experiment) filesRoot() (*os.Root, error) {
	dir := filepath.Join(e.folder, "files")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

func (e *Experiment) whyOff() error {
	if e != nil && e.uuid != "" {
		return ErrFinished
	}
	return ErrOff
}

// AddFile copies a file into the run under a name: a relative path with
// slashes. An existing file of that name is replaced.
func (e *Experiment) AddFile(name, file string) {
	if e.off() {
		return
	}
	if err := e.copyIn(name, file); err != nil {
		e.fail(fmt.Errorf("the file %q is not recorded: %w", file, err))
	}
}

func (e *Experiment) copyIn(name, file string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("it %w: it is not a regular file", ErrInvalid)
	}
	to, err := e.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	if n < info.Size() {
		return fmt.Errorf("it became shorter while it was copied: %d of %d bytes are kept", n, info.Size())
	}
	return nil
}

// OpenFrom opens a file of another run of the project and records that this
// run read it. The run is a prefix of an id, a name, or @ as on the command
// line; it must have ended ([ErrUnfinished]). The content of a large file that
// is not here comes from a remote that has the run.
func (e *Experiment) OpenFrom(run, name string) (fs.File, error) {
	if e.off() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: e.whyOff()}
	}
	r, err := e.project.Run(e.context(), run)
	if err != nil {
		return nil, err
	}
	if !r.Status().Final() {
		return nil, fmt.Errorf("open %q of the run %s: %w; wait for its end", name, r.Short(), ErrUnfinished)
	}
	f, err := e.openIn(r, name)
	if err != nil {
		return nil, fmt.Errorf("open a file of the run %s: %w", r.Short(), err)
	}
	e.append(journal.Parent, record.EncodeParentFrame(record.ParentFrame{UUID: r.ID(), File: name}))
	return f, nil
}

// largePatience bounds how long a program waits for a large file of another run.
const largePatience = 6 * time.Hour

// openIn opens a file of a run and gets its content where that is not here.
func (e *Experiment) openIn(r *Run, name string) (fs.File, error) {
	files, err := r.Files()
	if err != nil {
		return nil, err
	}
	f, err := files.Open(name)
	if !errors.Is(err, gitstore.ErrMissing) {
		return f, err
	}
	e.say("the content of %s of the run %s is not here: it comes from a remote", name, r.Short())
	ctx, cancel := context.WithTimeout(e.context(), largePatience)
	defer cancel()
	if _, fetchErr := e.project.FetchLarge(ctx, ShareOptions{}, r, "files/"+name); fetchErr != nil {
		return nil, fmt.Errorf("%w, and it did not come: %w", err, fetchErr)
	}
	return files.Open(name)
}

// fileSet remembers which files of the run may not be on the disk yet.
type fileSet struct {
	root  string // the run's folder
	mu    sync.Mutex
	names map[string]bool
}

func (s *fileSet) touched(file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = map[string]bool{}
	}
	s.names[file] = true
}

// sync makes every touched file durable, and the folders that name them. A
// file may still be open and be written again, so all of them stay in the set.
func (s *fileSet) sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	dirs := map[string]bool{}
	for name := range s.names {
		if err := syncPath(name); err != nil {
			return err
		}
		for dir := filepath.Dir(name); within(dir, s.root); dir = filepath.Dir(dir) {
			dirs[dir] = true
		}
	}
	for dir := range dirs {
		if err := syncPath(dir); err != nil {
			return err
		}
	}
	return nil
}

// syncPath makes a file or a folder durable. One that was removed since needs
// nothing.
func syncPath(name string) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
