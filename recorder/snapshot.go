package recorder

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// snapshot takes the source as it is now, nil where that fails.
func (e *Experiment) snapshot() *gitstore.Snapshot {
	options, err := e.project.snapshotOptions()
	if err != nil {
		e.fail(err)
	}
	s, err := e.project.stores[0].Snapshot(e.context(), e.project.repo, e.project.top, options)
	if err != nil {
		e.fail(fmt.Errorf("the source is not kept: %w", err))
		return nil
	}
	return s
}

// snapshotOptions are the limits that the user configured. A value that is no
// size is reported, and its default is used.
func (p *Project) snapshotOptions() (gitstore.SnapshotOptions, error) {
	o := gitstore.SnapshotOptions{Secret: redact.File, SecretContent: redact.Content, Dated: compiled, Skip: []string{".exprec"}, Plain: p.repo == nil}
	if p.repo == nil {
		return o, nil
	}
	var first error
	for key, value := range map[string]*int64{
		"exprec.maxfilesize":      &o.MaxFile,
		"exprec.maxuntrackedsize": &o.MaxUntracked,
		"exprec.lfsthreshold":     &o.LFSThreshold,
	} {
		size, err := p.repo.Config.Size(key, 0)
		if err != nil && first == nil {
			first = err
		}
		*value = size
	}
	o.Include = p.repo.Config.All("exprec.include")
	return o, first
}

// compiled reports whether a file of this name goes into a program that is
// built, in Go by go help packages: one that is newer than the program may not
// be what ran.
func compiled(name string) bool {
	switch path.Ext(name) {
	case ".go", ".s", ".S", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".syso", ".swig", ".templ",
		".rs", ".zig", ".cu", ".cuh", ".f", ".f90", ".f95", ".f03", ".F90", ".swift", ".nim", ".hs", ".ml", ".pas", ".adb":
		return !strings.HasSuffix(name, "_test.go")
	}
	base := path.Base(name)
	switch base {
	case "go.mod", "go.sum", "go.work", "Cargo.toml", "Cargo.lock":
		return true
	}
	return false
}

// sourceOf is what run.msgpack says of a snapshot.
func sourceOf(s *gitstore.Snapshot) *record.Source {
	source := &record.Source{Files: s.Files, Bytes: s.Bytes, More: s.MoreLeftOut, Notes: s.Notes, Large: largeFiles(s.Large)}
	for _, left := range s.LeftOut {
		source.LeftOut = append(source.LeftOut, record.LeftOut{Path: left.Path, Size: left.Size, Reason: left.Reason})
	}
	return source
}

// largeFiles lists the files whose content is in the LFS store, by path.
func largeFiles(sizes map[string]int64) []record.LargeFile {
	var files []record.LargeFile
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		files = append(files, record.LargeFile{Path: name, Size: sizes[name]})
	}
	return files
}
