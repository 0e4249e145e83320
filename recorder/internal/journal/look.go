package journal

import (
	"errors"
	"path/filepath"
	"strings"
)

// usualHeader is how much of a journal is read at first for its header.
const usualHeader = 512

// ReadHeader reads the header of a journal. The errors are those of Open.
func ReadHeader(path string) (Header, error) {
	b := make([]byte, usualHeader)
	n, err := peek(path, b)
	if err != nil {
		return Header{}, err
	}
	h, _, _, err := decodeHeader(b[:n])
	if !errors.Is(err, ErrTorn) || n < usualHeader {
		return h, err
	}
	r, err := Open(path)
	if err != nil {
		return Header{}, err
	}
	return r.Header(), r.Close()
}

// The endings of the names of journals: of this package's own form, and of
// JSON Lines, which other languages write.
const (
	Ending      = ".bin"
	LinesEnding = ".jsonl"
)

// IsJournal reports whether a file of this name is a journal.
func IsJournal(name string) bool { return strings.HasSuffix(name, Ending) || IsLines(name) }

// IsLines reports whether a file of this name is a journal of JSON Lines.
func IsLines(name string) bool { return strings.HasSuffix(name, LinesEnding) }

func journalsOf(folder string, names []string) []string {
	var files []string
	for _, name := range names {
		if IsJournal(name) {
			files = append(files, folder+string(filepath.Separator)+name)
		}
	}
	return files
}
