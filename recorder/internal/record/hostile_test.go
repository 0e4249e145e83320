package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// decoders are all that read what others wrote; each gives the number of
// things it got, and an error.
func decoders() map[string]func([]byte) error {
	frame := func(data []byte) error {
		_, a := DecodeParameterFrame(data)
		_, b := DecodeImageFrame(data)
		_, c := DecodeEndFrame(data)
		_, d := DecodeFailureFrame(data)
		return errors.Join(a, b, c, d)
	}
	return map[string]func([]byte) error{
		"run":    func(b []byte) error { _, err := DecodeRun(b); return err },
		"params": func(b []byte) error { _, err := DecodeParams(b); return err },
		"index":  func(b []byte) error { _, err := DecodeIndex(b); return err },
		"chunk":  func(b []byte) error { _, err := DecodeChunk(b, ""); return err },
		"images": func(b []byte) error { _, err := DecodeImages(b); return err },
		"marks":  func(b []byte) error { _, err := DecodeMarks(b); return err },
		"notes":  func(b []byte) error { _, err := DecodeNotes(b); return err },
		"frame":  frame,
	}
}

// file is a map of one format field and another whose value is raw.
func file(key string, value []byte) []byte {
	data := appendInt(appendString([]byte{0x82}, "format"), Format)
	return append(appendString(data, key), value...)
}

// repeated is a list of n times the same entry.
func repeated(n int, entry []byte) []byte {
	data := binary.BigEndian.AppendUint32([]byte{0xdd}, uint32(n))
	return append(data, bytes.Repeat(entry, n)...)
}

// hostile gives inputs whose lists have many entries.
func hostile(many int) map[string][]byte {
	named := append(appendString([]byte{0x81}, "name"), 0xa0)
	pathed := append(appendString([]byte{0x81}, "path"), 0xa0)
	m := map[string][]byte{
		"nothing":         {},
		"array32":         {0xdd, 0xff, 0xff, 0xff, 0xff},
		"map32":           {0xdf, 0xff, 0xff, 0xff, 0xff},
		"str32":           {0xdb, 0xff, 0xff, 0xff, 0xff},
		"bin32":           {0xc6, 0xff, 0xff, 0xff, 0xff},
		"ext32":           {0xc9, 0xff, 0xff, 0xff, 0xff, 1},
		"fixext cut":      {0xd8, 1, 2, 3},
		"no such code":    {0xc1},
		"nested lists":    bytes.Repeat([]byte{0x91}, 100_000),
		"nested maps":     bytes.Repeat([]byte{0x81, 0xa1, 'a'}, 100_000),
		"nested wide":     bytes.Repeat([]byte{0xdd, 0, 0, 0, 1}, 100_000),
		"many fields":     append(binary.BigEndian.AppendUint32([]byte{0xdf}, uint32(many)), bytes.Repeat([]byte{0xa0, 0xc0}, many)...),
		"nested in field": file("x", bytes.Repeat([]byte{0x91}, 100_000)),
		"followed":        append(file("x", []byte{0xc0}), 0xc0),
	}
	for _, key := range []string{"scalars", "images", "series", "results", "inputs", "parents", "goals", "journals", "fields", "tags", "large"} {
		m[key+" of maps"] = file(key, repeated(many, []byte{0x80}))
		m[key+" of nil"] = file(key, repeated(many, []byte{0xc0}))
		m[key+" named"] = file(key, repeated(many, named))
		m[key+" with paths"] = file(key, repeated(many, pathed))
		m[key+" claimed"] = file(key, []byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	}
	m["command"] = file("command", repeated(many, []byte{0xa0}))
	m["columns that claim"] = file("series", append([]byte{0x91, 0x82}, append(appendString(appendString(nil, "name"), "x"), append(appendString(nil, "n"), appendUint(nil, 1<<40)...)...)...))
	return m
}

// tenMillionNames is a params file of 10,000,000 names, a few bytes each.
func tenMillionNames() []byte {
	const n = 10_000_000
	data := binary.BigEndian.AppendUint32([]byte{0xdf}, n)
	for i := range n {
		data = append(data, 0xa4, byte(i>>24), byte(i>>16), byte(i>>8), byte(i), 0xc0)
	}
	return data
}

// Whatever the bytes say, a decoder's memory stays in proportion to how many
// there are.
func TestHostileInput(t *testing.T) {
	for what, data := range hostile(10_000) {
		for name, decode := range decoders() {
			bounded(t, fmt.Sprintf("%s as %s", what, name), data, decode)
		}
	}
}

func bounded(t *testing.T, what string, data []byte, decode func([]byte) error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := decode(data)
	runtime.ReadMemStats(&after)
	// The worst case is a summary of a few hundred bytes in memory for an
	// entry of 7, and slices that double while they grow.
	if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(160*len(data)+1<<17); got > limit {
		t.Errorf("%s: %d bytes allocated for %d (%v)", what, got, len(data), err)
	}
}

// So does its time: what took the square of 200,000 entries would take longer
// than the limit on any machine, what is in proportion takes milliseconds.
func TestHostileInputTakesNoTime(t *testing.T) {
	files := hostile(200_000)
	for list, name := range map[string]string{"scalars": "index", "images": "images", "series": "chunk", "results": "run", "inputs": "run",
		"goals": "run", "journals": "run", "fields": "notes", "tags": "notes"} {
		for _, kind := range []string{" named", " of maps", " of nil"} {
			start := time.Now()
			err := decoders()[name](files[list+kind])
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s%s: %v for %d bytes (%v)", list, kind, took, len(files[list+kind]), err)
			}
		}
	}
}

