package gitstore

import (
	"bytes"
	"strings"
)

// maxPatternFile bounds the ignore and attribute files that are read, in
// bytes; git refuses larger ones as well.
const maxPatternFile = 100 << 20

// A pathPattern is one pattern of an ignore or attribute file. A pattern with
// a slash in it belongs to the folder of its file, one without matches the
// last segment of a path at any depth.
type pathPattern struct {
	negative   bool
	folderOnly bool
	baseName   bool   // no slash: only the last segment is compared
	literal    string // what stands before the first wildcard
	suffix     string // of "*literal" patterns, the common case
	glob       *glob  // of the rest; nil: the literal is all
	fold       bool
}

// parsePathPattern reads one pattern, already free of its line end and
// trailing blanks.
func parsePathPattern(text string, fold bool) pathPattern {
	p := pathPattern{fold: fold}
	if strings.HasPrefix(text, "!") {
		p.negative, text = true, text[1:]
	}
	if strings.HasSuffix(text, "/") {
		p.folderOnly, text = true, text[:len(text)-1]
	}
	p.baseName = !strings.Contains(text, "/")
	text = strings.TrimPrefix(text, "/")
	wild := strings.IndexAny(text, `*?[\`)
	if wild < 0 {
		p.literal = text
		return p
	}
	if p.baseName {
		if wild == 0 && text[0] == '*' && len(text) > 1 && !strings.ContainsAny(text[1:], `*?[\`) {
			p.suffix = text[1:]
		}
		wild = 0
	}
	p.literal, p.glob = text[:wild], compileGlob(text[wild:], fold)
	return p
}

// matches reports whether the pattern fits a path. relative is the path as
// seen from the folder of the pattern's file, base its last segment.
func (p *pathPattern) matches(relative, base string, isFolder bool) bool {
	if p.folderOnly && !isFolder {
		return false
	}
	text := relative
	if p.baseName {
		text = base
	}
	if p.suffix != "" {
		return len(text) >= len(p.suffix) && p.same(text[len(text)-len(p.suffix):], p.suffix)
	}
	if p.glob == nil {
		return len(text) == len(p.literal) && p.same(text, p.literal)
	}
	if len(text) < len(p.literal) || !p.same(text[:len(p.literal)], p.literal) {
		return false
	}
	return p.glob.match(text[len(p.literal):])
}

func (p *pathPattern) same(a, b string) bool {
	if !p.fold {
		return a == b
	}
	for i := range len(a) {
		if lowerByte(a[i]) != lowerByte(b[i]) {
			return false
		}
	}
	return true
}

// patternLines gives the lines of an ignore or attribute file: without a byte
// order mark, each one without its line end.
func patternLines(data []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		text := string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
		for text != "" {
			line, rest, _ := strings.Cut(text, "\n")
			text = rest
			line = strings.TrimSuffix(line, "\r")
			if nul := strings.IndexByte(line, 0); nul >= 0 {
				line = line[:nul]
			}
			if !yield(line) {
				return
			}
		}
	}
}
