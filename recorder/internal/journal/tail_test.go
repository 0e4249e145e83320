package journal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// logSome appends frames of every form and gives what was appended.
func logSome(rt *rapid.T, w *Writer, n int) (said []string) {
	for i := range n {
		name := fmt.Sprint("s", rapid.IntRange(0, 5).Draw(rt, "scalar"))
		switch rapid.IntRange(0, 3).Draw(rt, "form") {
		case 0:
			w.Append(Parameter, []byte(name))
			said = append(said, "parameter "+name)
		case 1:
			w.Scalar(w.Series(name), float64(i), -1)
			said = append(said, fmt.Sprint(name, " ", float64(i), " ", -1))
		default:
			w.ScalarNamed(name, float64(i), int64(i))
			said = append(said, fmt.Sprint(name, " ", float64(i), " ", i))
		}
	}
	return said
}

// said reads a journal back.
func said(rt *rapid.T, path string) (all []string) {
	r, err := Open(path)
	if err != nil {
		rt.Fatal(err)
	}
	defer r.Close()
	for {
		f, err := r.Next()
		if err != nil {
			return all
		}
		switch f.Kind {
		case Scalar, ScalarWide:
			name, _ := r.Name(f.Series)
			all = append(all, fmt.Sprint(name, " ", f.Value, " ", f.Step))
		case Parameter:
			all = append(all, "parameter "+string(f.Payload))
		case Watch:
			all = append(all, "watch")
		}
	}
}

func endOf(rt *rapid.T, path string) int64 {
	r, err := Open(path)
	if err != nil {
		rt.Fatal(err)
	}
	defer r.Close()
	return r.dataEnd()
}

// A journal that goes on in another run holds there what it held from the
// place on, and all that follows. The tail of the file before is the beginning
// of it, byte for byte, whenever it was made.
func TestGoOn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, run := t.TempDir(), uuid.New()
		w, err := create(filepath.Join(dir, "one"), Header{Run: uuid.New(), PID: os.Getpid()}, rapid.Bool().Draw(rt, "direct"))
		if err != nil {
			rt.Fatal(err)
		}
		var want []string
		if rapid.Bool().Draw(rt, "watches") {
			w.Append(Watch, nil)
			want = append(want, "watch")
		}
		logSome(rt, w, rapid.IntRange(0, 20).Draw(rt, "before"))
		from := endOf(rt, w.Path())
		part := logSome(rt, w, rapid.IntRange(1, 20).Draw(rt, "between"))
		tail := filepath.Join(dir, "early", TailName(run, w.Path()))
		if err := WriteTail(filepath.Join(dir, "early"), run, w.Path(), opening(w.Path()), from); err != nil {
			rt.Fatal(err)
		}
		if got := said(rt, tail); fmt.Sprint(got) != fmt.Sprint(append(want, part...)) {
			rt.Fatalf("the tail holds %v", got)
		}
		part = append(part, logSome(rt, w, rapid.IntRange(1, 20).Draw(rt, "more"))...)
		if rapid.Bool().Draw(rt, "deleted") {
			os.Remove(w.Path())
		}
		old, err := w.GoOn(filepath.Join(dir, "two"), run, from)
		if err != nil {
			rt.Fatal(err)
		}
		if err := WriteTail(filepath.Join(dir, "early"), run, old, opening(old), from); err != nil || filepath.Base(tail) != filepath.Base(w.Path()) {
			rt.Fatal(tail, w.Path(), err)
		}
		part = append(part, logSome(rt, w, 5)...)
		if err := w.Close(); err != nil || w.Err() != nil {
			rt.Fatal(err, w.Err())
		}
		if got := said(rt, w.Path()); fmt.Sprint(got) != fmt.Sprint(append(want, part...)) {
			rt.Fatalf("it went on with %v, want %v", got, append(want, part...))
		}
		beginning, err := os.ReadFile(tail)
		whole, werr := os.ReadFile(w.Path())
		if err != nil || werr != nil || !bytes.HasPrefix(whole, beginning) {
			rt.Fatal("the tail is not the beginning of what it became", err, werr)
		}
		// Made once more, it does not take the place of the longer one.
		if err := WriteTail(filepath.Join(dir, "two"), run, old, opening(old), from); err != nil {
			rt.Fatal(err)
		}
		if again, _ := os.ReadFile(w.Path()); !bytes.Equal(again, whole) {
			rt.Fatal("a shorter tail took the place of a longer one")
		}
	})
}

// Signs of life alone are no reason to go on in another run.
func TestATailOfSignsOfLife(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "one"), Header{Run: uuid.New(), PID: os.Getpid()})
	if err != nil {
		t.Fatal(err)
	}
	w.ScalarNamed("s", 1, 1)
	r, err := Open(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	from := r.dataEnd()
	r.Close()
	w.Append(Heartbeat, nil)
	if err := WriteTail(filepath.Join(dir, "two"), uuid.New(), w.Path(), opening(w.Path()), from); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "two")); len(left) != 0 {
		t.Error("left behind:", left)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func opening(path string) func() (Source, error) {
	return func() (Source, error) { return Open(path) }
}
