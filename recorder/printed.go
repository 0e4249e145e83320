package recorder

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
)

// Piece is a part of what a program printed on one stream.
type Piece struct {
	Stream string        // "stdout" or "stderr"
	Time   time.Duration // by when it had been printed, since the run's start; negative where that is not known
	Text   []byte        // valid until visit returns
}

// Printed calls visit with what is kept of the streams that are named, of both
// where none is, in the order in which it was printed. With a last above 0 it
// begins so many bytes before the end of each text. An error of visit ends it.
func (r *Run) Printed(last int64, visit func(Piece) error, streams ...string) error {
	return r.printed(func(o Output) int64 {
		if last <= 0 {
			return 0
		}
		return o.Length - last
	}, visit, streams)
}

// PrintedFrom is [Run.Printed] from a place in each text on, the bytes of it that
// come before: whoever keeps an account of what it was given goes on from there.
// A place beyond the end is the end.
func (r *Run) PrintedFrom(stdout, stderr int64, visit func(Piece) error, streams ...string) error {
	return r.printed(func(o Output) int64 {
		if o.Stream == capture.Stdout.String() {
			return stdout
		}
		return stderr
	}, visit, streams)
}

// printed hands over texts from the places in them that begin gives.
func (r *Run) printed(begin func(Output) int64, visit func(Piece) error, streams []string) error {
	marks, err := r.Marks()
	if err != nil {
		return err
	}
	m := &merger{visit: visit}
	defer m.close()
	for _, stream := range capture.Streams {
		if len(streams) > 0 && !slices.Contains(streams, stream.String()) {
			continue
		}
		if err := m.open(r, stream, begin); err != nil {
			return err
		}
	}
	return m.merge(marks)
}

// merger reads the texts of the streams side by side.
type merger struct {
	visit func(Piece) error
	texts []*mergedText
	chunk []byte
}

type mergedText struct {
	stream capture.Stream
	reader io.ReadCloser
	at     int64 // read so far
}

// timeUnknown is the time of a piece that no mark tells of.
const timeUnknown = -1

func (m *merger) open(r *Run, stream capture.Stream, begin func(Output) int64) error {
	o, err := r.Output(stream.String())
	if err != nil {
		return err
	}
	reader, err := o.Open()
	if err != nil {
		return err
	}
	return m.add(stream, reader, min(max(0, begin(o)), o.Length))
}

// add takes a text from a place in it on.
func (m *merger) add(stream capture.Stream, reader io.ReadCloser, begin int64) error {
	m.texts = append(m.texts, &mergedText{stream: stream, reader: reader, at: begin})
	_, err := io.CopyN(io.Discard, reader, begin)
	if errors.Is(err, io.EOF) {
		return nil // it is shorter than it was said to be: there is nothing more
	}
	return err
}

// has reports whether a stream is among the texts.
func (m *merger) has(stream capture.Stream) bool {
	return slices.ContainsFunc(m.texts, func(t *mergedText) bool { return t.stream == stream })
}

// merge hands over the texts in the order of marks in them, then what no mark
// tells of.
func (m *merger) merge(marks []Mark) error {
	for _, mark := range marks {
		if err := m.upTo(capture.Stream(mark.Stream), mark.Offset, mark.Time); err != nil {
			return err
		}
	}
	return m.rest()
}

// upTo hands over the text of a stream up to an offset.
func (m *merger) upTo(stream capture.Stream, offset int64, at time.Duration) error {
	for _, text := range m.texts {
		if text.stream == stream {
			return m.hand(text, offset-text.at, at)
		}
	}
	return nil
}

// rest hands over what no mark tells of, first of one stream and then of the
// other.
func (m *merger) rest() error {
	for _, text := range m.texts {
		for before := int64(-1); before != text.at; {
			before = text.at
			if err := m.hand(text, mergedChunk, timeUnknown); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergedChunk is how much is read at once, in bytes.
const mergedChunk = 64 << 10

// hand hands over the next n bytes of a text, or what there is of them.
func (m *merger) hand(text *mergedText, n int64, at time.Duration) error {
	if m.chunk == nil {
		m.chunk = make([]byte, mergedChunk)
	}
	for n > 0 {
		got, err := io.ReadFull(text.reader, m.chunk[:min(n, mergedChunk)])
		n, text.at = n-int64(got), text.at+int64(got)
		if got > 0 {
			if err := m.visit(Piece{Stream: text.stream.String(), Time: at, Text: m.chunk[:got]}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) close() {
	for _, text := range m.texts {
		text.reader.Close()
	}
}
