package journal

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var writeFormat = flag.Bool("write-format", false, "write the fixture of this version; never for one that was released")

// TestFormat1 is D14: a journal of version 1 is read for ever, with the same
// values as when it was written.
func TestFormat1(t *testing.T) {
	const file, text = "testdata/format1/whole.bin", "testdata/format1/whole.txt"
	if *writeFormat {
		data, _ := smallJournal(t)
		write(t, file, data)
		write(t, text, []byte(describe(t, file)))
	}
	want, err := os.ReadFile(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(t, file); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// describe prints everything that a journal says.
func describe(t *testing.T, path string) string {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", r.Header())
	for _, f := range readAll(t, path) {
		fmt.Fprintf(&b, "kind %d id %d value %x step %d time %d payload %q\n", f.Kind, f.Series, f.Value, f.Step, f.Time.Nanoseconds(), f.Payload)
	}
	return b.String()
}
