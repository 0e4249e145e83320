package examples

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// A sweep records every training of its plan with the source of the first one,
// whatever becomes of the work tree, and those that fail.
func TestSweep(t *testing.T) {
	bin := t.TempDir()
	for _, name := range []string{"./digits", "./sweep", "../cmd/exprec"} {
		build(t, bin+string(filepath.Separator), name)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	dir := project(t)
	unchanged := gitstoretest.Unchanged(t, dir)
	out := run(t, dir, "sweep", "-runs", "51", "-epochs", "1", "-group", "try", "-program", "digits")
	unchanged()
	if want := "51 trainings recorded, 5 of them failed: exprec list group=try\n"; out != want {
		t.Errorf("printed %q, want %q", out, want)
	}
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	runs, err := p.Runs(t.Context(), "try")
	if err != nil || len(runs) != 51 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	first := runs[50]
	fingerprints := map[string]int{}
	for _, r := range runs[:50] {
		if notes := r.Info().Source.Notes; len(notes) == 0 || !strings.Contains(notes[0], first.ID()) {
			t.Errorf("the source of %s is not that of the first run: %q", r.Short(), notes)
		}
		params, err := r.Params()
		if err != nil || params["lr"] == nil || params["hidden"] != int64(8) {
			t.Errorf("the parameters of %s are %v, %v", r.Short(), params, err)
		}
		if r.Status() == recorder.Failed {
			fingerprints[r.Info().Error.Fingerprint]++
		}
	}
	if len(fingerprints) != 1 {
		t.Errorf("one kind of failure has the fingerprints %v", fingerprints)
	}
}
