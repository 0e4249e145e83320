package gitstore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Of sorted lines the same is found as by a look at each of them.
func TestSortedPackedRefs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfDistinct(rapid.StringMatching(`refs/(a|exprec|exprec-x|exprec0)/[a-c-]{1,3}`), rapid.ID[string]).Draw(t, "names")
		slices.Sort(names)
		var text strings.Builder
		text.WriteString(packedHead)
		for i, name := range names {
			fmt.Fprintf(&text, "%040x %s\n", i+1, name)
			if rapid.Bool().Draw(t, "tag") {
				fmt.Fprintf(&text, "^%040x\n", i+1000)
			}
		}
		sorted := newPacked(text.String())
		plain := packed{text: text.String()}
		if !sorted.sorted {
			t.Fatal("not taken for sorted")
		}
		for _, name := range append(names, "refs/", "refs/exprec/", "refs/exprec/aaaa", "refs/z") {
			got, ok := sorted.find(name)
			want, there := plain.find(name)
			if got != want || ok != there {
				t.Fatalf("%s is %v, %v, not %v, %v", name, got, ok, want, there)
			}
		}
		for _, prefix := range []string{"refs/", "refs/a/", "refs/exprec/", "refs/exprec-x/", "refs/none/"} {
			want := slices.DeleteFunc(parsePackedRefs(text.String()), func(r Ref) bool { return !strings.HasPrefix(r.Name, prefix) })
			if got := sorted.below(prefix); !slices.Equal(got, want) {
				t.Fatalf("below %s are %v, not %v", prefix, got, want)
			}
		}
	})
}

// What was read is kept only while the file is as it was.
func TestPackedRefsAreReadAnew(t *testing.T) {
	s := &Store{dir: t.TempDir()}
	file := filepath.Join(s.dir, packedRefsFile)
	write := func(value int, age time.Duration) {
		t.Helper()
		text := fmt.Sprintf("%s%040x refs/exprec/a\n", packedHead, value)
		if err := os.WriteFile(file+".lock", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(file+".lock", at, at); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".lock", file); err != nil {
			t.Fatal(err)
		}
	}
	for i, age := range []time.Duration{time.Hour, time.Hour, 0, 0, time.Minute, -time.Hour, 0} {
		write(i+1, age)
		for range 2 {
			got, err := s.packedRef("refs/exprec/a")
			if want := fmt.Sprintf("%040x", i+1); err != nil || got.String() != want {
				t.Fatalf("after change %d: %s, %v, not %s", i, got, err, want)
			}
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := s.packedRef("refs/exprec/a"); err == nil {
		t.Error("found in a file that is gone")
	}
}

// Many refs in one file are looked up without reading it for each.
func TestManyPackedRefs(t *testing.T) {
	s := &Store{dir: t.TempDir()}
	const refs = 20_000
	var text strings.Builder
	text.WriteString(packedHead)
	for i := range refs {
		fmt.Fprintf(&text, "%040x refs/exprec/%05d\n", i+1, i)
	}
	file := filepath.Join(s.dir, packedRefsFile)
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	objects := testing.AllocsPerRun(100, func() {
		if _, err := s.packedRef("refs/exprec/12345"); err != nil {
			t.Fatal(err)
		}
	})
	if objects > 30 {
		t.Errorf("a look-up makes %v objects", objects)
	}
}