func TestTenMillionNames(t *testing.T) {
	data := tenMillionNames()
	for _, name := range []string{"params", "run", "index"} {
		bounded(t, name, data, func(b []byte) error {
			err := decoders()[name](b)
			if !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s: %v", name, err)
			}
			return err
		})
	}
	list := file("scalars", binary.BigEndian.AppendUint32([]byte{0xdd}, maxEntries+1))
	list = append(list, bytes.Repeat([]byte{0xc0}, maxEntries+1)...)
	if err := decoders()["index"](list); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a list of %d scalars: %v", maxEntries+1, err)
	}
}

func TestParamsLimits(t *testing.T) {
	if _, err := EncodeParams(map[string]any{"p": make([]any, MaxParamValues)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("many values: %v", err)
	}
	if _, err := EncodeParams(map[string]any{"p": make([]byte, MaxParams)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("many bytes: %v", err)
	}
	data, err := EncodeParams(map[string]any{"p": make([]any, MaxParamValues-1)})
	if err == nil {
		_, err = DecodeParams(data)
	}
	if err != nil {
		t.Errorf("as many as are allowed: %v", err)
	}
}

// Each hostile head is refused by its sentinel, and names the file.
func TestHostileErrors(t *testing.T) {
	files := hostile(10)
	for what, want := range map[string]error{"array32": ErrTooLarge, "map32": ErrTooLarge, "bin32": ErrTooLarge, "ext32": ErrTooLarge,
		"nothing": ErrCorrupt, "no such code": ErrCorrupt, "fixext cut": ErrTooLarge, "nested in field": ErrTooLarge, "followed": ErrCorrupt} {
		for name, decode := range decoders() {
			if name == "params" && what == "followed" || name == "frame" {
				continue
			}
			if err := decode(files[what]); !errors.Is(err, want) {
				t.Errorf("%s as %s: %v, want %v", what, name, err, want)
			}
		}
	}
}

// Every prefix of a good file is refused, and every file with one bit turned is
// refused or read, without a panic.
func TestDamagedFiles(t *testing.T) {
	names := map[string]string{"run.msgpack": "run", "params.msgpack": "params", "scalars.msgpack": "index", "scalars-0000.msgpack": "chunk",
		"images.msgpack": "images", "marks.msgpack": "marks", "notes.msgpack": "notes"}
	for file, name := range names {
		data, decode := golden(t, file), decoders()[name]
		for n := range data {
			if err := decode(data[:n:n]); !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s cut at %d: %v", file, n, err)
			}
			for bit := range 8 {
				turned := bytes.Clone(data)
				turned[n] ^= 1 << bit
				_ = decode(turned) // must return; what it makes of it depends on the bit
			}
		}
	}
}

func TestNewerFormat(t *testing.T) {
	newer := func(data []byte) []byte {
		return bytes.Replace(data, appendInt(appendString(nil, "format"), 1), appendInt(appendString(nil, "format"), 2), 1)
	}
	for file, name := range map[string]string{"run.msgpack": "run", "scalars.msgpack": "index", "scalars-0000.msgpack": "chunk",
		"images.msgpack": "images", "marks.msgpack": "marks", "notes.msgpack": "notes"} {
		if err := decoders()[name](newer(golden(t, file))); !errors.Is(err, ErrNewer) {
			t.Errorf("%s: %v", file, err)
		}
	}
	// What is known is given, even where other fields have changed their kind.
	data := []byte{0x86}
	data = appendString(appendString(data, "uuid"), testUUID)
	data = appendInt(appendString(data, "format"), 9)
	data = appendInt(appendString(data, "started"), 1)
	data = appendInt(appendString(data, "status"), 3)
	data = append(appendString(data, "inputs"), 0x91, 0xc3)
	data = append(appendString(data, "host"), 0xc0)
	run, err := DecodeRun(data)
	if !errors.Is(err, ErrNewer) || run == nil || run.UUID != testUUID || run.Started.UnixNano() != 1 || run.Format != 9 {
		t.Errorf("%+v, %v", run, err)
	}
}

func TestRunRefused(t *testing.T) {
	uuid := appendString(appendString(nil, "uuid"), testUUID)
	status := appendString(appendString(nil, "status"), "lost")
	format := appendInt(appendString(nil, "format"), 1)
	join := func(parts ...[]byte) []byte {
		return append([]byte{0x80 | byte(len(parts))}, bytes.Join(parts, nil)...)
	}
	if _, err := DecodeRun(join(format, uuid, status)); err != nil {
		t.Fatalf("a good one: %v", err)
	}
	for what, data := range map[string][]byte{
		"no format":       join(uuid, status),
		"format 0":        join(appendInt(appendString(nil, "format"), 0), uuid, status),
		"format -1":       join(appendInt(appendString(nil, "format"), -1), uuid, status),
		"no uuid":         join(format, status),
		"upper-case uuid": join(format, bytes.ToUpper(uuid), status),
		"no status":       join(format, uuid),
		"odd status":      join(format, uuid, appendString(appendString(nil, "status"), "fine")),
		"field twice":     join(format, uuid, status, status),
		"unknown twice":   join(format, uuid, status, []byte{0xa1, 'x', 1}, []byte{0xa1, 'x', 1}),
		"format twice":    join(format, uuid, status, appendInt(appendString(nil, "format"), 2)),
		"odd goal":        join(format, uuid, status, file("goals", append([]byte{0x91, 0x82}, appendString(appendString(appendString(appendString(nil, "name"), "a"), "goal"), "up")...))[9:]),
		"text for time":   join(format, uuid, status, appendString(appendString(nil, "ended"), "now")),
	} {
		if _, err := DecodeRun(data); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
