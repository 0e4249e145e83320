package journal

import (
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

func newHeader() Header {
	return Header{
		Run: uuid.New(), Start: time.Now(), Host: "gpu-3", PID: 4711, Rank: 2,
		MachineID: "0123456789abcdef0123456789abcdef", BootID: "6a2a58a5-2f0b-4b0a-8e4e-1f8f6a1c7a11", PIDNamespace: "pid:[4026531836]",
	}
}

func newWriter(t testing.TB, direct bool) *Writer {
	t.Helper()
	w, err := create(filepath.Join(t.TempDir(), "run", "journal"), newHeader(), direct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// readAll gives all frames of a journal, which must be whole.
func readAll(t testing.TB, path string) []Frame {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var frames []Frame
	for {
		f, err := r.Next()
		if err == io.EOF {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Payload = append([]byte(nil), f.Payload...)
		frames = append(frames, f)
	}
}

func TestWriteAndRead(t *testing.T) {
	for _, direct := range []bool{false, true} {
		w := newWriter(t, direct)
		loss := w.Series("loss")
		for i := range 100000 {
			w.Scalar(loss, float64(i)/2, int64(i))
		}
		w.Append(Parameter, []byte("lr"))
		if err := w.Close(); err != nil || w.Err() != nil || w.Dropped() != 0 {
			t.Fatal(err, w.Err(), w.Dropped())
		}
		frames := readAll(t, w.Path())
		if len(frames) != 100002 || string(frames[100001].Payload) != "lr" {
			t.Fatalf("%d frames, last %+v", len(frames), frames[len(frames)-1])
		}
		for i, f := range frames[1:100001] {
			if f.Kind != Scalar || f.Series != loss || f.Step != int64(i) || f.Value != float64(i)/2 {
				t.Fatalf("frame %d is %+v", i, f)
			}
		}
	}
}
