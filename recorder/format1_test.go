package recorder

import (
	"io/fs"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Three runs of the first format, as git bundled them: one that succeeded and
// has notes, one that failed, and one that was killed and recovered. Every
// later version reads them; the bundle is never written again.
const (
	bundled   = "c213c1ff-4b63-4ae6-b099-1153198cc838"
	bundledKO = "d5c595dd-075b-4d8d-a4a8-eaac3bdc93d7"
	recovered = "dcc72c52-6ebd-4390-9342-3afd0716f735"
)

// fetchBundle gives a repository with the bundled runs and nothing else.
func fetchBundle(t *testing.T) *Project {
	t.Helper()
	bundle, err := filepath.Abs(filepath.Join("testdata", "format1.bundle"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"fetch", "-q", bundle, "refs/exprec/*:refs/exprec/*"}, {"fsck", "--strict"}} {
		command := exec.Command("git", args...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
	}
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestFormat1Runs(t *testing.T) {
	p := fetchBundle(t)
	runs, err := p.Runs(t.Context(), "")
	if err != nil || len(runs) != 3 || p.Skipped() != 0 {
		t.Fatalf("%d runs, %d skipped, %v", len(runs), p.Skipped(), err)
	}
	for id, want := range map[string]Status{bundled: Succeeded, bundledKO: Failed, recovered: Lost} {
		r, err := p.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Err() != nil || r.Status() != want || r.Label() != "wider layer" || r.Info().Recovered != (id == recovered) {
			t.Errorf("%s: %s, %q, %v", id, r.Status(), r.Label(), r.Err())
		}
		checkFormat1Scalars(t, r)
		checkFormat1Files(t, r)
	}
}

func checkFormat1Scalars(t *testing.T, r *Run) {
	t.Helper()
	params, err := r.Params()
	if err != nil || params["lr"] != 0.1 || params["epochs"] != int64(20) || params["optimizer"].(map[string]any)["name"] != "adam" {
		t.Errorf("parameters %v, %v", params, err)
	}
	scalars, err := r.Scalars()
	if err != nil || len(scalars) != 3 || scalars[1].Goal != Maximize || scalars[1].Max != 0.99 || scalars[1].MaxStep != 99 {
		t.Errorf("scalars %+v, %v", scalars, err)
	}
	loss, err := r.Series("train/loss")
	if err != nil || len(loss.Steps) != 100 || loss.Steps[99] != 990 || loss.Values[99] != 0.01 {
		t.Errorf("train/loss: %+v, %v", loss, err)
	}
	odd, err := r.Series("odd")
	if err != nil || !slices.Equal(odd.Steps, []int64{math.MinInt64, math.MaxInt64}) || !math.IsNaN(odd.Values[0]) || !math.IsInf(odd.Values[1], 1) {
		t.Errorf("odd: %+v, %v", odd, err)
	}
	if results := r.Results(); len(results) != 1 || results[0].Name != "final/accuracy" || results[0].Value != 0.99 {
		t.Errorf("results %+v", results)
	}
}

func checkFormat1Files(t *testing.T, r *Run) {
	t.Helper()
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	if data, err := fs.ReadFile(files, "models/best.bin"); err != nil || string(data) != "a model\r\n\x00" {
		t.Errorf("files/models/best.bin: %q, %v", data, err)
	}
	source, err := r.Source()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"src/train.py": "print(1)\n# changed\n", "data.csv": "x,y\r\n1,2\n"} {
		if data, err := fs.ReadFile(source, name); err != nil || string(data) != want {
			t.Errorf("source/%s: %q, %v", name, data, err)
		}
	}
	images, err := r.Images()
	if err != nil || len(images) != 1 || images[0].Name != "val/confusion" || images[0].Step != -1 || images[0].Width != 4 || images[0].Height != 3 {
		t.Errorf("images %+v, %v", images, err)
	}
	if image, err := r.OpenImage("val/confusion", -1); err != nil {
		t.Error(err)
	} else if err := image.Close(); err != nil {
		t.Error(err)
	}
	if inputs := r.Info().Inputs; len(inputs) != 1 || inputs[0].SHA256 != "11648c85d59791322776e558432dcdadad895317e810d825c3a0ba87aad2e02a" {
		t.Errorf("inputs %+v", inputs)
	}
}

func TestFormat1Notes(t *testing.T) {
	p := fetchBundle(t)
	r, err := p.Run(t.Context(), bundled)
	if err != nil {
		t.Fatal(err)
	}
	if r.Description() != "what it was for\nline two" || r.Conclusion() != "it works" || !slices.Equal(r.Tags(), []string{"baseline", "kept"}) {
		t.Errorf("%q, %q, %q", r.Description(), r.Conclusion(), r.Tags())
	}
}

// What is derived stays derived: made again from its record and the notes, the
// commit of notes has the id that the first version gave it.
func TestFormat1NotesCommit(t *testing.T) {
	p := fetchBundle(t)
	store := p.stores[0]
	tip, err := store.Ref("refs/exprec/" + bundled)
	if err != nil {
		t.Fatal(err)
	}
	base, said, err := baseOf(store, tip)
	if err != nil {
		t.Fatal(err)
	}
	commit := notesCommit(base, said)
	commit.Ref = "refs/exprec-undo/1"
	again, err := store.Commit(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	if want := "639a2bfa88eadef6c836c499e4dad21ff23d607b"; again.String() != want || tip.String() != want {
		t.Errorf("the commit is %s, the tip %s, and format 1 gives %s", again, tip, want)
	}
}
