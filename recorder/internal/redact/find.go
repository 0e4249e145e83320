package redact

import (
	"bytes"
	"cmp"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Secret is something in a text that looks like a secret. It does not hold the
// secret itself.
type Secret struct {
	Kind string // such as "GitHub token"
	Line int    // from 1
}

// longest is how many bytes a secret can take: what a block leaves for the next
// one, so that none is cut in two.
const longest = 4096

// blockSize is how many bytes are looked at at once.
const blockSize = 256 << 10

// FindSecrets looks for secrets in a text of any length: keys of known
// services, private keys, and passwords in URLs; at most limit of them, each
// kind once a line. It takes at most 300 kB of memory. An error of r ends the
// text.
func FindSecrets(r io.Reader, limit int) []Secret {
	s := scanner{limit: limit, searches: searches()}
	block := make([]byte, 0, roomFor(r))
	context := 0 // bytes at the begin of the block that were looked at already
	for len(s.found) < limit {
		n, err := io.ReadFull(r, block[len(block):cap(block)])
		block = block[:len(block)+n]
		until := len(block)
		if err == nil {
			until -= longest
		}
		s.scan(block, context, until)
		if err != nil {
			break
		}
		context = min(1, until)
		block = block[:copy(block, block[until-context:])]
	}
	return s.found
}

// roomFor is how much of a text is held at once: all of a short one that is in
// memory already, for words by the thousand are looked at one by one.
func roomFor(r io.Reader) int {
	left := blockSize
	switch r := r.(type) {
	case *strings.Reader:
		left = r.Len()
	case *bytes.Reader:
		left = r.Len()
	}
	if left < blockSize {
		return left + 1 // so that its end is met
	}
	return blockSize + longest + 1
}

// search is how one kind is found: by its markers, then by its pattern.
type search struct {
	kind    string
	markers [][]byte
	pattern func() *regexp.Regexp // compiled when a marker is met
	word    bool
	scheme  bool                                            // a letter or digit must stand before it
	quick   func(text []byte) bool                          // says fast that a text does not match; may be nil
	real    func(match []byte, pattern *regexp.Regexp) bool // whether a match counts; may be nil
}

// searches are those for all kinds. They are the same for every text, and many
// texts are a word.
var searches = sync.OnceValue(func() []search {
	var all []search
	for _, k := range kinds {
		s := search{kind: k.name, pattern: anchored(k.pattern), word: k.word, quick: k.quick}
		for _, marker := range k.markers {
			s.markers = append(s.markers, []byte(marker))
		}
		all = append(all, s)
	}
	return append(all, search{
		kind: "password in a URL", markers: [][]byte{[]byte("://")}, pattern: anchored(passwordInURL), scheme: true, quick: hasUser, real: realPassword,
	})
})

func anchored(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^" + pattern) })
}

// hasUser reports whether a URL, from behind its scheme on, has an @ before
// its path: most have none.
func hasUser(text []byte) bool {
	for _, c := range text[len("://"):] {
		switch c {
		case '@':
			return true
		case '/', ' ', '\n', '"', '\'':
			return false
		}
	}
	return false
}

// placeholder matches what stands for a password in examples and where one was
// masked already.
var placeholder = regexp.MustCompile(`^(?i:[*x.]+|\[masked\]|pass|passwd|password|pw|secret|token|[$%{].*)$`)

func realPassword(match []byte, pattern *regexp.Regexp) bool {
	return !placeholder.Match(pattern.FindSubmatch(match)[1])
}

// scanner looks through a text block by block.
type scanner struct {
	limit    int
	searches []search
	lines    int // line feeds before what is looked at
	found    []Secret
}

type hit struct {
	at   int
	kind string
}

// scan looks for secrets that begin in block[from:until].
func (s *scanner) scan(block []byte, from, until int) {
	var hits []hit
	for _, search := range s.searches {
		for _, marker := range search.markers {
			hits = search.hits(hits, marker, block, from, until)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.at, b.at) })
	counted := from
	for _, h := range hits {
		s.lines += bytes.Count(block[counted:h.at], newline)
		counted = h.at
		secret := Secret{Kind: h.kind, Line: s.lines + 1}
		if len(s.found) < s.limit && !slices.Contains(s.found, secret) {
			s.found = append(s.found, secret)
		}
	}
	s.lines += bytes.Count(block[counted:until], newline)
}

var newline = []byte("\n")

// hits adds the places in block[from:until] where a marker begins a secret.
func (s search) hits(hits []hit, marker, block []byte, from, until int) []hit {
	for at := from; at < until; at += len(marker) {
		next := bytes.Index(block[at:], marker)
		if next < 0 || at+next >= until {
			return hits
		}
		at += next
		if s.matches(block, at) {
			hits = append(hits, hit{at, s.kind})
		}
	}
	return hits
}

func (s search) matches(block []byte, at int) bool {
	if s.word && at > 0 && inWord(block[at-1]) {
		return false
	}
	if s.scheme && (at == 0 || !inWord(block[at-1]) || block[at-1] == '-' || block[at-1] == '_') {
		return false
	}
	text := block[at:min(len(block), at+longest)]
	if s.quick != nil && !s.quick(text) {
		return false
	}
	pattern := s.pattern()
	match := pattern.Find(text)
	return match != nil && (s.real == nil || s.real(match, pattern))
}

func inWord(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
