package recorder

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Bounds of what is read into memory of a run, in bytes. Nothing that the
// recorder writes comes near them.
const (
	maxIndexFile    = 256 << 20
	maxChunkFile    = 256 << 20
	maxPackagesFile = 64 << 20
)

// sealed is the content of a run in git. It also serves an unsealed run of
// which only the start is left.
type sealed struct {
	run *Run

	mu    sync.Mutex
	index []ScalarSummary
	known bool   // index was read
	chunk string // the chunk that was read last: neighbours share it
	data  []byte
}

func (s *sealed) info() *Info { return s.run.started }

// read gives a file of the run's tree, nil where it has none.
func (s *sealed) read(path string, limit int64) ([]byte, error) {
	r := s.run
	if r.tree.IsZero() {
		return nil, r.err
	}
	entry, err := r.lookup(path)
	if errors.Is(err, gitstore.ErrNotFound) {
		return nil, nil
	}
	if err == nil {
		var data []byte
		if data, err = r.store.ReadBlob(entry.Hash, limit); err == nil {
			return data, nil
		}
	}
	return nil, r.damaged(path, err)
}

// lookup finds a path in the run's tree, whose root was read already.
func (r *Run) lookup(path string) (gitstore.TreeEntry, error) {
	first, rest, below := strings.Cut(path, "/")
	for _, e := range r.root {
		switch {
		case e.Name != first:
		case !below:
			return e, nil
		case e.Mode == filemode.Dir && r.remote != "":
			return gitstore.TreeEntry{}, r.lightErr(lightParts[first])
		case e.Mode == filemode.Dir:
			return r.store.Lookup(e.Hash, rest)
		}
	}
	return gitstore.TreeEntry{}, fmt.Errorf("the path %.200q is %w", path, gitstore.ErrNotFound)
}

// damaged wraps what reading a part of the run gave.
func (r *Run) damaged(what string, err error) error {
	if errors.Is(err, ErrLight) {
		return err
	}
	if errors.Is(err, record.ErrNewer) {
		return fmt.Errorf("read %s of the run %s: %w", what, r.Short(), err)
	}
	return fmt.Errorf("%w: %s of the run %s: %w", ErrDamaged, what, r.Short(), err)
}

func (s *sealed) params() (map[string]any, error) {
	data, err := s.read(record.ParamsFile, record.MaxParams)
	if err != nil || data == nil {
		return map[string]any{}, err
	}
	params, err := record.DecodeParams(data)
	if err != nil {
		return params, s.run.damaged(record.ParamsFile, err)
	}
	return params, nil
}

func (s *sealed) scalars() ([]ScalarSummary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, err := s.summaries()
	return slices.Clone(index), err
}

// summaries reads the index once. The caller holds s.mu.
func (s *sealed) summaries() ([]ScalarSummary, error) {
	if s.known {
		return s.index, nil
	}
	data, err := s.read(record.ScalarsFile, maxIndexFile)
	if err != nil {
		return nil, err
	}
	if data != nil {
		if s.index, err = record.DecodeIndex(data); err != nil {
			return s.index, s.run.damaged(record.ScalarsFile, err)
		}
	}
	s.known = true
	return s.index, nil
}

func (s *sealed) series(name string) (*Series, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, err := s.summaries()
	if err != nil {
		return nil, false, err
	}
	at := slices.IndexFunc(index, func(known ScalarSummary) bool { return known.Name == name })
	if at < 0 {
		return nil, false, nil
	}
	series := newSeries(name, max(0, min(index[at].Count, maxClaimed)))
	for number := range index[at].Chunks {
		more, err := s.columns(record.ChunkName(index[at].Chunk+number), name)
		if err != nil {
			return nil, true, err
		}
		series.add(more...)
	}
	return series, true, nil
}

// maxClaimed bounds how many points room is made for on the word of an index,
// which may claim anything.
const maxClaimed = 16 << 20

// columns gives what one chunk holds of a series. The caller holds s.mu.
func (s *sealed) columns(chunk, name string) ([]record.Column, error) {
	if s.chunk != chunk {
		data, err := s.read("scalars/"+chunk, maxChunkFile)
		if err != nil {
			return nil, err
		}
		if data == nil {
			return nil, s.run.damaged("scalars/"+chunk, gitstore.ErrMissing)
		}
		s.chunk, s.data = chunk, data
	}
	columns, err := record.DecodeChunk(s.data, name)
	if err != nil {
		return nil, s.run.damaged("scalars/"+chunk, err)
	}
	return columns, nil
}

func (s *sealed) images() ([]Image, error) {
	data, err := s.read(record.ImagesFile, maxIndexFile)
	if err != nil || data == nil {
		return nil, err
	}
	images, err := record.DecodeImages(data)
	if err != nil {
		return images, s.run.damaged(record.ImagesFile, err)
	}
	return images, nil
}

func (s *sealed) openImage(file string) (io.ReadCloser, error) {
	r := s.run
	if r.tree.IsZero() {
		return nil, r.unread("images/" + file)
	}
	entry, err := r.lookup("images/" + file)
	if err != nil {
		return nil, r.damaged("images/"+file, err)
	}
	reader, _, err := r.store.OpenBlob(entry.Hash)
	if err != nil {
		return nil, r.damaged("images/"+file, err)
	}
	return reader, nil
}

func (s *sealed) files() (fs.FS, error) {
	fsys, ok, err := s.run.folderFS("files", s.run.started.Large)
	if !ok && err == nil {
		return embed.FS{}, nil
	}
	return fsys, err
}

func (s *sealed) packages() ([]string, error) {
	data, err := s.read(record.PackagesFile, maxPackagesFile)
	return record.DecodePackages(data), err
}
