package lazy

import (
	"sync"
	"testing"
)

// A pattern is looked at by the first use, also where several come at once.
func TestCompiledWhenUsed(t *testing.T) {
	broken := New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("a pattern that is none was used")
		}
	}()
	word := New(`^(\w+) (\w+)$`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := word.FindStringSubmatch("two words"); len(got) != 3 || got[2] != "words" {
				t.Errorf("found %q", got)
			}
		})
	}
	all.Wait()
	if !word.MatchString("a b") || word.Match([]byte("a")) || word.ReplaceAllString("a b", "$2 $1") != "b a" {
		t.Error("it is not the expression of its pattern")
	}
	broken.MatchString("")
}
