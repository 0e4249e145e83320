package record

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The files below testdata/format1 were written by the first version. Every
// later one reads them; they are never written again.
func golden(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "format1", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func goldenRun() *Run {
	code := 1
	started := time.Date(2026, 11, 24, 22, 40, 30, 123456789, time.UTC)
	return &Run{
		Format: 1, UUID: testUUID, Alias: "quiet-maple", Name: "digits", Title: "wider layer", Group: "sweep 3",
		Tags: []string{"baseline", "v2"}, Status: Failed, Started: started, Ended: started.Add(83 * time.Second),
		Error:    &Failure{Type: "*errors.errorString", Message: "loss is NaN at step 7", Stack: "main.main()\n\ttrain.go:12", Fingerprint: "9f2c"},
		ExitCode: &code, Signal: "SIGTERM", Recovered: true,
		Command: []string{"./train", "--lr", "0.1", "caf\xe9"}, Directory: "examples/digits",
		Executable: &Executable{Path: "./train", SHA256: "00ff", Modified: started, Revision: "c0ffee", Changed: true, SourceMayDiffer: "train.go is newer"},
		Runtime:    "go1.26.8", Packages: 12, User: "ada",
		Host:    Host{Name: "gpu-3", OS: "linux", Arch: "amd64", CPUs: 64, CPU: "a cpu", Memory: 1 << 38},
		Process: Process{PID: 4711, MachineID: "m", BootID: "b", PIDNamespace: "pid:[4026531836]"},
		Git:     &Git{Commit: "4a2764c", Branch: "main", Dirty: true, Remote: "https://example.org/r.git"},
		Steps:   1000, Rank: 2, Continues: testUUID, RerunOf: testUUID,
		Parents:  []Parent{{UUID: testUUID, Files: []string{"model.bin"}}},
		Inputs:   []Input{{Name: "train", Path: "data/train.csv", Size: 1 << 33, SHA256: "ab12"}},
		Results:  []Result{{Name: "test/accuracy", Value: 0.9725}, {Name: "nan", Value: math.NaN()}, {Name: "zero"}},
		Goals:    []NamedGoal{{Name: "test/accuracy", Goal: Maximize}, {Name: "loss", Goal: Minimize}},
		Source:   &Source{Files: 40, Bytes: 12345, More: 2, LeftOut: []LeftOut{{Path: "id_rsa", Size: 3, Reason: "looks like a key"}}, Notes: []string{"lib is dirty"}, Large: []LargeFile{{Path: "big.bin", Size: 1 << 30}}},
		Large:    []LargeFile{{Path: "model.bin", Size: 11_000_000}},
		Journal:  []JournalSum{{Name: "00112233445566aa.bin", Length: 4096, SHA256: "cd34"}},
		Dropped:  3,
		Warnings: []string{"a value became text"},
	}
}

func goldenParams() map[string]any {
	return map[string]any{
		"lr": 0.1, "epochs": int64(20), "negative": int64(-40000), "seed": uint64(math.MaxUint64), "shuffle": true, "none": nil,
		"single": float32(1.5), "infinity": math.Inf(-1), "bytes": []byte{0, 255}, "name": "naïve",
		"layers": []any{int64(64), int64(32)}, "optimizer": map[string]any{"name": "adam", "betas": []any{0.9, 0.999}},
	}
}

func goldenBuilder() *Builder {
	b := NewBuilder()
	for i := range int64(100) {
		b.Add("train/loss", i*10, time.Duration(i)*250*time.Millisecond, 1/float64(i+1))
		if i%10 == 9 {
			b.Add("test/accuracy", i/10, time.Duration(i)*250*time.Millisecond, float64(i%20)/20)
		}
	}
	b.Add("odd", math.MinInt64, -time.Second, math.NaN())
	b.Add("odd", math.MaxInt64, time.Hour, math.Inf(1))
	b.SetGoal("test/accuracy", Maximize)
	return b
}

func goldenNotes() Notes {
	now := time.UnixMilli(1_764_000_000_000)
	var a Notes
	a = a.Set(Title, "mine", now, "clone-a").SetTag("good", true, now, "clone-a")
	b := Notes{}.Set(Title, "theirs", now.Add(time.Second), "clone-b").Set(Description, "a\nb", now, "clone-b")
	return Join(a, b).SetTag("good", false, now, "clone-b").Set(Archived, "true", now, "clone-b")
}

func goldenFiles() map[string][]byte {
	b := goldenBuilder()
	chunks := b.Chunks()
	params, err := EncodeParams(goldenParams())
	if err != nil {
		panic(err)
	}
	return map[string][]byte{
		"run.msgpack":          EncodeRun(goldenRun()),
		"params.msgpack":       params,
		"scalars.msgpack":      EncodeIndex(b.Index()),
		"scalars-0000.msgpack": chunks[0].Data,
		"images.msgpack":       EncodeImages(goldenImages()),
		"marks.msgpack":        EncodeMarks(goldenMarks()),
		"notes.msgpack":        EncodeNotes(goldenNotes()),
	}
}

func goldenImages() []ImageEntry {
	return []ImageEntry{{Name: "val/confusion", Step: -1, File: "val%2Fconfusion/-1.png", Width: 640, Height: 480, Size: 70_000}, {Name: "x", File: "x/0.jpg"}}
}

func goldenMarks() []Mark {
	return []Mark{{0, 1, 10}, {5 * time.Millisecond, 2, 300}, {4 * time.Millisecond, 1, 20}}
}

func TestFormat1IsWritten(t *testing.T) {
	for name, data := range goldenFiles() {
		if want := golden(t, name); !bytes.Equal(data, want) {
			t.Errorf("%s: equal content gives other bytes than in format 1:\n%x\nwant\n%x", name, data, want)
		}
	}
}

func TestFormat1IsRead(t *testing.T) {
	run, err := DecodeRun(golden(t, "run.msgpack"))
	read(t, run, goldenRun(), err)
	params, err := DecodeParams(golden(t, "params.msgpack"))
	read(t, params, goldenParams(), err)
	b := goldenBuilder()
	loss, _ := b.Column("train/loss")
	odd, _ := b.Column("odd")
	b.Chunks()
	index, err := DecodeIndex(golden(t, "scalars.msgpack"))
	read(t, index, b.Index(), err)
	columns, err := DecodeChunk(golden(t, "scalars-0000.msgpack"), "train/loss")
	read(t, columns, []Column{loss}, err)
	columns, err = DecodeChunk(golden(t, "scalars-0000.msgpack"), "odd")
	read(t, columns, []Column{odd}, err)
	images, err := DecodeImages(golden(t, "images.msgpack"))
	read(t, images, goldenImages(), err)
	marks, err := DecodeMarks(golden(t, "marks.msgpack"))
	read(t, marks, goldenMarks(), err)
	notes, err := DecodeNotes(golden(t, "notes.msgpack"))
	read(t, notes, goldenNotes(), err)
}

func read(t *testing.T, got, want any, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	same(t, got, want)
}
