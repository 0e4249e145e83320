package recorder

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
)

// A reading is the journals of a run as far as they were read. Reading on gives
// what reading them anew would give, or says that it cannot. It is for one
// goroutine.
type reading struct {
	folder  string
	started time.Time
	folded  *folded
	sources []*source // by name
	torn    []string  // journals that have no header: their processes died while they began, or begin
	strange int       // journals that cannot be read

	order order
}

func newReading(folder string, started time.Time) *reading {
	return &reading{folder: folder, started: started, folded: newFolded(), order: order{scalars: map[string]*points{}, kinds: map[journal.Kind]*turn{}}}
}

func (r *reading) close() {
	for _, s := range r.sources {
		_ = s.reader.Close() // it was read only
	}
}

// readOn takes what the journals have that was not taken yet.
func (r *reading) readOn() error {
	if err := r.findJournals(); err != nil {
		return err
	}
	for _, s := range r.sources {
		if !s.more {
			r.folded.advance(s)
		}
	}
	r.merge()
	return nil
}

// findJournals opens the journals that are new.
func (r *reading) findJournals() error {
	entries, err := os.ReadDir(filepath.Join(r.folder, journalName))
	if err != nil {
		return fmt.Errorf("read the run's journals: %w", err)
	}
	r.torn, r.strange = r.torn[:0], 0
	for _, entry := range entries {
		if !journal.IsJournal(entry.Name()) || r.source(entry.Name()) != nil {
			continue
		}
		err := r.open(entry.Name())
		switch {
		case errors.Is(err, journal.ErrTorn):
			r.torn = append(r.torn, entry.Name())
		case err != nil:
			r.folded.note("%v", err)
			r.strange++
		}
	}
	slices.SortFunc(r.sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	return nil
}

func (r *reading) source(name string) *source {
	for _, s := range r.sources {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (r *reading) open(name string) error {
	path := filepath.Join(r.folder, journalName, name)
	file, _ := os.Stat(path) // before it is opened: another one in its place is then noticed
	reader, err := openJournal(path)
	if err != nil {
		return fmt.Errorf("the journal %s cannot be read: %w", name, err)
	}
	s := &source{name: name, path: path, file: file, reader: reader, series: map[uint32]*points{}}
	r.sources = append(r.sources, s)
	r.folded.advance(s)
	return nil
}

// merge takes the frames of all journals in the order of their times. A
// journal's own order is kept; equal times go by the journals' names.
func (r *reading) merge() {
	for {
		s := earliest(r.sources)
		if s == nil {
			return
		}
		if at := s.at(); at.After(r.folded.last) {
			r.folded.last = at
		}
		r.take(s)
		r.folded.count(s.frame.Kind)
		r.folded.advance(s)
	}
}

// conclude puts into f what the ends of the journals say.
func (r *reading) conclude(f *folded) {
	for range len(r.torn) + r.strange {
		f.ending.silent = append(f.ending.silent, journal.Header{})
	}
	for _, s := range r.sources {
		if !s.ended && s.by == begunBy {
			f.ending.orphaned = true
		}
		if !s.ended && !s.watch {
			f.ending.silent = append(f.ending.silent, s.reader.Header())
		}
	}
	f.ending.crashes = readCrashes(r.folder)
}

// still is what was folded so far, which does not change when the reading goes
// on.
func (r *reading) still() *folded {
	for _, goal := range r.folded.goals {
		r.folded.columns.SetGoal(goal.Name, goal.Goal)
	}
	f := *r.folded
	f.params, f.images = maps.Clone(f.params), maps.Clone(f.images)
	f.results, f.inputs, f.parents = slices.Clone(f.results), slices.Clone(f.inputs), slices.Clone(f.parents)
	for i := range f.parents {
		f.parents[i].Files = slices.Clone(f.parents[i].Files)
	}
	f.goals, f.marks, f.warnings, f.damage = slices.Clip(f.goals), slices.Clip(f.marks), slices.Clip(f.warnings), slices.Clip(f.damage)
	f.meta.Tags = slices.Clip(f.meta.Tags)
	f.ending.own, f.ending.seen, f.ending.watched = slices.Clip(f.ending.own), slices.Clip(f.ending.seen), slices.Clip(f.ending.watched)
	f.columns = f.columns.Snapshot()
	r.conclude(&f)
	return &f
}

// goesOn reports whether reading on gives the same as reading anew: the
// journals are those that were read, none is shorter, none is damaged, and
// nothing came out of order. Damage may be a frame that was about to be written.
func (r *reading) goesOn() bool {
	if r.order.broken || len(r.folded.damage) > 0 {
		return false
	}
	for _, s := range r.sources {
		info, err := os.Stat(s.path)
		if err != nil || info.Size() < s.reader.Offset() || s.file == nil || !os.SameFile(s.file, info) {
			return false
		}
	}
	return true
}
