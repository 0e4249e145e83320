package recorder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// folded is what the journals of one run say together. It is a pure function
// of their bytes: folding copies of them anywhere gives the same.
type folded struct {
	params   map[string]any
	results  []record.Result
	goals    []record.NamedGoal
	images   map[imageKey]record.ImageFrame
	inputs   []record.Input
	parents  []record.Parent
	meta     record.MetaFrame
	facts    record.FactsFrame
	marks    []record.Mark // in the order of the journals' times
	ending   ending
	warnings []string
	columns  *record.Builder
	sums     []record.JournalSum
	last     time.Time // of the last frame of any
	damage   []string
}

type imageKey struct {
	name string
	step int64
}

// fold reads every journal of a run's folder. Damage in one is kept as a
// warning: what can be read is the record.
func fold(folder string, started time.Time) (*folded, error) {
	f := &folded{params: map[string]any{}, images: map[imageKey]record.ImageFrame{}, columns: record.NewBuilder()}
	entries, err := os.ReadDir(filepath.Join(folder, journalName))
	if err != nil {
		return nil, fmt.Errorf("read the run's journals: %w", err)
	}
	var sources []*source
	defer func() {
		for _, s := range sources {
			s.reader.Close()
		}
	}()
	for _, entry := range entries {
		if !journal.IsJournal(entry.Name()) {
			continue
		}
		s, err := f.open(filepath.Join(folder, journalName, entry.Name()))
		if errors.Is(err, journal.ErrTorn) {
			// Its process died while it began: there is nothing in it.
			f.sums = append(f.sums, record.JournalSum{Name: entry.Name(), SHA256: emptyDigest})
			f.ending.silent = append(f.ending.silent, journal.Header{})
			continue
		}
		if err != nil {
			f.note("%v", err)
			f.ending.silent = append(f.ending.silent, journal.Header{})
			continue
		}
		sources = append(sources, s)
	}
	if err := f.merge(sources, started); err != nil {
		return nil, err
	}
	f.ending.crashes = readCrashes(folder)
	return f, nil
}

// source is one journal while several are merged by time.
type source struct {
	name   string
	path   string
	reader journal.Source
	series map[uint32]*record.Series
	frame  journal.Frame
	more   bool
	ended  bool
	watch  bool // its process looks at the program from outside
	by     string
}

func (f *folded) open(path string) (*source, error) {
	r, err := openJournal(path)
	if err != nil {
		return nil, fmt.Errorf("the journal %s cannot be read: %w", filepath.Base(path), err)
	}
	s := &source{name: filepath.Base(path), path: path, reader: r, series: map[uint32]*record.Series{}}
	f.advance(s)
	return s, nil
}

// advance reads the next frame of a journal; damage skips what it destroyed.
func (f *folded) advance(s *source) {
	for {
		frame, err := s.reader.Next()
		switch {
		case err == nil:
			s.frame, s.more = frame, true
			return
		case errors.Is(err, io.EOF):
			s.more = false
			return
		case isCorrupt(err) || errors.Is(err, journal.ErrTorn):
			f.note("the journal %s is damaged: %v", s.name, err)
		default:
			f.note("the journal %s ends early: %v", s.name, err)
			s.more = false
			return
		}
	}
}

func (s *source) at() time.Time { return s.reader.Header().Start.Add(s.frame.Time) }

// merge takes the frames of all journals in the order of their times. A
// journal's own order is kept; equal times go by the journals' names.
func (f *folded) merge(sources []*source, started time.Time) error {
	slices.SortFunc(sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	for {
		s := earliest(sources)
		if s == nil {
			break
		}
		if at := s.at(); at.After(f.last) {
			f.last = at
		}
		f.take(s, started)
		f.advance(s)
	}
	for _, s := range sources {
		if !s.ended && s.by == begunBy {
			f.ending.orphaned = true
		}
		if !s.ended && !s.watch {
			f.ending.silent = append(f.ending.silent, s.reader.Header())
		}
		if err := f.sum(s); err != nil {
			return err
		}
	}
	return nil
}

func earliest(sources []*source) *source {
	var first *source
	for _, s := range sources {
		if s.more && (first == nil || s.at().Before(first.at())) {
			first = s
		}
	}
	return first
}

// sum notes what of a journal went into the record.
func (f *folded) sum(s *source) error {
	digest, err := digestOf(s.path, s.reader.Offset())
	f.sums = append(f.sums, record.JournalSum{Name: s.name, Length: s.reader.Offset(), SHA256: digest})
	return err
}

// take folds one frame in.
func (f *folded) take(s *source, started time.Time) {
	frame := s.frame
	switch frame.Kind {
	case journal.Scalar, journal.ScalarWide:
		series := s.series[frame.Series]
		if series == nil {
			f.note("the journal %s has values of an unnamed scalar", s.name)
			return
		}
		series.Add(frame.Step, s.at().Sub(started), frame.Value)
	case journal.Series:
		s.series[frame.Series] = f.columns.Series(string(frame.Payload))
	case journal.Heartbeat, journal.Gap:
	default:
		if err := f.takeRecord(s, frame, started); err != nil {
			f.note("the journal %s holds a frame that cannot be read: %v", s.name, err)
		}
	}
}

// maxDamage bounds how many faults of the journals are named.
const maxDamage = 100

// note keeps a fault of a journal for the record's warnings.
func (f *folded) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); len(f.damage) < maxDamage && !slices.Contains(f.damage, text) {
		f.damage = append(f.damage, text)
	}
}

func isCorrupt(err error) bool {
	_, ok := errors.AsType[*journal.CorruptError](err)
	return ok
}
