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

func journalsOf(folder string, names []string) []string {
	var files []string
	for _, name := range names {
		if strings.HasSuffix(name, ".bin") {
			files = append(files, folder+string(filepath.Separator)+name)
		}
	}
	return files
}
