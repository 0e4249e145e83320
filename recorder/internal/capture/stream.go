package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"
)

// patience is the time between two tries to find room on a full disk.
const patience = time.Second

// keptTails is how many pieces behind the head there are at most.
const keptTails = 2

// stream writes one stream's head and pieces.
type stream struct {
	dir   string
	name  Stream
	limit int64

	size  int64    // bytes that were written
	file  *os.File // the head or the piece that is written to, nil before the first and after a failure
	room  int64    // bytes that it still takes
	tails []string // the pieces, the oldest first
	begun bool     // there is a head, or there was to be one

	lost  int64 // bytes that could not be kept
	err   error // why the first of them could not
	retry time.Time
	tail  ring
}

func (s *stream) path() string { return filepath.Join(s.dir, s.name.File()) }

// piecePath is the piece that begins at an offset.
func (s *stream) piecePath(offset int64) string {
	return s.path() + pieceMark + strconv.FormatInt(offset, 10)
}

// write keeps data. What finds no room is counted.
func (s *stream) write(data []byte) {
	s.tail.add(data)
	for len(data) > 0 {
		n, err := s.put(data)
		s.size += int64(n)
		data = data[n:]
		if err != nil {
			s.lose(int64(len(data)), err)
			return
		}
	}
}

// errWaiting: the disk was full a moment ago.
var errWaiting = errors.New("the disk was full")

// put writes as much as the present piece takes.
func (s *stream) put(data []byte) (int, error) {
	if s.file == nil || s.room == 0 {
		if s.err != nil && time.Now().Before(s.retry) {
			return 0, errWaiting
		}
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n, err := s.file.Write(data[:min(int64(len(data)), s.room)])
	s.room -= int64(n)
	return n, err
}

// next begins the head, or a piece at the present offset. The oldest piece
// makes room for a third one.
func (s *stream) next() error {
	s.leave()
	name, room := s.path(), s.limit/2
	if s.begun {
		name, room = s.piecePath(s.size), s.limit/4
		for len(s.tails) >= keptTails {
			if err := os.Remove(s.tails[0]); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			s.tails = s.tails[1:]
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if s.begun {
		s.tails = append(s.tails, name)
	}
	s.file, s.room, s.begun = f, room, true
	return nil
}

// lose counts n bytes that could not be kept. What comes when there is room
// again begins a piece: a hole ends the one that was written to.
func (s *stream) lose(n int64, err error) {
	s.size += n
	s.lost += n
	if s.err == nil {
		s.err = err
	}
	if !errors.Is(err, errWaiting) {
		s.retry = time.Now().Add(patience)
	}
	s.leave()
	s.begun = true
}

// leave closes the present piece. That fails only where a write did before.
func (s *stream) leave() {
	if s.file != nil {
		s.file.Close()
		s.file, s.room = nil, 0
	}
}

// close ends the stream. Where the end was lost an empty piece tells how long
// the stream was.
func (s *stream) close() error {
	if s.lost > 0 && s.file == nil {
		_ = s.next() // on a disk that is still full the length is lost too
	}
	s.leave()
	if s.err == nil {
		return nil
	}
	return fmt.Errorf("%s of the program's %s could not be kept: %w", humanize.Bytes(uint64(s.lost)), s.name, s.err)
}
