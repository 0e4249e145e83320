package recorder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Mark says that the text of a stream (1 stdout, 2 stderr) up to Offset had
// been printed by Time, which counts from the run's start. The marks of a run
// stand in the order in which it printed.
type Mark = record.Mark

// Output is what is kept of what the program printed on a stream: all of it,
// or the beginning and the end with a line between them that says how much was
// left out.
type Output struct {
	Stream string // "stdout" or "stderr"
	Size   int64  // bytes that were printed
	CutAt  int64  // where the first byte was that is missing
	Cut    int64  // how many bytes are missing
	Length int64  // bytes of the text

	place func(offset int64) int64
	open  func(from int64) (io.ReadCloser, error)
}

// Open reads the text.
func (o Output) Open() (io.ReadCloser, error) { return o.From(0) }

// From reads the text from what was printed at offset on: whoever follows a
// run reads the first Size bytes, and later from there. Size says how far.
func (o Output) From(offset int64) (io.ReadCloser, error) {
	if o.open == nil {
		return io.NopCloser(eof{}), nil
	}
	return o.open(o.place(min(max(offset, 0), o.Size)))
}

// eof is a text of which there is none.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Output is what is kept of a stream, "stdout" or "stderr"; it is empty where
// nothing was printed or nothing is kept. That of a run that goes on is what
// there is at the moment of the call. Where another run of the same process
// holds the output, its id is in Info().OutputOf.
func (r *Run) Output(stream string) (Output, error) {
	at := slices.IndexFunc(capture.Streams[:], func(s capture.Stream) bool { return s.String() == stream })
	if at < 0 {
		return Output{}, fmt.Errorf("no stream is called %.40q: there are stdout and stderr", stream)
	}
	return r.content().output(capture.Streams[at])
}

// Marks are when and in which order the program printed; empty where that is
// not known.
func (r *Run) Marks() ([]Mark, error) { return r.content().marks() }

func (s *sealed) output(stream capture.Stream) (Output, error) {
	r, path := s.run, outputDir+"/"+stream.File()
	o := Output{Stream: stream.String()}
	if r.tree.IsZero() {
		return o, r.err
	}
	entry, err := r.lookup(path)
	if errors.Is(err, gitstore.ErrNotFound) {
		return o, nil
	}
	if err == nil {
		o.Length, err = r.store.BlobSize(entry.Hash)
	}
	if err != nil {
		return o, r.damaged(path, err)
	}
	o.Size = o.Length
	outputs := r.started.Outputs
	if at := slices.IndexFunc(outputs, func(known record.Output) bool { return known.Stream == o.Stream }); at >= 0 {
		o.Size, o.CutAt, o.Cut = outputs[at].Size, outputs[at].CutAt, outputs[at].Cut
	}
	o.place = func(offset int64) int64 {
		if offset <= o.CutAt || o.Cut == 0 {
			return min(offset, o.Length)
		}
		return max(0, o.Length-(o.Size-max(offset, o.CutAt+o.Cut)))
	}
	o.open = func(from int64) (io.ReadCloser, error) {
		reader, _, err := r.store.OpenBlob(entry.Hash)
		if err == nil {
			err = skip(reader, from)
		}
		if err != nil {
			return nil, r.damaged(path, err)
		}
		return reader, nil
	}
	return o, nil
}

// skip passes over the first bytes, and closes the reader where that fails.
func skip(r io.ReadCloser, n int64) error {
	if _, err := io.CopyN(io.Discard, r, n); err != nil && !errors.Is(err, io.EOF) {
		return errors.Join(err, r.Close())
	}
	return nil
}

func (s *sealed) marks() ([]Mark, error) {
	data, err := s.read(marksName, maxMarksFile)
	if err != nil || data == nil {
		return nil, err
	}
	marks, err := record.DecodeMarks(data)
	if err != nil {
		return nil, s.run.damaged(marksName, err)
	}
	return marks, nil
}

func (l *live) texts() (map[capture.Stream]capture.Text, error) {
	texts := map[capture.Stream]capture.Text{}
	for _, stream := range capture.Streams {
		text, err := capture.Stored(filepath.Join(l.run.folder, outputDir), stream)
		if err != nil {
			return nil, fmt.Errorf("read the output of the run %s: %w", l.run.Short(), err)
		}
		texts[stream] = text
	}
	return texts, nil
}

func (l *live) output(stream capture.Stream) (Output, error) {
	texts, err := l.texts()
	if err != nil {
		return Output{Stream: stream.String()}, err
	}
	text := texts[stream]
	return Output{
		Stream: stream.String(), Size: text.Size, CutAt: text.CutAt, Cut: text.Cut, Length: text.Length(),
		place: text.Place,
		open:  func(from int64) (io.ReadCloser, error) { return l.openOutput(stream, text, from) },
	}, nil
}

// openOutput opens a text of a run that goes on. Where a piece of it has gone
// since it was found, the text as it is now takes its place: its beginning is
// the same.
func (l *live) openOutput(stream capture.Stream, text capture.Text, from int64) (io.ReadCloser, error) {
	r, err := text.Open()
	for range rereads {
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if text, err = capture.Stored(filepath.Join(l.run.folder, outputDir), stream); err == nil {
			r, err = text.Open()
		}
	}
	if err == nil {
		err = skip(r, from)
	}
	if err != nil {
		return nil, fmt.Errorf("read the %s of the run %s: %w", stream, l.run.Short(), err)
	}
	return r, nil
}

func (l *live) marks() ([]Mark, error) {
	texts, err := l.texts()
	return placeMarks(l.folded.marks, texts), err
}
