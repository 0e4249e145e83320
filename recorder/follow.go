package recorder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Following reads what a run prints while it goes on. It is for one goroutine.
type Following struct {
	run      *Run
	streams  []capture.Stream
	journals map[string]*journal.Reader
	marks    []Mark                   // new ones: offsets in what was printed, not in the text that is kept
	done     map[capture.Stream]int64 // how much of what was printed was handed over
	held     bool                     // the last call left bytes to marks that were yet to come
}

// Follow begins to read what the run prints on the streams that are named, on
// both where none is. Close it in the end.
func (r *Run) Follow(streams ...string) *Following {
	f := &Following{run: r, journals: map[string]*journal.Reader{}, done: map[capture.Stream]int64{}}
	for _, stream := range capture.Streams {
		if len(streams) == 0 || slices.Contains(streams, stream.String()) {
			f.streams = append(f.streams, stream)
		}
	}
	return f
}

// Next calls visit with what was printed since the last call, the first time
// since the run's start, in the order in which it was printed. It reports
// whether the run has ended: then it was the last.
func (f *Following) Next(visit func(Piece) error) (ended bool, err error) {
	folder := f.run.project.folder(f.run.uuid)
	// What is asked first is oldest: a run that had ended by now prints no more.
	ended = !f.goesOn(folder)
	if err := f.readMarks(folder); err != nil {
		return false, err
	}
	m := &merger{visit: visit}
	defer m.close()
	texts := map[capture.Stream]capture.Text{}
	for _, stream := range f.streams {
		if texts[stream], err = f.open(m, folder, stream); err != nil {
			return false, fmt.Errorf("read the %s of the run %s: %w", stream, f.run.Short(), err)
		}
	}
	// The texts of a run that has been sealed may have been put together anew;
	// those that were opened before are as they were written.
	if now := f.run.project.reread(f.run); now.started.Status.Final() {
		return true, f.finish(now, visit)
	}
	return ended, f.hand(m, texts, ended)
}

// goesOn reports whether one of the run's processes lives, or may live on
// another machine.
func (f *Following) goesOn(folder string) bool {
	if _, err := os.Stat(filepath.Join(folder, journalName)); err != nil {
		return false
	}
	status, _ := f.run.project.witness().standing(folder)
	return status == Running
}

// readMarks reads on in the run's journals.
func (f *Following) readMarks(folder string) error {
	names, err := filepath.Glob(filepath.Join(folder, journalName, "*.bin"))
	if err != nil {
		return fmt.Errorf("find the journals of the run %s: %w", f.run.Short(), err)
	}
	for _, name := range names {
		if f.journals[name] == nil {
			r, err := journal.Open(name)
			if err != nil {
				continue // it begins, or is being put aside
			}
			f.journals[name] = r
		}
		f.takeMarks(f.journals[name])
	}
	return nil
}

// takeMarks takes the marks of a journal that are new.
func (f *Following) takeMarks(r *journal.Reader) {
	for {
		frame, err := r.Scalars(func(uint32, int64, time.Duration, float64) {})
		if err != nil && !isCorrupt(err) && !errors.Is(err, journal.ErrTorn) {
			return
		}
		if err != nil || frame.Kind != journal.Mark {
			continue
		}
		if m, err := record.DecodeMarkFrame(frame.Payload); err == nil {
			at := r.Header().Start.Add(frame.Time).Sub(f.run.Started())
			f.marks = append(f.marks, Mark{Time: at, Stream: m.Stream, Offset: m.Offset})
		}
	}
}

// open opens a stream where the last call left it, if there is more of it.
func (f *Following) open(m *merger, folder string, stream capture.Stream) (capture.Text, error) {
	text, err := capture.Stored(filepath.Join(folder, outputDir), stream)
	if err != nil || text.Size <= f.done[stream] {
		return text, err
	}
	reader, err := text.Open()
	if errors.Is(err, fs.ErrNotExist) {
		return text, nil // a newer piece took the place of one: the next call finds it
	}
	if err == nil {
		err = m.add(stream, reader, text.Place(f.done[stream]))
	}
	return text, err
}

// hand hands over what was opened, up to the marks. What lies behind the last
// ones is left to the next call where both streams have some, unless that was
// so already: their order is not known yet.
func (f *Following) hand(m *merger, texts map[capture.Stream]capture.Text, all bool) error {
	for _, mark := range f.marks {
		stream := capture.Stream(mark.Stream)
		if err := m.upTo(stream, texts[stream].Place(mark.Offset), mark.Time); err != nil {
			return err
		}
		if m.has(stream) {
			f.done[stream] = max(f.done[stream], min(mark.Offset, texts[stream].Size))
		}
	}
	f.marks = nil
	unclear := 0
	for _, text := range m.texts {
		if f.done[text.stream] < texts[text.stream].Size {
			unclear++
		}
	}
	f.held = unclear > 1 && !f.held && !all
	if f.held {
		return nil
	}
	for _, text := range m.texts {
		f.done[text.stream] = texts[text.stream].Size
	}
	return m.rest()
}

// finish hands over what is left of a run that has been sealed.
func (f *Following) finish(r *Run, visit func(Piece) error) error {
	m := &merger{visit: visit}
	defer m.close()
	for _, stream := range f.streams {
		o, err := r.Output(stream.String())
		if err != nil {
			return err
		}
		if o.Size <= f.done[stream] {
			continue
		}
		reader, err := o.Open()
		if err != nil {
			return err
		}
		if err := m.add(stream, reader, o.place(f.done[stream])); err != nil {
			return err
		}
	}
	marks, err := r.Marks()
	if err != nil {
		return err
	}
	return m.merge(marks)
}

// Close releases what the following holds open.
func (f *Following) Close() error {
	var errs []error
	for _, r := range f.journals {
		errs = append(errs, r.Close())
	}
	f.journals = map[string]*journal.Reader{}
	return oneLine(errs...)
}
