package recorder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
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
	counts   counts
}

// counts are how many frames were taken, by what they tell of.
type counts struct{ scalars, images, output, rest int }

func (f *folded) count(kind journal.Kind) {
	switch kind {
	case journal.Scalar, journal.ScalarWide:
		f.counts.scalars++
	case journal.Image:
		f.counts.images++
	case journal.Mark:
		f.counts.output++
	case journal.Heartbeat, journal.Gap, journal.Series:
	default:
		f.counts.rest++
	}
}

type imageKey struct {
	name string
	step int64
}

// newFolded is what no journal says.
func newFolded() *folded {
	return &folded{params: map[string]any{}, images: map[imageKey]record.ImageFrame{}, columns: record.NewBuilder()}
}

// fold reads every journal of a run's folder. Damage in one is kept as a
// warning: what can be read is the record.
func fold(folder string, started time.Time) (*folded, error) {
	r := newReading(folder, started)
	defer r.close()
	if err := r.readOn(); err != nil {
		return nil, err
	}
	f := r.folded
	r.conclude(f)
	for _, name := range r.torn {
		f.sums = append(f.sums, record.JournalSum{Name: name, SHA256: emptyDigest})
	}
	for _, s := range r.sources {
		if err := f.sum(s); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// source is one journal while several are merged by time.
type source struct {
	name   string
	path   string
	reader journal.Source
	series map[uint32]*points
	frame  journal.Frame
	file   fs.FileInfo
	more   bool
	when   time.Time // of the frame, or of one before it that was later
	ended  bool
	watch  bool // its process looks at the program from outside
	by     string
}

// advance reads the next frame of a journal; damage skips what it destroyed.
func (f *folded) advance(s *source) {
	for {
		frame, err := s.reader.Next()
		switch {
		case err == nil:
			s.frame, s.more = frame, true
			if at := s.at(); at.After(s.when) {
				s.when = at
			}
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
func (r *reading) take(s *source) {
	f, frame := r.folded, s.frame
	switch frame.Kind {
	case journal.Scalar, journal.ScalarWide:
		to := s.series[frame.Series]
		if to == nil {
			f.note("the journal %s has values of an unnamed scalar", s.name)
			return
		}
		r.follows(&to.last, s)
		to.series.Add(frame.Step, s.at().Sub(r.started), frame.Value)
	case journal.Series:
		s.series[frame.Series] = r.named(string(frame.Payload), s)
	case journal.Heartbeat, journal.Gap:
	default:
		r.follows(r.lastOf(frame.Kind), s)
		if err := f.takeRecord(s, frame, r.started); err != nil {
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
