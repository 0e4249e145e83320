package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression. Its methods are those of [regexp.Regexp],
// safe for concurrent use; the first call of any panics where the expression
// is none.
type Regexp struct {
	compile func() *regexp.Regexp
}

// New gives the expression of a pattern, which is not looked at yet.
func New(pattern string) *Regexp {
	return &Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })}
}

// Match reports whether b holds a match.
func (r *Regexp) Match(b []byte) bool { return r.compile().Match(b) }

// MatchString reports whether s holds a match.
func (r *Regexp) MatchString(s string) bool { return r.compile().MatchString(s) }

// FindStringSubmatch gives the first match in s and those of its groups.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.compile().FindStringSubmatch(s) }

// FindAllStringSubmatchIndex gives where the first n matches in s and those of
// their groups are, all matches for a negative n.
func (r *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return r.compile().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAll gives b with each match replaced.
func (r *Regexp) ReplaceAll(b, with []byte) []byte { return r.compile().ReplaceAll(b, with) }

// ReplaceAllString gives s with each match replaced.
func (r *Regexp) ReplaceAllString(s, with string) string {
	return r.compile().ReplaceAllString(s, with)
}
