package journal

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var writeSeeds = flag.Bool("write-seeds", false, "write the seed corpus of FuzzReader and FuzzFrame anew")

// TestSeeds: the committed seeds still are journals of this version, so that
// fuzzing begins behind the header. With -write-seeds they are written.
func TestSeeds(t *testing.T) {
	if *writeSeeds {
		makeSeeds(t)
	}
	names, err := filepath.Glob("testdata/fuzz/FuzzReader/seed-*")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d seeds of FuzzReader, %v", len(names), err)
	}
	text, err := os.ReadFile("testdata/fuzz/FuzzReader/seed-whole")
	if err != nil {
		t.Fatal(err)
	}
	var quoted string
	if _, err := fmt.Sscanf(string(text), "go test fuzz v1\n[]byte(%q)", &quoted); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "seed.bin")
	if err := os.WriteFile(path, []byte(quoted), 0o600); err != nil {
		t.Fatal(err)
	}
	if frames := readAll(t, path); len(frames) < 8 {
		t.Errorf("%d frames in the whole seed", len(frames))
	}
}

func makeSeeds(t *testing.T) {
	data, _ := smallJournal(t)
	middle := len(data) / 2
	flipped := bytes.Clone(data)
	flipped[middle] ^= 4
	newer := bytes.Clone(data)
	newer[8]++
	seeds := map[string][]byte{
		"whole": data, "flipped": flipped, "newer": newer, "header": data[:80], "cut": data[:len(data)-5],
		"open":  append(bytes.Clone(data), make([]byte, 4096)...),
		"hole":  append(append(bytes.Clone(data[:middle&^7]), make([]byte, 64)...), data[middle&^7:]...),
		"twice": append(bytes.Clone(data), data...),
	}
	for name, seed := range seeds {
		writeSeed(t, "FuzzReader", name, seed)
	}
	frame := func(low string, fixed int, payload string) string { return low + string(make([]byte, fixed)) + payload }
	named := "\x01\x01\x00\x00" + string(make([]byte, 8)) + "\x04\x00\x00\x00\x00\x00\x00\x00loss"
	writeSeed(t, "FuzzFrame", "values", []byte(named+frame("\x02\x01\x00\x00", 16, "")+frame("\x03\x01\x00\x00", 24, "")))
	writeSeed(t, "FuzzFrame", "nameless", []byte(frame("\x02\x07\x00\x00", 16, "")+frame("\x03\xff\xff\xff", 24, "")))
	writeSeed(t, "FuzzFrame", "unknown", []byte(frame("\xc8\x00\x00\x00", 16, "")+named+named))
}

func writeSeed(t *testing.T, target, name string, data []byte) {
	folder := filepath.Join("testdata", "fuzz", target)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", data)
	if err := os.WriteFile(filepath.Join(folder, "seed-"+name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
