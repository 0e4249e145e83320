package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/internal/poll"
)

// journalsIn reads all journals of a folder: how many values each step has.
func journalsIn(t *testing.T, folder string) map[int64]int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.bin"))
	if err != nil {
		t.Fatal(err)
	}
	steps := make(map[int64]int)
	for _, name := range names {
		frames, failures := readDamaged(name)
		for _, err := range failures {
			if !errors.Is(err, ErrTorn) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, f := range frames {
			if f.Kind == Scalar {
				steps[f.Step]++
			}
		}
	}
	return steps
}

// TestAccidents: somebody deletes or cuts the journal of a program that logs.
// The program goes on, and as little as possible is lost.
func TestAccidents(t *testing.T) {
	const before, after = 20_000, 60_000
	accidents := map[string]struct {
		happen func(path string) error
		kept   int64 // steps up to this one must be there
	}{
		"deleted":        {os.Remove, before},
		"folder deleted": {func(path string) error { return os.RemoveAll(filepath.Dir(filepath.Dir(path))) }, before},
		"emptied":        {func(path string) error { return os.Truncate(path, 0) }, 0},
		"cut":            {func(path string) error { return os.Truncate(path, 240_000) }, 9_000},
	}
	for name, accident := range accidents {
		for _, direct := range []bool{false, true} {
			t.Run(name+map[bool]string{false: " mapped", true: " direct"}[direct], func(t *testing.T) {
				w := newWriter(t, direct)
				path := w.Path()
				id := w.Series("loss")
				for i := range int64(before) {
					w.Scalar(id, 1, i)
				}
				if err := accident.happen(path); err != nil {
					t.Fatal(err)
				}
				waitForNotice(t, w, id)
				for i := int64(before); i < after; i++ {
					w.Scalar(id, 1, i)
				}
				err := w.Close()
				steps := journalsIn(t, filepath.Dir(path))
				for i := range accident.kept {
					if steps[i] != 1 {
						t.Fatalf("step %d is there %d times", i, steps[i])
					}
				}
				for i := int64(before); i < after; i++ {
					if steps[i] != 1 {
						t.Fatalf("step %d, logged after the accident, is there %d times", i, steps[i])
					}
				}
				if !errors.Is(w.Err(), ErrDamaged) || w.Dropped() > 0 {
					t.Errorf("Err %v, %d dropped", w.Err(), w.Dropped())
				}
				if lossless := accident.kept == before; lossless != (err == nil) {
					t.Errorf("Close gave %v", err)
				}
			})
		}
	}
}

// waitForNotice logs until the writer has noticed, and has it look at once.
func waitForNotice(t *testing.T, w *Writer, id uint32) {
	t.Helper()
	w.mu.Lock()
	w.look = 0
	w.mu.Unlock()
	poll.Until(t, "the writer notices", func() bool {
		if w.Err() != nil {
			return true
		}
		w.Scalar(id, 1, 1<<30)
		return false
	})
}

// TestFaultAtOnce: memory of a file that was cut is reached before anybody
// looked; the frame goes into the new file.
func TestFaultAtOnce(t *testing.T) {
	w := newWriter(t, false)
	a, b := w.Series("a"), w.Series("b")
	for i := range int64(20_000) {
		w.Scalar(a, 1, i)
	}
	path := w.Path()
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	w.Scalar(b, 42, 7)
	w.Append(Parameter, []byte("lr"))
	if err := w.Close(); !errors.Is(err, ErrDamaged) {
		t.Errorf("Close gave %v, want ErrDamaged", err)
	}
	if w.Path() == path {
		t.Fatal("no new journal was begun")
	}
	frames := readAll(t, w.Path())
	if len(frames) != 4 || string(frames[0].Payload) != "a" || frames[2].Series != b || frames[2].Value != 42 || string(frames[3].Payload) != "lr" {
		t.Errorf("frames %+v", frames)
	}
}

// TestNoFolder: without a place for a journal Create says so.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(file, "journal"), newHeader()); err == nil {
		t.Error("a journal was begun below a file")
	}
}
