package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestFramesOfAnotherJournal: a frame is valid only in its own file and at its
// own place, so nothing inside a payload or out of another run is taken for one.
func TestFramesOfAnotherJournal(t *testing.T) {
	mine, want := smallJournal(t)
	other, _ := smallJournal(t)
	_, begin, _, err := decodeHeader(mine)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mixed.bin")
	// A run's journal with the frames of another behind its header.
	if err := os.WriteFile(path, append(bytes.Clone(mine[:begin]), other[begin:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	if frames, failures := readDamaged(path); len(frames) > 0 || len(failures) == 0 {
		t.Errorf("frames of another journal were taken: %d, %v", len(frames), failures)
	}
	// A journal that holds a whole copy of itself as a payload, then loses the
	// beginning of that frame: nothing in the copy is taken for a frame.
	w := newWriter(t, false)
	id := w.Series("loss")
	w.Append(Warning, mine)
	at := w.end - frameSize(otherFixed, len(mine))
	w.Scalar(id, 7, 7)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	data[at+5] ^= 0x10
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	frames, failures := readDamaged(path)
	if len(frames) != 2 || frames[1].Value != 7 || len(failures) != 1 {
		t.Errorf("got %d frames, failures %v; want the name and the value behind the damage", len(frames), failures)
	}
	if len(want) == 0 {
		t.Error("the journal was empty")
	}
}

// TestFrameElsewhere: a frame copied to another place of its own file, as when
// a disk writes a block to the wrong place, is not a frame there.
func TestFrameElsewhere(t *testing.T) {
	w := newWriter(t, false)
	id := w.Series("loss")
	begin := w.end
	for i := range int64(10) {
		w.Scalar(id, float64(i), i)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	const size = wordSize + narrowFixed
	copy(data[begin+5*size:begin+6*size], data[begin+2*size:])
	if err := os.WriteFile(w.Path(), data, 0o600); err != nil {
		t.Fatal(err)
	}
	frames, failures := readDamaged(w.Path())
	if len(frames) != 10 || len(failures) != 1 || frames[6].Step != 6 {
		t.Errorf("frames %v, failures %v; want all but step 5", frames, failures)
	}
}
