package record

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// seed adds the golden files and hostile beginnings to a target's corpus.
func seed(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "format1", "*.msgpack"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no golden files: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, data := range hostile(10) {
		if len(data) < 100 {
			f.Add(data)
		}
	}
}

// stable fails unless what was decoded has one written form: encoded, decoded
// and encoded again, the bytes are the same.
func stable[T any](t *testing.T, value T, encode func(T) []byte, decode func([]byte) (T, error)) {
	t.Helper()
	once := encode(value)
	again, err := decode(once)
	if err != nil {
		t.Fatalf("what was read cannot be written and read again: %v", err)
	}
	if twice := encode(again); !bytes.Equal(once, twice) {
		t.Fatalf("two written forms: %q and %q", once, twice)
	}
}

func FuzzRun(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		run, err := DecodeRun(data)
		if err == nil {
			stable(t, run, EncodeRun, DecodeRun)
			_ = RecordMessage(run, nil, nil)
		}
	})
}

func FuzzParams(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		params, err := DecodeParams(data)
		if err != nil {
			return
		}
		encode := func(p map[string]any) []byte {
			data, err := EncodeParams(p)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		stable(t, params, encode, DecodeParams)
	})
}

func FuzzIndex(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if scalars, err := DecodeIndex(data); err == nil {
			stable(t, scalars, EncodeIndex, DecodeIndex)
		}
	})
}

func FuzzImages(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if images, err := DecodeImages(data); err == nil {
			stable(t, images, EncodeImages, DecodeImages)
		}
	})
}

func FuzzMarks(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if marks, err := DecodeMarks(data); err == nil {
			stable(t, marks, EncodeMarks, DecodeMarks)
		}
	})
}

func FuzzNotes(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		notes, err := DecodeNotes(data)
		if err != nil {
			return
		}
		stable(t, notes, EncodeNotes, DecodeNotes)
		if joined := EncodeNotes(Join(notes, notes)); !bytes.Equal(joined, EncodeNotes(notes)) {
			t.Fatalf("joined with itself it becomes %q", joined)
		}
	})
}

// FuzzChunk reads columns, writes them again, and wants the same points.
func FuzzChunk(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		columns, err := DecodeChunk(data, "")
		if err != nil {
			return
		}
		for _, column := range columns {
			b := NewBuilder()
			for i := range column.Steps {
				b.Add(column.Name, column.Steps[i], column.Times[i], column.Values[i])
			}
			got, ok := b.Column(column.Name)
			if len(column.Steps) == 0 {
				continue
			}
			if !ok {
				t.Fatalf("the points of %q are gone", column.Name)
			}
			for i, chunk := range b.Chunks() {
				again, err := DecodeChunk(chunk.Data, column.Name)
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 && len(again) == 1 && len(again[0].Steps) == len(got.Steps) {
					same(t, again[0], got)
				}
			}
			same(t, got.Steps, column.Steps)
			same(t, got.Values, column.Values)
			same(t, got.Times, column.Times)
		}
	})
}

func FuzzFrames(f *testing.F) {
	seed(f)
	f.Add(EncodeImageFrame(ImageFrame{Name: "a/b", Step: -1, File: "a%2Fb/-1.png", Width: 1, Height: 2, Size: 3}))
	f.Add(EncodeGoalFrame(GoalFrame{Name: "loss", Goal: Minimize}))
	f.Add(EncodeEndFrame(EndFrame{Status: Succeeded}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := DecodeParameterFrame(data); err == nil {
			if _, err := EncodeParameterFrame(p); err != nil {
				t.Fatal(err)
			}
		}
		fuzzFrame(t, data, EncodeResultFrame, DecodeResultFrame)
		fuzzFrame(t, data, EncodeGoalFrame, DecodeGoalFrame)
		fuzzFrame(t, data, EncodeImageFrame, DecodeImageFrame)
		fuzzFrame(t, data, EncodeInputFrame, DecodeInputFrame)
		fuzzFrame(t, data, EncodeParentFrame, DecodeParentFrame)
		fuzzFrame(t, data, EncodeMetaFrame, DecodeMetaFrame)
		fuzzFrame(t, data, EncodeMarkFrame, DecodeMarkFrame)
		fuzzFrame(t, data, EncodeWatchFrame, DecodeWatchFrame)
		fuzzFrame(t, data, EncodeFactsFrame, DecodeFactsFrame)
		fuzzFrame(t, data, EncodeWarningFrame, DecodeWarningFrame)
		fuzzFrame(t, data, EncodeFailureFrame, DecodeFailureFrame)
		fuzzFrame(t, data, EncodeEndFrame, DecodeEndFrame)
	})
}

func fuzzFrame[T any](t *testing.T, data []byte, encode func(T) []byte, decode func([]byte) (T, error)) {
	t.Helper()
	if value, err := decode(data); err == nil {
		stable(t, value, encode, decode)
	}
}

func FuzzEncodeName(f *testing.F) {
	for _, name := range []string{"loss", "..", ".git", "CON", "a/b", "\xff\x00", "-x."} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if segment := EncodeName(name); name != "" && (!segmentForm.MatchString(segment) || len(segment) > 100) {
			t.Fatalf("%q becomes %q", name, segment)
		}
	})
}
