package record

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// text draws any bytes: half of the time such that are valid UTF-8.
func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringN(0, 20, 80), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }))
}

// number draws every kind of float64: common ones, special ones, any bits.
func anyFloat() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64(),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64}),
		rapid.Map(rapid.Uint64(), math.Float64frombits))
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64(), func(n int64) time.Time { return time.Unix(0, n).UTC() }))
}

func uuids() *rapid.Generator[string] {
	return rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
}

// many draws a list that is nil when empty, as decoders give it.
func many[T any](t *rapid.T, draw func() T) []T {
	var list []T
	for range rapid.IntRange(0, 4).Draw(t, "count") {
		list = append(list, draw())
	}
	return list
}

func drawText(t *rapid.T) string    { return text().Draw(t, "text") }
func drawInt(t *rapid.T) int        { return rapid.Int().Draw(t, "int") }
func drawInt64(t *rapid.T) int64    { return rapid.Int64().Draw(t, "int64") }
func drawBool(t *rapid.T) bool      { return rapid.Bool().Draw(t, "bool") }
func drawTime(t *rapid.T) time.Time { return anyTime().Draw(t, "time") }

func drawUnknown(t *rapid.T) string {
	if !drawBool(t) {
		return ""
	}
	return string(appendInt(appendString(nil, "a later field"), drawInt64(t)))
}

func drawFailure(t *rapid.T) Failure {
	return Failure{Type: drawText(t), Message: drawText(t), Stack: drawText(t), Fingerprint: drawText(t), unknown: drawUnknown(t)}
}

func drawInput(t *rapid.T) Input {
	return Input{Name: drawText(t), Path: drawText(t), Size: drawInt64(t), SHA256: drawText(t), unknown: drawUnknown(t)}
}

func drawGoal(t *rapid.T) Goal {
	return rapid.SampledFrom([]Goal{NoGoal, Maximize, Minimize}).Draw(t, "goal")
}

func drawLarge(t *rapid.T) LargeFile {
	return LargeFile{Path: drawText(t), Size: drawInt64(t), unknown: drawUnknown(t)}
}

func maybe[T any](t *rapid.T, draw func(*rapid.T) T) *T {
	if !drawBool(t) {
		return nil
	}
	v := draw(t)
	return &v
}

func drawExecutable(t *rapid.T) Executable {
	return Executable{Path: drawText(t), SHA256: drawText(t), Modified: drawTime(t), Revision: drawText(t),
		Changed: drawBool(t), SourceMayDiffer: drawText(t), unknown: drawUnknown(t)}
}

func drawGit(t *rapid.T) Git {
	return Git{Commit: drawText(t), Branch: drawText(t), Dirty: drawBool(t), Remote: drawText(t), unknown: drawUnknown(t)}
}

func drawSource(t *rapid.T) Source {
	return Source{Files: drawInt(t), Bytes: drawInt64(t), More: drawInt(t), unknown: drawUnknown(t),
		LeftOut: many(t, func() LeftOut {
			return LeftOut{Path: drawText(t), Size: drawInt64(t), Reason: drawText(t), unknown: drawUnknown(t)}
		}),
		Notes: many(t, func() string { return drawText(t) }),
		Large: many(t, func() LargeFile { return drawLarge(t) }),
	}
}

func drawRun(t *rapid.T) *Run {
	r := &Run{Format: Format, UUID: uuids().Draw(t, "uuid"), Alias: drawText(t), Name: drawText(t), Title: drawText(t), Group: drawText(t),
		Tags:    many(t, func() string { return drawText(t) }),
		Status:  rapid.SampledFrom([]Status{Running, Succeeded, Failed, Stopped, Lost}).Draw(t, "status"),
		Started: drawTime(t), Ended: drawTime(t), Error: maybe(t, drawFailure), ExitCode: maybe(t, drawInt), Signal: drawText(t), Recovered: drawBool(t),
		Command: many(t, func() string { return drawText(t) }), Directory: drawText(t), Executable: maybe(t, drawExecutable),
		Runtime: drawText(t), Packages: drawInt(t), User: drawText(t), Git: maybe(t, drawGit),
		Host: Host{Name: drawText(t), OS: drawText(t), Arch: drawText(t), CPUs: drawInt(t), CPU: drawText(t),
			Memory: rapid.Uint64().Draw(t, "memory"), GPUs: many(t, func() GPU { return drawGPU(t) }), unknown: drawUnknown(t)},
		Process: Process{PID: drawInt(t), MachineID: drawText(t), BootID: drawText(t), PIDNamespace: drawText(t), unknown: drawUnknown(t)},
		Steps:   drawInt64(t), Rank: drawInt(t), Continues: drawText(t), RerunOf: drawText(t),
		Source: maybe(t, drawSource), Dropped: rapid.Uint64().Draw(t, "dropped"),
		Warnings: many(t, func() string { return drawText(t) }),
	}
	drawRunLists(t, r)
	return r
}

