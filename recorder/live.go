package recorder

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/recorder/internal/record"
)

// live is the content of a run that is not sealed: what its journals and its
// folder held when they were read.
type live struct {
	run    *Run
	folded *folded
	state  *Info
}

// newLive is the content of a run whose journals say f, which nobody changes
// any more.
func newLive(r *Run, f *folded) *live {
	state := *r.started
	f.describe(&state)
	// What describe says about the end is for sealing: the run has not ended.
	state.Status, state.Recovered, state.Ended = r.status, false, r.started.Ended
	if r.status == Running {
		state.Error, state.ExitCode, state.Signal = f.ending.failure(), nil, ""
	}
	return &live{run: r, folded: f, state: &state}
}

func (l *live) info() *Info { return l.state }

func (l *live) params() (map[string]any, error) { return l.folded.params, nil }

func (l *live) scalars() ([]ScalarSummary, error) {
	return l.folded.columns.Index(), nil
}

func (l *live) series(name string) (*Series, bool, error) {
	column, ok := l.folded.columns.Column(name)
	if !ok {
		return nil, false, nil
	}
	return &Series{Name: name, Steps: column.Steps, Times: column.Times, Values: column.Values}, true, nil
}

func (l *live) images() ([]Image, error) {
	var images []Image
	for _, f := range l.folded.sortedImages() {
		images = append(images, Image{Name: f.Name, Step: f.Step, File: f.File, Width: f.Width, Height: f.Height, Size: f.Size})
	}
	return images, nil
}

// root is a folder of the run that its links cannot lead out of. A root that
// nobody closes is closed when it is no longer used.
func (l *live) root(name string) (*os.Root, error) {
	return os.OpenRoot(filepath.Join(l.run.folder, name))
}

func (l *live) openImage(file string) (io.ReadCloser, error) {
	root, err := l.root("images")
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Open(filepath.FromSlash(file))
}

func (l *live) files() (fs.FS, error) {
	root, err := l.root("files")
	if errors.Is(err, fs.ErrNotExist) {
		return embed.FS{}, nil
	}
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}

func (l *live) packages() ([]string, error) {
	data, err := readBounded(filepath.Join(l.run.folder, record.PackagesFile), maxPackagesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return record.DecodePackages(data), err
}
