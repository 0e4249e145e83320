package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// smallJournal writes a journal that has every kind of frame.
func smallJournal(t testing.TB) (data []byte, frames []Frame) {
	t.Helper()
	w := newWriter(t, false)
	loss := w.Series("loss")
	w.Append(Parameter, []byte("\x82\xa4name\xa2lr\xa5value\xcb?PbM\xd2\xf1\xa9\xfc"))
	w.Scalar(loss, 0.25, 0)
	w.Scalar(loss, math.Inf(-1), -1)
	accuracy := w.Series("val/accuracy")
	w.Scalar(accuracy, 0.5, math.MaxInt64)
	w.Append(Heartbeat, nil)
	w.Scalar(loss, 0.125, 1)
	w.Append(End, []byte("the end"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	return data, readAll(t, w.Path())
}

// readDamaged reads what can be had of a journal: its frames in order, and
// each error that was told.
func readDamaged(path string) (frames []Frame, failures []error) {
	r, err := Open(path)
	if err != nil {
		return nil, []error{err}
	}
	defer r.Close()
	for len(failures) < 1000 {
		f, err := r.Next()
		if err == io.EOF {
			return frames, failures
		}
		if err != nil {
			failures = append(failures, err)
			continue
		}
		f.Payload = bytes.Clone(f.Payload)
		frames = append(frames, f)
	}
	return frames, append(failures, errors.New("no end of failures"))
}

func sameFrame(a, b Frame) bool {
	return a.Kind == b.Kind && a.Series == b.Series && a.Step == b.Step && a.Time == b.Time &&
		math.Float64bits(a.Value) == math.Float64bits(b.Value) && bytes.Equal(a.Payload, b.Payload)
}

// TestTruncatedAnywhere is D4: a journal cut at any length gives the frames
// before the cut and tells of it once.
func TestTruncatedAnywhere(t *testing.T) {
	data, want := smallJournal(t)
	_, begin, _, err := decodeHeader(data)
	if err != nil {
		t.Fatal(err)
	}
	ends := map[int]int{begin: 0} // length of the file to number of frames
	at := begin
	for i, f := range want {
		at += int(frameSize(fixedSize(f.Kind), len(f.Payload)))
		ends[at] = i + 1
	}
	path := filepath.Join(t.TempDir(), "cut.bin")
	whole := 0
	for n := range len(data) + 1 {
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		count, clean := ends[n]
		if clean {
			whole = count
		}
		frames, failures := readDamaged(path)
		if len(frames) != whole {
			t.Fatalf("cut at %d: %d frames, want %d", n, len(frames), whole)
		}
		for i, f := range frames {
			if !sameFrame(f, want[i]) {
				t.Fatalf("cut at %d: frame %d is %+v, want %+v", n, i, f, want[i])
			}
		}
		if clean && failures != nil {
			t.Fatalf("cut at %d, between frames: %v", n, failures)
		}
		if !clean && (len(failures) != 1 || !errors.Is(failures[0], ErrTorn)) {
			t.Fatalf("cut at %d: failures %v, want one ErrTorn", n, failures)
		}
	}
	if whole != len(want) {
		t.Fatalf("%d frames of the whole file, want %d", whole, len(want))
	}
}

// TestEveryBitFlipped is D5: a flipped bit loses at most what it hits, is told
// of, and never changes a value.
func TestEveryBitFlipped(t *testing.T) {
	data, want := smallJournal(t)
	_, begin, _, err := decodeHeader(data)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "flipped.bin")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	for bit := range len(data) * 8 {
		at := bit / 8
		if _, err := f.WriteAt([]byte{data[at] ^ 1<<(bit%8)}, int64(at)); err != nil {
			t.Fatal(err)
		}
		frames, failures := readDamaged(path)
		if bulk := bulkScalars(t, path); !slices.EqualFunc(bulk, scalarsOf(frames), sameValue) {
			t.Fatalf("bit %d: Scalars gave %v, Next %v", bit, bulk, frames)
		}
		if _, err := f.WriteAt(data[at:at+1], int64(at)); err != nil {
			t.Fatal(err)
		}
		if bit/8 < begin {
			if len(frames) > 0 || len(failures) != 1 {
				t.Fatalf("bit %d in the header: %d frames, failures %v", bit, len(frames), failures)
			}
			continue
		}
		if missing := notIn(t, bit, frames, want); missing > 0 && failures == nil {
			t.Fatalf("bit %d: %d frames are lost and nothing was told", bit, missing)
		} else if missing > 3 { // the name of "loss" takes its three values along
			if missing > 4 {
				t.Fatalf("bit %d: %d frames are lost", bit, missing)
			}
		}
	}
}

// bulkScalars reads what can be had of a journal's values through Scalars.
func bulkScalars(t *testing.T, path string) (values []Frame) {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		return nil
	}
	defer r.Close()
	for range 1000 {
		_, err := r.Scalars(func(id uint32, step int64, at time.Duration, value float64) {
			values = append(values, Frame{Series: id, Step: step, Time: at, Value: value})
		})
		if err == io.EOF {
			return values
		}
	}
	t.Fatal("no end of the journal")
	return nil
}

func scalarsOf(frames []Frame) (values []Frame) {
	for _, f := range frames {
		if f.Kind == Scalar || f.Kind == ScalarWide {
			values = append(values, f)
		}
	}
	return values
}

func sameValue(a, b Frame) bool {
	b.Kind = a.Kind
	return sameFrame(a, b)
}

// notIn counts the frames of want that are missing in got, whose frames must
// be some of want in the same order.
func notIn(t *testing.T, bit int, got, want []Frame) int {
	t.Helper()
	i := 0
	for _, f := range got {
		for i < len(want) && !sameFrame(f, want[i]) {
			i++
		}
		if i == len(want) {
			t.Fatalf("bit %d: frame %+v was never written", bit, f)
		}
		i++
	}
	return len(want) - len(got)
}

// TestNewerVersion is D14: a later version is refused, not guessed.
func TestNewerVersion(t *testing.T) {
	data, _ := smallJournal(t)
	data[8] = Version + 1
	path := filepath.Join(t.TempDir(), "newer.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrNewer) {
		t.Errorf("Open gave %v, want ErrNewer", err)
	}
	if err := os.WriteFile(path, []byte("not a journal at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrNotJournal) {
		t.Errorf("Open gave %v, want ErrNotJournal", err)
	}
}

// TestCorruptErrorSaysWhere: one sentence with the file, the place and the loss.
func TestCorruptErrorSaysWhere(t *testing.T) {
	err := &CorruptError{Path: "a.bin", Offset: 96, Next: 120, Reason: "wrong checksum"}
	want := "journal a.bin is damaged at byte 96 (wrong checksum); 24 bytes of it are lost"
	if got := fmt.Sprint(err); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
