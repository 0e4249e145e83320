package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// placer writes files of a tree through handles of folders.
type placer struct {
	ctx    context.Context
	store  *Store
	large  map[string]int64
	report *Report
	buffer []byte
}

// maxWarnings bounds what a report names.
const maxWarnings = 1000

func newPlacer(ctx context.Context, s *Store, large map[string]int64) *placer {
	return &placer{ctx: ctx, store: s, large: large, report: &Report{}, buffer: make([]byte, 128<<10)}
}

func (p *placer) warn(format string, args ...any) {
	if len(p.report.Warnings) < maxWarnings {
		p.report.Warnings = append(p.report.Warnings, fmt.Sprintf(format, args...))
	}
}

// content opens what a path holds: its blob, or what stands behind the
// pointer in its blob.
func (p *placer) content(e TreeEntry, path string) (io.ReadCloser, error) {
	if _, large := p.large[path]; !large {
		r, _, err := p.store.OpenBlob(e.Hash)
		return r, err
	}
	pointer, err := p.pointer(e)
	if err != nil {
		return nil, err
	}
	return p.store.lfs.open(pointer)
}

func (p *placer) pointer(e TreeEntry) (Pointer, error) {
	data, err := p.store.ReadBlob(e.Hash, maxPointer)
	if err != nil {
		return Pointer{}, err
	}
	pointer, ok := ParsePointer(data)
	if !ok {
		return Pointer{}, fmt.Errorf("the object %s is no pointer to large content: %w", e.Hash, ErrCorrupt)
	}
	return pointer, nil
}

// create writes a new file. Where the content of a large one is not on this
// machine, its pointer is written, and it is named.
func (p *placer) create(root *os.Root, name string, e TreeEntry, path string) error {
	r, err := p.content(e, path)
	_, large := p.large[path]
	if when, pruned := prunedTime(err); large && pruned {
		p.warn("the content of the large file %q was pruned on %s: its pointer was written", path, when.Format(time.DateOnly))
		r, _, err = p.store.OpenBlob(e.Hash)
	}
	if large && errors.Is(err, ErrMissing) {
		p.warn("the content of the large file %q is not on this machine: its pointer was written; fetch it and check out again", path)
		r, _, err = p.store.OpenBlob(e.Hash)
	}
	if err != nil {
		return fmt.Errorf("the file %q: %w", path, err)
	}
	defer r.Close()
	mode := os.FileMode(0o666)
	if e.Mode == filemode.Executable {
		mode = 0o777
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return taken(err, path)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, contextReader{p.ctx, r}, p.buffer)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the file %q: %w", path, err)
	}
	p.report.Files++
	p.report.Bytes += n
	return nil
}
