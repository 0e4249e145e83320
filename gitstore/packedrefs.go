package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// packedRefsFile holds the refs that have no file of their own, a line each:
// the object, a space, the name. Lines that begin with # are about the file,
// those that begin with ^ tell what the tag before them stands for.
const packedRefsFile = "packed-refs"

// maxPackedRefs is the size of the largest packed-refs, in bytes.
const maxPackedRefs = 1 << 30

// settled is how old packed-refs must have been when it was read for its time to
// tell it from all later ones: some file systems count time in steps of two
// seconds.
const settled = 3 * time.Second

// packedCache keeps packed-refs as it was read last: a command asks for many
// refs, and one file may hold 100,000.
type packedCache struct {
	mu   sync.Mutex
	info fs.FileInfo // of what was read, nil where that may not be kept
	refs packed
}

// packed is the text of packed-refs. Where its head says that the lines are
// sorted by the names of refs, as git has written it since 2018, a line is found
// without a look at the others.
type packed struct {
	text   string
	sorted bool
}

func newPacked(text string) packed {
	head, _, _ := strings.Cut(text, "\n")
	return packed{text, strings.HasPrefix(head, "# pack-refs with:") && slices.Contains(strings.Fields(head), "sorted")}
}

func (s *Store) packed() (packed, error) {
	c := &s.packedRefs
	if s.repo != nil {
		c = &s.repo.packedRefs
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	file := filepath.Join(s.dir, packedRefsFile)
	if info, err := os.Stat(file); err == nil && c.info != nil && os.SameFile(info, c.info) && sameFileState(info, c.info) {
		return c.refs, nil
	}
	c.info, c.refs = nil, packed{}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return packed{}, nil
	}
	if err != nil {
		return packed{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return packed{}, err
	}
	text, err := readText(f, info.Size())
	if err != nil {
		return packed{}, err
	}
	refs := newPacked(text)
	if time.Since(info.ModTime()) > settled {
		c.info, c.refs = info, refs
	}
	return refs, nil
}

// readText reads a file of about a size.
func readText(f *os.File, size int64) (string, error) {
	var text strings.Builder
	text.Grow(int(min(size, maxPackedRefs)) + 1)
	n, err := io.Copy(&text, io.LimitReader(f, maxPackedRefs+1))
	if err == nil && n > maxPackedRefs {
		err = fmt.Errorf("%q has more than %d bytes: %w", f.Name(), maxPackedRefs, ErrTooLarge)
	}
	return text.String(), err
}

// packedBelow are the refs below a prefix that git pack-refs has written, and
// maybe others.
func (s *Store) packedBelow(prefix string) ([]Ref, error) {
	p, err := s.packed()
	if err != nil {
		return nil, err
	}
	return p.below(prefix), nil
}

func (p packed) below(prefix string) []Ref {
	if p.sorted && strings.HasSuffix(prefix, "/") {
		end := prefix[:len(prefix)-1] + "0" // the byte behind the slash
		return parsePackedRefs(p.text[p.from(prefix):p.from(end)])
	}
	if !strings.Contains(p.text, " "+prefix) { // found out without a look at each line
		return nil
	}
	return parsePackedRefs(p.text)
}

func parsePackedRefs(text string) []Ref {
	refs := make([]Ref, 0, len(text)/64)
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if ref, ok := parsePackedRef(line); ok {
			refs = append(refs, ref)
		}
		text = rest
	}
	return refs
}

func parsePackedRef(line string) (Ref, bool) {
	digits, name, ok := strings.Cut(line, " ")
	h, valid := parseHash(digits)
	return Ref{strings.TrimSuffix(name, "\r"), h}, ok && valid
}

// packedRef is the value of one ref in packed-refs.
func (s *Store) packedRef(name string) (Hash, error) {
	p, err := s.packed()
	if err != nil {
		return Hash{}, err
	}
	h, ok := p.find(name)
	if !ok {
		return Hash{}, fmt.Errorf("the ref %q is %w", name, ErrNotFound)
	}
	return h, nil
}

func (p packed) find(name string) (Hash, bool) {
	if p.sorted {
		line, _, _ := strings.Cut(p.text[p.from(name):], "\n")
		if ref, ok := parsePackedRef(line); ok && ref.Name == name {
			return ref.Hash, true
		}
		return Hash{}, false
	}
	// The last line wins where there are two.
	for end := len(p.text); ; {
		at := strings.LastIndex(p.text[:end], " "+name)
		if at < 0 {
			return Hash{}, false
		}
		start := strings.LastIndexByte(p.text[:at], '\n') + 1
		line, _, _ := strings.Cut(p.text[start:], "\n")
		if ref, ok := parsePackedRef(line); ok && ref.Name == name {
			return ref.Hash, true
		}
		end = at
	}
}

// from is where the first line of sorted ones begins whose ref is not before a
// name.
func (p packed) from(name string) int {
	low, high := strings.IndexByte(p.text, '\n')+1, len(p.text) // behind the head
	for low < high {
		start := p.line(low, low+(high-low)/2)
		end := start + len(firstLine(p.text[start:high]))
		_, ref, _ := strings.Cut(strings.TrimRight(p.text[start:end], "\r\n"), " ")
		for strings.HasPrefix(p.text[end:high], "^") { // what a tag stands for
			end += len(firstLine(p.text[end:high]))
		}
		if ref < name {
			low = end
		} else {
			high = start
		}
	}
	return low
}

// line is where the line of the ref begins that a place is in.
func (p packed) line(low, at int) int {
	for {
		start := low + strings.LastIndexByte(p.text[low:at], '\n') + 1
		if start == low || p.text[start] != '^' {
			return start
		}
		at = start - 1
	}
}

// firstLine is the first line of a text, with its end.
func firstLine(text string) string {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		return text[:end+1]
	}
	return text
}

// withoutRef is packed-refs without one ref and what it peels to.
func withoutRef(packed []byte, name string) []byte {
	var kept []byte
	dropping := false
	for line := range bytes.Lines(packed) {
		text := strings.TrimSuffix(string(line), "\n")
		_, ref, _ := strings.Cut(text, " ")
		switch {
		case dropping && strings.HasPrefix(text, "^"):
		case !strings.HasPrefix(text, "#") && ref == name:
			dropping = true
		default:
			dropping = false
			kept = append(kept, line...)
		}
	}
	return kept
}
