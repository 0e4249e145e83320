package capture

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func read(t interface {
	Helper()
	Fatal(...any)
}, dir string, name Stream) (Text, []byte) {
	t.Helper()
	text, err := Stored(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := text.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text, data
}

// Whatever is written in whatever portions: what is kept is the head, a line
// for what is missing, and the tail, and the disk holds no more than the limit.
func TestSinkKeepsHeadAndTail(t *testing.T) {
	root := t.TempDir()
	var round int
	rapid.Check(t, func(t *rapid.T) {
		round++
		dir := filepath.Join(root, fmt.Sprint(round))
		limit := rapid.Int64Range(4, 300).Draw(t, "limit")
		s, err := OpenSink(dir, limit, nil)
		if err != nil {
			t.Fatal(err)
		}
		var all [3][]byte
		for range rapid.IntRange(0, 30).Draw(t, "writes") {
			name := rapid.SampledFrom(Streams[:]).Draw(t, "stream")
			data := rapid.SliceOfN(rapid.Byte(), 0, 120).Draw(t, "data")
			s.Write(name, data)
			all[name] = append(all[name], data...)
			checkText(t, dir, name, all[name], limit)
			if got, want := s.Tail(name, 50), all[name][max(0, len(all[name])-50):]; !bytes.Equal(got, want) {
				t.Fatalf("tail %q, want %q", got, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, name := range Streams {
			checkText(t, dir, name, all[name], limit)
		}
	})
}

func checkText(t *rapid.T, dir string, name Stream, all []byte, limit int64) {
	text, got := read(t, dir, name)
	var onDisk int64
	for _, p := range text.pieces {
		onDisk += p.size
	}
	if onDisk > limit {
		t.Fatalf("%d bytes on disk, the limit is %d", onDisk, limit)
	}
	if text.Size != int64(len(all)) || text.Length() != int64(len(got)) {
		t.Fatalf("size %d of %d, length %d of %d", text.Size, len(all), text.Length(), len(got))
	}
	want := all
	if text.Cut > 0 {
		if text.CutAt != limit/2 {
			t.Fatalf("cut at %d, the first half ends at %d", text.CutAt, limit/2)
		}
		if kept := text.Size - text.CutAt - text.Cut; kept < limit/4 {
			t.Fatalf("%d bytes of the end are kept, want %d", kept, limit/4)
		}
		want = slices.Concat(all[:text.CutAt], []byte(line(text.Cut)), all[text.CutAt+text.Cut:])
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("text %q, want %q", got, want)
	}
	for at, b := range all {
		missing := int64(at) >= text.CutAt && int64(at) < text.CutAt+text.Cut
		if place := text.Place(int64(at)); !missing && got[place] != b {
			t.Fatalf("byte %d is looked for at %d, where another is", at, place)
		}
	}
}

// Marks come in the order of the writes, tell of everything, and not of each
// of many small writes.
func TestSinkMarks(t *testing.T) {
	type mark struct {
		name Stream
		at   int64
	}
	var got []mark
	s, err := OpenSink(t.TempDir(), DefaultLimit, func(name Stream, at int64) { got = append(got, mark{name, at}) })
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		s.Write(Stdout, []byte("x"))
	}
	s.Write(Stderr, []byte("err"))
	s.Write(Stdout, []byte("y"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(got) > 300 {
		t.Errorf("%d marks of 1000 writes", len(got))
	}
	end := got[len(got)-3:]
	if want := []mark{{Stdout, 1000}, {Stderr, 3}, {Stdout, 1001}}; !slices.Equal(end, want) {
		t.Errorf("the last marks are %v, want %v", end, want)
	}
}

// What is written just after a mark is marked soon, not when more comes.
func TestSinkMarksInTime(t *testing.T) {
	marked := make(chan int64, 10)
	s, err := OpenSink(t.TempDir(), DefaultLimit, func(_ Stream, at int64) { marked <- at })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Write(Stdout, []byte("a"))
	s.Write(Stdout, []byte("b"))
	for deadline := time.After(30 * time.Second); ; {
		select {
		case at := <-marked:
			if at == 2 {
				return
			}
		case <-deadline:
			t.Fatal("the second write was not marked")
		}
	}
}

// Two streams that alternate for ever make a bounded number of marks, and the
// last of them is told.
func TestSinkMarksAreBounded(t *testing.T) {
	m := marks{began: time.Now()}
	var calls int
	last := map[Stream]int64{}
	m.call = func(name Stream, at int64) { calls++; last[name] = at }
	for i := range int64(maxChanges * 2) {
		name := Streams[i%2]
		m.before(name)
		m.after(name, i)
	}
	m.flush()
	if calls > maxChanges+maxChanges/4 {
		t.Errorf("%d marks", calls)
	}
	if last[Stdout] != maxChanges*2-2 || last[Stderr] != maxChanges*2-1 {
		t.Errorf("the last marks are %v", last)
	}
}

// Output that is there already is not written over.
func TestSinkRefusesOtherOutput(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stderr.txt"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSink(dir, DefaultLimit, nil); err == nil {
		t.Error("the sink began over other output")
	}
}

// Names that are none of a piece's are passed over.
func TestStoredIgnoresOtherFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"stdout.txt.from-", "stdout.txt.from-x", "stdout.txt.from--1", "stdout.txt.from-01", "stdout.txt~", ".new-stdout", "marks.msgpack", "stdout.txt.from-99999999999999999999"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("no"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "stdout.txt"), []byte("yes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, data := read(t, dir, Stdout); string(data) != "yes" || text.Cut != 0 {
		t.Errorf("text %+v: %q", text, data)
	}
}

// A file that somebody wrote without a limit has one in the record.
func TestBounded(t *testing.T) {
	dir := t.TempDir()
	var all []byte
	for i := range 100 {
		all = fmt.Appendf(all, "line %d\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "stdout.txt"), all, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := Stored(dir, Stdout)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{4, 99, 100, int64(len(all)) - 1, int64(len(all)), 1 << 40} {
		bounded := text.Bounded(limit)
		r, err := bounded.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		want := all
		if half := limit / 2; limit < int64(len(all)) {
			want = slices.Concat(all[:half], []byte(line(int64(len(all))-2*half)), all[int64(len(all))-half:])
		}
		if err != nil || !bytes.Equal(got, want) || bounded.Size != int64(len(all)) || bounded.Length() != int64(len(got)) {
			t.Errorf("limit %d: %+v, %q, %v", limit, bounded, got, err)
		}
	}
}
