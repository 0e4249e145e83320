package main

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

const (
	// idle is how long the streams of a command that has ended may be silent
	// before nobody waits any more for who still holds them.
	idle = 200 * time.Millisecond
	// atMost bounds how long a process that the command left behind and that
	// never falls silent is waited for. One that leaves no time to wait is
	// listened to for as long, and for as much as a pipe can hold of what the
	// command itself wrote.
	atMost   = 2 * time.Second
	leftover = 1 << 20
	// chunk is how much is read at once, in bytes.
	chunk = 64 << 10
)

// stream carries what a command prints to where it would have gone without
// exprec, and to the record.
type stream struct {
	from   *os.File      // our end of the command's pipe or terminal
	to     *descriptor   // where it goes
	keep   io.Writer     // the record
	lines  *lines        // what is taken from them
	ended  atomic.Int64  // when the command had ended, in ns since 1970
	after  int           // bytes that came later
	waited time.Duration // for them
	done   chan struct{} // closed when nothing more comes
}

func newStream(from *os.File, to *descriptor, keep io.Writer, lines *lines) *stream {
	return &stream{from: from, to: to, keep: keep, lines: lines, done: make(chan struct{})}
}

// carry passes on what comes until its end. The end of our reader is one for
// the command too, as it would be without exprec: it finds its pipe broken.
func (s *stream) carry() {
	defer close(s.done)
	defer s.from.Close()
	defer s.safely(s.close)
	buf := make([]byte, chunk)
	for {
		began := time.Now()
		n, err := s.from.Read(buf)
		took := time.Since(began)
		s.safely(func() { s.record(buf[:n]) })
		if err != nil || s.to.write(buf[:n]) != nil || s.enough(n, took) {
			return
		}
	}
}

func (s *stream) record(b []byte) {
	s.keep.Write(b)
	s.lines.Write(b)
}

// close records what was held back.
func (s *stream) close() {
	if c, ok := s.keep.(io.Closer); ok {
		c.Close()
	}
	s.lines.finish()
}

// safely does something for the record. A fault in it ends what is taken from
// the lines, and nothing else.
func (s *stream) safely(do func()) {
	defer func() {
		if r := recover(); r != nil {
			s.lines.readers = nil
		}
	}()
	do()
}

// enough reports whether the command has ended and what came since is enough;
// else it sees to it that the next read does not wait for longer than idle. The
// last read gave n bytes.
func (s *stream) enough(n int, took time.Duration) bool {
	ended := s.ended.Load()
	if ended == 0 {
		return false
	}
	since := time.Since(time.Unix(0, ended))
	s.limit()
	s.after += n
	s.waited += min(took, since)
	return s.waited > atMost || s.after > leftover && since > atMost
}

// finish waits for the rest of what the command printed before it ended at
// that time.
func (s *stream) finish(at time.Time) {
	s.ended.Store(at.UnixNano())
	s.limit()
	<-s.done
}

// limit bounds the next read.
func (s *stream) limit() {
	err := s.from.SetReadDeadline(time.Now().Add(idle))
	if errors.Is(err, os.ErrNoDeadline) {
		time.AfterFunc(idle, func() { s.from.Close() })
	}
}
