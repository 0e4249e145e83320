package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// packedRefsFile holds the refs that have no file of their own, a line each:
// the object, a space, the name. Lines that begin with # are about the file,
// those that begin with ^ tell what the tag before them stands for.
const packedRefsFile = "packed-refs"

// maxPackedRefs is the size of the largest packed-refs, in bytes.
const maxPackedRefs = 1 << 30

func (s *Store) packedRefsText() (string, error) {
	data, err := readBounded(filepath.Join(s.dir, packedRefsFile), maxPackedRefs)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(data), err
}

// packedRefs are the refs below a prefix that git pack-refs has written.
func (s *Store) packedRefs(prefix string) ([]Ref, error) {
	text, err := s.packedRefsText()
	if !strings.Contains(text, " "+prefix) { // found out without a look at each line
		return nil, err
	}
	return parsePackedRefs(text), err
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
	text, err := s.packedRefsText()
	if err != nil {
		return Hash{}, err
	}
	// The last line wins where there are two.
	for end := len(text); ; {
		at := strings.LastIndex(text[:end], " "+name)
		if at < 0 {
			return Hash{}, fmt.Errorf("the ref %q is %w", name, ErrNotFound)
		}
		start := strings.LastIndexByte(text[:at], '\n') + 1
		line, _, _ := strings.Cut(text[start:], "\n")
		if ref, ok := parsePackedRef(line); ok && ref.Name == name {
			return ref.Hash, nil
		}
		end = at
	}
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
