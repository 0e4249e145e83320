package recorder

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// The kinds of what changes of a run while somebody watches.
const (
	StatusChanged  = "status"  // how it stands, and all that is said once: parameters, results, the title, warnings
	ScalarsChanged = "scalars" // points came
	OutputChanged  = "output"  // it printed
	ImagesChanged  = "images"
	FilesChanged   = "files"
	NotesChanged   = "notes" // what people say about it
)

// RunChange says of what there is more, or another thing, than at the last look.
type RunChange struct {
	Run   string   // the run's UUID; empty for the list of runs
	Kinds []string // sorted
}

// Watch looks at the project every so often until ctx ends, and calls visit with
// what has changed since the last look, once for each run and once for the list
// of runs. That list changes when a run comes, goes or changes in what a table
// tells of it: its status, its notes, or values (which is the kind scalars). The
// first call has no changes: from then on everything is told.
//
// It polls: what lies on a network or in a container tells nobody that it has
// changed. A look at a project where nothing has costs some stats and, for each
// run that goes on, some more; where looks take long there are fewer of them. A
// look that fails is made again. The error is that of ctx.
func (p *Project) Watch(ctx context.Context, every time.Duration, visit func([]RunChange)) error {
	w := &watching{project: p}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		began, first := time.Now(), w.last == nil
		changes := w.look(ctx)
		if ctx.Err() == nil && (len(changes) > 0 || first && w.last != nil) {
			visit(changes)
		}
		timer.Reset(max(every, lookShare*time.Since(began)))
	}
}

// lookShare is how much longer than a look it is to the next one at least.
const lookShare = 10

// watching is what was seen at the last look.
type watching struct {
	project *Project
	last    *catalog
	files   map[string]folderSeen // of runs that go on, by id
}

// folderSeen is what a run's folder holds beside its journals.
type folderSeen struct{ output, files contents }

// contents tell one state of a folder from another, as far as sizes and times
// do.
type contents struct {
	entries, bytes int64
	newest         int64 // nanoseconds since 1970
}

func (w *watching) look(ctx context.Context) []RunChange {
	now, err := w.project.catalog(ctx)
	if err != nil {
		return nil
	}
	changes := changeSet{}
	if w.last != nil && w.last != now {
		changes.compare(w.last, now)
	}
	files := w.lookIntoFolders(now)
	for id, seen := range files {
		if before, ok := w.files[id]; ok {
			changes.addIf(before.output != seen.output, id, OutputChanged)
			changes.addIf(before.files != seen.files, id, FilesChanged)
		}
	}
	w.last, w.files = now, files
	return changes.list()
}

func (w *watching) lookIntoFolders(c *catalog) map[string]folderSeen {
	seen := map[string]folderSeen{}
	for id, r := range c.extra {
		if r.run.status == Running && r.run.folder != "" {
			seen[id] = folderSeen{contentsOf(filepath.Join(r.run.folder, outputDir)), contentsOf(filepath.Join(r.run.folder, "files"))}
		}
	}
	return seen
}

// contentsOf looks at all files below a folder.
func contentsOf(dir string) (c contents) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is gone, or not to be read: nothing is seen of it
		}
		if info, err := d.Info(); err == nil {
			c.entries++
			c.newest = max(c.newest, info.ModTime().UnixNano())
			if !d.IsDir() {
				c.bytes += info.Size()
			}
		}
		return nil
	})
	return c
}

// changeSet holds the kinds of changes by run.
type changeSet map[string]map[string]bool

func (s changeSet) addIf(is bool, run string, kinds ...string) {
	if !is {
		return
	}
	if s[run] == nil {
		s[run] = map[string]bool{}
	}
	for _, kind := range kinds {
		s[run][kind] = true
	}
}

// list gives the changes, those of the list of runs first.
func (s changeSet) list() []RunChange {
	var list []RunChange
	for _, run := range slices.Sorted(maps.Keys(s)) {
		list = append(list, RunChange{Run: run, Kinds: slices.Sorted(maps.Keys(s[run]))})
	}
	return list
}
