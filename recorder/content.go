package recorder

import (
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/exprec/exprec/recorder/internal/capture"
)

// content is what a run holds, wherever it is read from.
type content interface {
	info() *Info
	params() (map[string]any, error)
	scalars() ([]ScalarSummary, error)
	series(name string) (*Series, bool, error)
	images() ([]Image, error)
	openImage(file string) (io.ReadCloser, error)
	files() (fs.FS, error)
	packages() ([]string, error)
	output(stream capture.Stream) (Output, error)
	marks() ([]Mark, error)
}

// content finds out, once, where the run is to be read from.
func (r *Run) content() content {
	r.once.Do(func() { r.data = r.open() })
	return r.data
}

// open reads the journals of a run that is not sealed. A run that was sealed
// meanwhile is read from git: what the journals gave may be a part only.
func (r *Run) open() content {
	if r.folder == "" {
		return &sealed{run: r}
	}
	journals := newReading(filepath.Clean(r.folder), r.started.Started)
	defer journals.close()
	err := journals.readOn()
	if again := r.project.reread(r); again.started.Status.Final() {
		return &sealed{run: again}
	}
	if err != nil {
		return &sealed{run: r}
	}
	f := journals.still()
	if t, err := r.project.tip(r.uuid); err == nil {
		_ = f.standOn(t) // what cannot be read is seen by check
	}
	return newLive(r, f)
}

// unread is the error of a part of the run that cannot be had.
func (r *Run) unread(what string) error {
	if r.err != nil {
		return fmt.Errorf("read %s: %w", what, r.err)
	}
	return fmt.Errorf("read %s of the run %s: %w", what, r.Short(), fs.ErrNotExist)
}
