package record

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"
)

// readable fails unless another implementation of msgpack reads data.
func readable(t *rapid.T, data []byte) {
	var v any
	if err := msgpack.Unmarshal(data, &v); err != nil {
		t.Fatalf("another reader of msgpack says: %v", err)
	}
}

func TestRunRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawRun(t)
		data := EncodeRun(run)
		readable(t, data)
		got, err := DecodeRun(data)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, run)
		if !bytes.Equal(EncodeRun(got), data) {
			t.Fatal("encoded again, the bytes differ")
		}
	})
}

func TestEncodeRunSetsFormat(t *testing.T) {
	run := &Run{UUID: testUUID, Status: Running}
	got, err := DecodeRun(EncodeRun(run))
	if err != nil || got.Format != Format || run.Format != 0 {
		t.Fatalf("%v, decoded format %d, caller's %d", err, got.Format, run.Format)
	}
}

func TestParamsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawParams(t, 3)
		data, err := EncodeParams(params)
		if err != nil {
			t.Fatal(err)
		}
		readable(t, data)
		got, err := DecodeParams(data)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, params)
	})
}

func TestParamsOneFormPerValue(t *testing.T) {
	given := map[string]any{"i": 7, "u": uint64(7), "strings": []string{"a", "b"}, "bytes": []byte{0, 255}, "text": "\xff", "none": []byte(nil), "map": map[string]any(nil)}
	want := map[string]any{"i": int64(7), "u": int64(7), "strings": []any{"a", "b"}, "bytes": []byte{0, 255}, "text": []byte{255}, "none": []byte(nil), "map": map[string]any{}}
	data, err := EncodeParams(given)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeParams(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(got["none"].([]byte)) == 0 {
		got["none"] = []byte(nil)
	}
	same(t, got, want)
}

func TestParamsRefused(t *testing.T) {
	deep := any(1)
	for range maxDepth + 1 {
		deep = []any{deep}
	}
	for name, value := range map[string]any{"channel": make(chan int), "struct": struct{}{}, "int32": int32(1), "deep": deep, "within": []any{1, struct{}{}}} {
		_, err := EncodeParams(map[string]any{"p": value})
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), `"p"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := DecodeParams([]byte{0x91, 1}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a list in place of a map: %v", err)
	}
	if _, err := DecodeParams([]byte{0x82, 0xa1, 'a', 1, 0xa1, 'a', 2}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a parameter twice: %v", err)
	}
}

func TestIndexRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := func() float64 { return anyFloat().Draw(t, "f") }
		scalars := many(t, func() ScalarSummary {
			preview := many(t, f)
			var steps []int64
			for range preview {
				steps = append(steps, drawInt64(t))
			}
			return ScalarSummary{Name: drawText(t), Count: drawInt64(t), FirstStep: drawInt64(t), LastStep: drawInt64(t),
				First: f(), Last: f(), Min: f(), Max: f(), MinStep: drawInt64(t), MaxStep: drawInt64(t), NaN: drawInt64(t),
				Goal: drawGoal(t), Preview: preview, PreviewSteps: steps,
				Chunk: drawInt(t), Chunks: drawInt(t), unknown: drawUnknown(t)}
		})
		data := EncodeIndex(scalars)
		readable(t, data)
		got, err := DecodeIndex(data)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, scalars)
	})
}

func TestImagesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images := many(t, func() ImageEntry {
			return ImageEntry{Name: drawText(t), Step: drawInt64(t), File: drawText(t), Width: drawInt(t), Height: drawInt(t), Size: drawInt64(t), unknown: drawUnknown(t)}
		})
		data := EncodeImages(images)
		readable(t, data)
		got, err := DecodeImages(data)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, images)
	})
}

func TestMarksRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marks := many(t, func() Mark {
			return Mark{Time: time.Duration(rapid.Int32().Draw(t, "ms")) * time.Millisecond, Stream: rapid.Uint8().Draw(t, "stream"), Offset: drawInt64(t)}
		})
		data := EncodeMarks(marks)
		readable(t, data)
		got, err := DecodeMarks(data)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, marks)
	})
}

func TestFramesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := ParameterFrame{Name: drawText(t), Value: drawValue(t, 2)}
		data, err := EncodeParameterFrame(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeParameterFrame(data)
		check(t, got, p, err)
		frame(t, ResultFrame{drawText(t), anyFloat().Draw(t, "value")}, EncodeResultFrame, DecodeResultFrame)
		frame(t, GoalFrame{drawText(t), drawGoal(t)}, EncodeGoalFrame, DecodeGoalFrame)
		frame(t, ImageFrame{drawText(t), drawInt64(t), drawText(t), drawInt(t), drawInt(t), drawInt64(t)}, EncodeImageFrame, DecodeImageFrame)
		frame(t, InputFrame{drawInput(t)}, EncodeInputFrame, DecodeInputFrame)
		frame(t, ParentFrame{drawText(t), drawText(t)}, EncodeParentFrame, DecodeParentFrame)
		frame(t, MetaFrame{drawText(t), drawText(t), drawInt64(t), drawText(t), many(t, func() string { return drawText(t) })}, EncodeMetaFrame, DecodeMetaFrame)
		frame(t, MarkFrame{rapid.Uint8().Draw(t, "stream"), drawInt64(t)}, EncodeMarkFrame, DecodeMarkFrame)
		frame(t, WatchFrame{drawInt(t), drawText(t)}, EncodeWatchFrame, DecodeWatchFrame)
		frame(t, FactsFrame{drawText(t), maybe(t, drawExecutable), drawInt(t), many(t, func() GPU { return drawGPU(t) })}, EncodeFactsFrame, DecodeFactsFrame)
		frame(t, WarningFrame{drawText(t)}, EncodeWarningFrame, DecodeWarningFrame)
		frame(t, FailureFrame{drawFailure(t)}, EncodeFailureFrame, DecodeFailureFrame)
		frame(t, EndFrame{Status(drawText(t)), maybe(t, drawInt), drawText(t), drawTime(t), rapid.Uint64().Draw(t, "dropped")}, EncodeEndFrame, DecodeEndFrame)
	})
}

func frame[T any](t *rapid.T, f T, encode func(T) []byte, decode func([]byte) (T, error)) {
	t.Helper()
	data := encode(f)
	readable(t, data)
	got, err := decode(data)
	check(t, got, f, err)
}

func check[T any](t *rapid.T, got, want T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}

func TestPackages(t *testing.T) {
	text := EncodePackages([]string{"numpy==2.0", "a v1\r\nb", " ", "numpy==2.0", "é==1"})
	if want := "a v1  b\nnumpy==2.0\né==1\n"; string(text) != want {
		t.Errorf("got %q, want %q", text, want)
	}
	if got := DecodePackages(append(text, "\n  last"...)); !slices.Equal(got, []string{"a v1  b", "numpy==2.0", "é==1", "last"}) {
		t.Errorf("%q", got)
	}
	if EncodePackages(nil) != nil || DecodePackages(nil) != nil {
		t.Error("nothing is not nothing")
	}
}

// A time that 64 bits of nanoseconds cannot say is held at the nearest one.
func TestTimesBeyondTheFormat(t *testing.T) {
	for _, year := range []int{1, 1600, 2300, 9999} {
		run := &Run{UUID: testUUID, Status: Lost, Started: time.Date(year, 1, 1, 0, 0, 0, 1, time.UTC)}
		got, err := DecodeRun(EncodeRun(run))
		if err != nil || (got.Started.Year() != 1677 && got.Started.Year() != 2262) {
			t.Errorf("year %d: %v, %v", year, got.Started, err)
		}
	}
}

const testUUID = "0b8f3a52-7a55-4d2c-9d7a-0123456789ab"
