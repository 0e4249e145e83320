package capture

import (
	"errors"
	"os"
	"sync"
	"time"
)

// Stream is one of the two that a program prints to.
type Stream uint8

// The streams.
const (
	Stdout Stream = 1
	Stderr Stream = 2
)

// Streams are all of them.
var Streams = [...]Stream{Stdout, Stderr}

// String is the stream's name: stdout or stderr.
func (s Stream) String() string {
	if s == Stderr {
		return "stderr"
	}
	return "stdout"
}

// File is the name of the file that holds a stream's text.
func (s Stream) File() string { return s.String() + ".txt" }

// DefaultLimit is how many bytes of a stream are kept: the first half, and at
// least the last quarter. The end of a run compresses them, at some 100 MB a
// second, and whoever waits for the command waits for that.
const DefaultLimit = 16 << 20

// MaxTail is how many bytes of a stream [Sink.Tail] can give.
const MaxTail = 64 << 10

// Sink keeps the output of a program. All methods are safe for concurrent use.
type Sink struct {
	mu      sync.Mutex
	streams [2]stream
	marks   marks
	closed  bool
}

// OpenSink keeps output below dir, which is made where it is missing, at most
// limit bytes a stream. mark is called, under the sink's lock, when output of
// a stream up to an offset has been written: at least 10 ms apart, or when the
// other stream is written to. It may be nil.
func OpenSink(dir string, limit int64, mark func(Stream, int64)) (*Sink, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Sink{}
	for i, name := range Streams {
		s.streams[i] = stream{dir: dir, name: name, limit: max(limit, minLimit)}
		if _, err := os.Lstat(s.streams[i].path()); err == nil {
			return nil, &os.PathError{Op: "begin", Path: s.streams[i].path(), Err: os.ErrExist}
		}
	}
	s.marks = marks{call: mark, began: time.Now()}
	return s, nil
}

// minLimit leaves each piece a byte.
const minLimit = 4

func (s *Sink) stream(name Stream) *stream { return &s.streams[name-Stdout] }

// Write keeps what was printed on a stream.
func (s *Sink) Write(name Stream, data []byte) {
	if len(data) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.marks.before(name)
	st := s.stream(name)
	st.write(data)
	if s.marks.after(name, st.size) {
		time.AfterFunc(s.marks.gap(), s.Flush)
	}
}

// Flush calls mark for what has been written since the last call.
func (s *Sink) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.marks.flush()
	}
}

// Tail is the last n bytes of a stream, at most [MaxTail].
func (s *Sink) Tail(name Stream, n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream(name).tail.last(n)
}

// Size is how many bytes were written to a stream.
func (s *Sink) Size(name Stream) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream(name).size
}

// Close ends the sink; writes after it do nothing. The error says what could
// not be kept.
func (s *Sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.marks.flush()
	s.closed = true
	var errs []error
	for i := range s.streams {
		errs = append(errs, s.streams[i].close())
	}
	return errors.Join(errs...)
}
