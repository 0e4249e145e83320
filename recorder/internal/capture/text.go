package capture

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// pieceMark stands between the name of a head and where a piece begins.
const pieceMark = ".from-"

// Text is what is kept of a stream: its head, and pieces from further on. In
// place of what is missing between them stands a line that says how much.
type Text struct {
	Size  int64 // bytes that were written
	CutAt int64 // where the first missing byte was
	Cut   int64 // how many bytes are missing

	pieces []piece
}

// piece is a file that holds a part of a stream.
type piece struct {
	path string
	at   int64 // in the stream
	size int64
	gap  int64 // bytes missing before it
	from int64 // where in the file
}

// Stored finds what is kept of a stream in dir, also while it is written. A
// stream that nothing was written to has an empty text.
func Stored(dir string, name Stream) (Text, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Text{}, err
	}
	var pieces []piece
	for _, entry := range entries {
		at, ok := pieceOf(entry.Name(), name)
		if !ok {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // a newer piece took its place
		}
		if err != nil {
			return Text{}, err
		}
		if info.Mode().IsRegular() {
			pieces = append(pieces, piece{path: filepath.Join(dir, entry.Name()), at: at, size: info.Size()})
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	return join(pieces), nil
}

// pieceOf tells where in the stream a file begins.
func pieceOf(file string, name Stream) (at int64, ok bool) {
	if file == name.File() {
		return 0, true
	}
	rest, ok := strings.CutPrefix(file, name.File()+pieceMark)
	if !ok {
		return 0, false
	}
	at, err := strconv.ParseInt(rest, 10, 64)
	return at, err == nil && at >= 0 && strconv.FormatInt(at, 10) == rest
}

// join finds the gaps. A piece that another one overlaps, which nothing here
// writes, is kept to where the next begins.
func join(pieces []piece) Text {
	var t Text
	for i, p := range pieces {
		if i+1 < len(pieces) {
			p.size = min(p.size, pieces[i+1].at-p.at)
		}
		if p.gap = p.at - t.Size; p.gap > 0 {
			if t.Cut == 0 {
				t.CutAt = t.Size
			}
			t.Cut += p.gap
		}
		t.Size = p.at + p.size
		t.pieces = append(t.pieces, p)
	}
	return t
}

// Bounded is the text with its head and its tail alone, where it is one file of
// more than limit bytes: what wrote it knew no limit.
func (t Text) Bounded(limit int64) Text {
	if len(t.pieces) != 1 || t.Size-t.Cut <= limit || limit < minLimit {
		return t
	}
	head, tail := t.pieces[0], t.pieces[0]
	head.size = limit / 2
	tail.from = tail.size - limit/2
	tail.at, tail.size = tail.at+tail.from, limit/2
	return join([]piece{head, tail})
}

// line stands in a text where n bytes are missing.
func line(n int64) string {
	return fmt.Sprintf("\n[exprec: %s left out here]\n", humanize.Bytes(uint64(n)))
}

// Files are the files that the text is made of, the head first.
func (t Text) Files() []string {
	var names []string
	for _, p := range t.pieces {
		names = append(names, p.path)
	}
	return names
}

// Length is how many bytes the text has, with its lines.
func (t Text) Length() int64 { return t.Place(t.Size) }

// Place is where in the text the byte at an offset of the stream is; for a
// missing one it is behind the line that stands for it.
func (t Text) Place(offset int64) int64 {
	var place int64
	for _, p := range t.pieces {
		if p.gap > 0 {
			if offset <= p.at-p.gap {
				return place
			}
			place += int64(len(line(p.gap)))
		}
		if offset <= p.at+p.size {
			return place + max(0, offset-p.at)
		}
		place += p.size
	}
	return place
}

// Open reads the text as it was when it was found. While it is written a piece
// may have gone since: the error is then [fs.ErrNotExist], and the text is to
// be found again.
func (t Text) Open() (io.ReadCloser, error) {
	r := &textReader{}
	var parts []io.Reader
	for _, p := range t.pieces {
		f, err := os.Open(p.path)
		if err != nil {
			r.Close()
			return nil, err
		}
		r.files = append(r.files, f)
		if p.gap > 0 {
			parts = append(parts, strings.NewReader(line(p.gap)))
		}
		parts = append(parts, io.NewSectionReader(f, p.from, p.size))
	}
	r.Reader = io.MultiReader(parts...)
	return r, nil
}

// textReader reads the files of a text one after the other.
type textReader struct {
	io.Reader
	files []*os.File
}

func (r *textReader) Close() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.Close())
	}
	r.files = nil
	return errors.Join(errs...)
}
