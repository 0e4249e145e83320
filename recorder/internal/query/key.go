package query

import (
	"slices"
	"strings"
)

// Space is where a key's name is looked up.
type Space uint8

// The spaces of keys. A name alone is a built-in, else Any: in each row the
// parameter of that name, else the scalar, else the result.
const (
	Any     Space = iota
	BuiltIn       // status, started, …
	Param         // param.x
	Scalar        // scalar.x or metric.x, min(x): a scalar, else a result
	Result        // result.x
	Content       // has:image, has:file, …
	Changed       // changed: the source files that differ from the run's own commit
)

// Key names a value of a row.
type Key struct {
	Space Space
	Name  string
	Of    string // which value of a scalar: "last", "min", "max", "first", "count", "nan"; empty is the last
}

// functions are the values of a scalar that can be asked for.
var functions = []string{"min", "max", "last", "first", "count", "nan"}

// spaces are the words before the dot.
var spaces = map[string]Space{"param": Param, "scalar": Scalar, "metric": Scalar, "result": Result}

// builtIns are the keys that every run has, by what their values are.
var builtIns = map[string]Kind{
	"id": Text, "label": Text, "name": Text, "title": Text, "alias": Text, "status": Text, "group": Text, "tag": Texts,
	"description": Text, "conclusion": Text, "command": Text, "directory": Text, "host": Text, "user": Text,
	"branch": Text, "commit": Text, "error": Texts, "fingerprint": Text, "signal": Text, "runtime": Text,
	"continues": Text, "rerun": Text, "parent": Texts,
	"started": Time, "ended": Time, "duration": Duration, "size": Size,
	"exit": Number, "rank": Number, "steps": Number,
	"archived": Flag, "dirty": Flag, "recovered": Flag,
	"remote": Missing, "shared": Missing, "fetched": Missing, "author": Missing,
}

// later are the built-in keys that came when names like theirs could be those of
// parameters and scalars already: where a run has one, it counts, and nothing is
// presumed of their kind.
var later = []string{"remote", "shared", "fetched", "author"}

// IsLater reports whether a built-in key yields to a run's own values.
func IsLater(name string) bool { return slices.Contains(later, name) }

// synonyms are other words for built-in keys.
var synonyms = map[string]string{
	"tags": "tag", "start": "started", "end": "ended", "time": "duration", "seconds": "duration", "bytes": "size",
	"exit_code": "exit", "rerun_of": "rerun", "parents": "parent",
}

// contents are what has: and missing: know besides keys.
var contents = []string{"image", "file", "output", "source", "input", "param", "scalar", "result", "package", "note"}

// statuses are the values that status can have.
var statuses = []string{"running", "succeeded", "failed", "stopped", "lost"}

// BuiltIns are the names of the built-in keys, sorted.
func BuiltIns() []string {
	names := make([]string, 0, len(builtIns))
	for name := range builtIns {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Statuses are the values of the key status.
func Statuses() []string { return slices.Clone(statuses) }

// Contents are the words that has: and missing: know besides keys.
func Contents() []string { return slices.Clone(contents) }

// keyOf is the key that a name without a function means.
func keyOf(name string) Key {
	if other, ok := synonyms[name]; ok {
		name = other
	}
	if _, ok := builtIns[name]; ok {
		return Key{Space: BuiltIn, Name: name}
	}
	word, rest, dotted := strings.Cut(name, ".")
	if space, ok := spaces[word]; ok && dotted && rest != "" {
		return Key{Space: space, Name: rest}
	}
	return Key{Name: name}
}

// contentOf is the content that a word of has: means.
func contentOf(word string) (Key, bool) {
	for _, known := range contents {
		if word == known || word == known+"s" {
			return Key{Space: Content, Name: known}, true
		}
	}
	return Key{}, false
}

// Kind is what the values of the key are, as far as the key alone says;
// Missing where it does not.
func (k Key) Kind() Kind {
	switch {
	case k.Space == BuiltIn:
		return builtIns[k.Name]
	case k.Space == Changed:
		return Texts
	case k.Of != "":
		return Number
	}
	return Missing
}

// isID reports whether the values are ids, of which a beginning is enough.
func (k Key) isID() bool {
	return k.Space == BuiltIn && slices.Contains([]string{"id", "commit", "continues", "rerun", "parent", "fingerprint"}, k.Name)
}

// String is the key as a query has it.
func (k Key) String() string {
	if k.Of != "" {
		return k.Of + "(" + quoteIn(k.Name) + ")"
	}
	switch k.Space {
	case Param:
		return quoteKey("param." + k.Name)
	case Scalar:
		return quoteKey("scalar." + k.Name)
	case Result:
		return quoteKey("result." + k.Name)
	case Changed:
		return "changed"
	}
	return quoteKey(k.Name)
}

// Nearest is the name that a key which no row has was perhaps meant to have, of
// those given and of the built-in keys; empty where none is near.
func (k Key) Nearest(names []string) string {
	if k.Space == Any {
		names = append(BuiltIns(), names...)
	}
	near := nearest(k.Name, names)
	if near == "" {
		return ""
	}
	k.Name = near
	return k.String()
}

// nearest is the word that s was perhaps meant to be, empty where none is near.
func nearest(s string, words []string) string {
	best, least := "", 1+min(2, len(s)/2)
	for _, w := range words {
		if d := distance(strings.ToLower(s), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	return best
}

// maxNear is the longest word that is compared, in bytes.
const maxNear = 64

// distance counts the letters to add, drop, change or swap.
func distance(a, b string) int {
	if len(a) > maxNear || len(b) > maxNear {
		return maxNear
	}
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