func drawGPU(t *rapid.T) GPU {
	return GPU{Name: drawText(t), Memory: rapid.Uint64().Draw(t, "memory"), Driver: drawText(t), unknown: drawUnknown(t)}
}

func drawRunLists(t *rapid.T, r *Run) {
	r.Environment = many(t, func() Variable { return Variable{Name: drawText(t), Value: drawText(t), unknown: drawUnknown(t)} })
	r.Outputs = many(t, func() Output {
		return Output{Stream: drawText(t), Size: drawInt64(t), CutAt: drawInt64(t), Cut: drawInt64(t), unknown: drawUnknown(t)}
	})
	r.OutputOf = drawText(t)
	r.Parents = many(t, func() Parent {
		return Parent{UUID: drawText(t), Files: many(t, func() string { return drawText(t) }), unknown: drawUnknown(t)}
	})
	r.Inputs = many(t, func() Input { return drawInput(t) })
	r.Results = many(t, func() Result {
		return Result{Name: drawText(t), Value: anyFloat().Draw(t, "value"), unknown: drawUnknown(t)}
	})
	r.Goals = many(t, func() NamedGoal { return NamedGoal{Name: drawText(t), Goal: drawGoal(t), unknown: drawUnknown(t)} })
	r.Large = many(t, func() LargeFile { return drawLarge(t) })
	r.Journal = many(t, func() JournalSum {
		return JournalSum{Name: drawText(t), Length: drawInt64(t), SHA256: drawText(t), unknown: drawUnknown(t)}
	})
	if drawBool(t) {
		r.Unknown = map[string][]byte{"zebra": appendString(nil, drawText(t)), "yak": {0x93, 1, 2, 0xc0}}
	}
}

// drawValue draws a parameter's value, as decoding gives it back.
func drawValue(t *rapid.T, depth int) any {
	kinds := 9
	if depth == 0 {
		kinds = 7
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return drawBool(t)
	case 2:
		return drawInt64(t)
	case 3:
		return rapid.Uint64Min(1<<63).Draw(t, "uint64")
	case 4:
		return math.Float32frombits(rapid.Uint32().Draw(t, "float32"))
	case 5:
		return anyFloat().Draw(t, "float64")
	case 6:
		return rapid.String().Draw(t, "string")
	case 7:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, drawValue(t, depth-1))
		}
		return list
	}
	return drawParams(t, depth-1)
}

func drawParams(t *rapid.T, depth int) map[string]any {
	m := map[string]any{}
	for range rapid.IntRange(0, 5).Draw(t, "keys") {
		m[drawText(t)] = drawValue(t, depth)
	}
	return m
}

// same fails unless a and b are deeply equal, floats bit by bit.
func same(t interface {
	Helper()
	Fatalf(string, ...any)
}, got, want any) {
	t.Helper()
	if !sameValue(reflect.ValueOf(got), reflect.ValueOf(want)) {
		t.Fatalf("got\n%+v\nwant\n%+v", got, want)
	}
}

func sameValue(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Float32:
		return math.Float32bits(float32(a.Float())) == math.Float32bits(float32(b.Float()))
	case reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return sameValue(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameValue(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		return sameMap(a, b)
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[time.Time]() {
			return a.Interface().(time.Time).Equal(b.Interface().(time.Time))
		}
		for i := range a.NumField() {
			if !sameValue(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func sameMap(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, key := range a.MapKeys() {
		if !sameValue(a.MapIndex(key), b.MapIndex(key)) {
			return false
		}
	}
	return true
}

func TestSameTellsValuesApart(t *testing.T) {
	one, negative := 1.0, math.Copysign(0, -1)
	for _, pair := range [][2]any{{one, 1}, {0.0, negative}, {[]any{}, []any(nil)}, {map[string]any{"a": 1}, map[string]any{"b": 1}}, {&Run{Name: "a"}, &Run{}}} {
		if sameValue(reflect.ValueOf(pair[0]), reflect.ValueOf(pair[1])) {
			t.Errorf("%#v and %#v count as the same", pair[0], pair[1])
		}
	}
}
