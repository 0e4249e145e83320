package recorder

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Where runs came from is read as it was written, whatever the remote is called
// and whatever else stands in the file.
func TestFetchedIsReadAsWritten(t *testing.T) {
	const uuid = "0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
	rapid.Check(t, func(rt *rapid.T) {
		home, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		noise := rapid.SliceOf(rapid.Byte()).Draw(rt, "noise")
		from := rapid.StringN(1, 40, -1).Draw(rt, "from")
		now := time.UnixMilli(rapid.Int64Range(0, 7_258_118_400_000).Draw(rt, "when")).UTC()
		file := filepath.Join(home, fetchedName)
		if err := os.WriteFile(file, append(noise, '\n'), 0o600); err != nil {
			rt.Fatal(err)
		}
		p := &Project{homes: []string{home}}
		p.enterFetched(from, now, uuid)
		p.enterFetched("later", now, uuid)
		if got := readFetched(file)[uuid]; got.From != from || !got.Time.Equal(now) {
			rt.Fatalf("read is %+v, written was %q at %v", got, from, now)
		}
	})
}
