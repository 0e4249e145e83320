package diff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"pgregory.net/rapid"
)

// unified is what Lines makes of two texts, in one piece.
func unified(t testing.TB, a, b string) string {
	t.Helper()
	hunks, ok := Lines([]byte(a), []byte(b), time.Second)
	if !ok {
		t.Fatal("texts were refused")
	}
	var s strings.Builder
	for _, h := range hunks {
		s.WriteString(h.String())
	}
	return s.String()
}

func TestLinesIsTheUnifiedFormat(t *testing.T) {
	long := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n"
	for _, c := range []struct{ name, a, b, want string }{
		{"equal", "a\n", "a\n", ""},
		{"empty", "", "", ""},
		{"changed", "a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
		{"added file", "", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		{"removed file", "a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"line feed lost", "a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"},
		{"inserted", long, strings.Replace(long, "8\n", "8\nx\n", 1), "@@ -6,6 +6,7 @@\n 6\n 7\n 8\n+x\n 9\n 10\n 11\n"},
		{"two places", long, strings.Replace(strings.Replace(long, "1\n", "", 1), "16\n", "17\n", 1),
			"@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -13,4 +12,4 @@\n 13\n 14\n 15\n-16\n+17\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := unified(t, c.a, c.b); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// What patch makes of the old text and the hunks is the new text.
func TestPatchAppliesTheHunks(t *testing.T) {
	dir := t.TempDir()
	word := rapid.SampledFrom([]string{"a", "b", "c", "d", "", "é", "\xff"})
	text := rapid.Custom(func(t *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(word, 0, 40).Draw(t, "lines"), "\n")
		if rapid.Bool().Draw(t, "ended") && s != "" {
			s += "\n"
		}
		return s
	})
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		hunks, _ := Lines([]byte(a), []byte(b), time.Second)
		if got := apply(split([]byte(a)), hunks); got != b {
			t.Fatalf("%q to %q gives %q by %v", a, b, got, hunks)
		}
		if n++; n > 20 || a == b || a == "" || b == "" {
			return
		}
		patch := "--- f\n+++ f\n"
		for _, h := range hunks {
			patch += h.String()
		}
		os.WriteFile(filepath.Join(dir, "f"), []byte(a), 0o600)
		cmd := exec.Command("git", "apply", "--unsafe-paths", "-p0", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git apply: %v: %s\n%s", err, out, patch)
		}
		if got, _ := os.ReadFile(filepath.Join(dir, "f")); string(got) != b {
			t.Fatalf("git made %q of %q, want %q", got, a, b)
		}
	})
}

// apply replays hunks over the lines of the old text.
func apply(old []string, hunks []Hunk) string {
	var b strings.Builder
	at := 0
	for _, h := range hunks {
		start := h.AStart
		if h.ALines > 0 {
			start--
		}
		for ; at < start; at++ {
			b.WriteString(old[at])
		}
		for _, l := range h.Lines {
			if l.Op != '-' {
				b.WriteString(l.Text)
				if !l.Open {
					b.WriteByte('\n')
				}
			}
			if l.Op != '+' {
				at++
			}
		}
	}
	return b.String() + strings.Join(old[at:], "")
}

func TestLinesIsBounded(t *testing.T) {
	if _, ok := Lines(bytes.Repeat([]byte("a\n"), maxLines), nil, time.Second); ok {
		t.Error("a text of too many lines was compared")
	}
	var a, b strings.Builder
	for i := range maxLines - 1 {
		fmt.Fprintln(&a, i)
		fmt.Fprintln(&b, -i*7)
	}
	start := time.Now()
	hunks, ok := Lines([]byte(a.String()), []byte(b.String()), 200*time.Millisecond)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("two texts without a common line took %v", took)
	}
	if !ok || apply(split([]byte(a.String())), hunks) != b.String() {
		t.Error("the result at the limit is wrong")
	}
}

func TestBinary(t *testing.T) {
	if Binary([]byte("text\nwith é\xff")) || !Binary([]byte("a\x00b")) || Binary(nil) {
		t.Error("text and binary are mixed up")
	}
}

// forest holds trees by hash and counts how many were read.
type forest struct {
	trees map[plumbing.Hash][]Entry
	reads int
}

func (f *forest) Tree(h plumbing.Hash) ([]Entry, error) {
	f.reads++
	if entries, ok := f.trees[h]; ok {
		return entries, nil
	}
	return nil, errors.New("no such tree")
}

func (f *forest) Blob(plumbing.Hash, int64) ([]byte, error) { return nil, errors.New("unused") }

// add stores a folder; its hash follows from its entries.
func (f *forest) add(entries ...Entry) plumbing.Hash {
	h := plumbing.ComputeHash(plumbing.TreeObject, fmt.Append(nil, entries))
	f.trees[h] = entries
	return h
}

func file(name, content string) Entry {
	return Entry{Name: name, Mode: filemode.Regular, Hash: plumbing.ComputeHash(plumbing.BlobObject, []byte(content))}
}

func folder(name string, h plumbing.Hash) Entry {
	return Entry{Name: name, Mode: filemode.Dir, Hash: h}
}

func TestTrees(t *testing.T) {
	f := &forest{trees: map[plumbing.Hash][]Entry{}}
	same := f.add(file("x", "x"), file("y", "y"))
	exec := file("run.sh", "run")
	exec.Mode = filemode.Executable
	a := f.add(folder("same", same), folder("lib", f.add(file("a.go", "1"), file("gone.go", "2"))),
		file("run.sh", "run"), file("old.txt", "move me"), folder("was", f.add(file("dir", "3"))))
	b := f.add(folder("same", same), folder("lib", f.add(file("a.go", "changed"), file("new.go", "4"))),
		exec, folder("deep", f.add(file("new.txt", "move me"))), file("was", "a file now"))
	changes, more, err := Trees(t.Context(), Side{f, a}, Side{f, b}, 100)
	if err != nil || more != 0 {
		t.Fatal(more, err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprintf("%s<%s %t %t", c.Path, c.From, c.A.Hash.IsZero(), c.B.Hash.IsZero()))
	}
	want := []string{
		"deep/new.txt<old.txt false false", "lib/a.go< false false", "lib/gone.go< false true", "lib/new.go< true false",
		"run.sh< false false", "was< true false", "was/dir< false true",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestEqualSubtreesAreNotRead(t *testing.T) {
	f := &forest{trees: map[plumbing.Hash][]Entry{}}
	unread := plumbing.NewHash("1111111111111111111111111111111111111111")
	a := f.add(folder("big", unread), file("a", "1"))
	b := f.add(folder("big", unread), file("a", "2"))
	changes, _, err := Trees(t.Context(), Side{f, a}, Side{f, b}, 10)
	if err != nil || len(changes) != 1 || f.reads != 2 {
		t.Error(changes, f.reads, err)
	}
	changes, _, err = Trees(t.Context(), Side{f, a}, Side{f, a}, 10)
	if err != nil || len(changes) != 0 || f.reads != 2 {
		t.Error("equal trees were read", changes, f.reads, err)
	}
}

func TestTreesAreBounded(t *testing.T) {
	f := &forest{trees: map[plumbing.Hash][]Entry{}}
	bomb := f.add(file("a", "1"))
	for range 12 { // 10^12 files in a dozen small objects
		var entries []Entry
		for i := range 10 {
			entries = append(entries, folder(fmt.Sprint(i), bomb))
		}
		bomb = f.add(entries...)
	}
	if _, _, err := Trees(t.Context(), Side{f, bomb}, Side{f, plumbing.ZeroHash}, 10); !errors.Is(err, ErrTooLarge) {
		t.Error("a tree bomb gives", err)
	}
	var many []Entry
	for i := range 100 {
		many = append(many, file(fmt.Sprintf("%03d", i), fmt.Sprint(i)))
	}
	changes, more, err := Trees(t.Context(), Side{f, plumbing.ZeroHash}, Side{f, f.add(many...)}, 10)
	if err != nil || len(changes) != 10 || more != 90 || changes[9].Path != "009" {
		t.Error(len(changes), more, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Trees(ctx, Side{f, bomb}, Side{f, plumbing.ZeroHash}, 10); !errors.Is(err, context.Canceled) {
		t.Error("a cancelled comparison gives", err)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\n"), []byte("b\nc"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		hunks, ok := Lines(a, b, 100*time.Millisecond)
		if ok && apply(split(a), hunks) != string(b) {
			t.Errorf("%q to %q gives %v", a, b, hunks)
		}
	})
}
