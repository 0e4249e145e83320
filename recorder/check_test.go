package recorder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

func check(t testing.TB, p *Project, runs ...*Run) *CheckReport {
	t.Helper()
	report, err := p.Check(t.Context(), runs...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestCheckOfGoodRuns(t *testing.T) {
	b := newBench(t)
	m := b.run("images")
	m.images = []Image{{Name: "s", Step: 1, File: "s/1.png", Size: 3}}
	b.seal(m)
	large := b.run("large")
	content := filepath.Join(t.TempDir(), "weights")
	put(t, content, "many bytes")
	pointer, err := b.store.LFS().Put(t.Context(), content, false)
	if err != nil {
		t.Fatal(err)
	}
	large.files = map[string]string{"w.bin": string(pointer.Bytes())}
	large.Large = []record.LargeFile{{Path: "w.bin", Size: pointer.Size}}
	b.seal(large)
	live := b.run("live")
	b.start(live)
	w, _ := b.journal(live, nil)
	w.Scalar(w.Series("loss"), 1, 1)
	p := b.open()
	if err := p.Edit(t.Context(), b.one(p, m), Edit{AddTags: []string{"noted"}}); err != nil {
		t.Fatal(err)
	}
	report := check(t, p)
	if err := report.Err(); err != nil {
		t.Fatalf("%v: %+v", err, report.Findings)
	}
	want(t, "runs", report.Runs, 3)
	want(t, "sealed", report.Sealed, 2)
	want(t, "points", report.Points, int64(7))
	want(t, "large files", report.Large, 1)
	if report.Objects < 20 {
		t.Error("only", report.Objects, "objects were read")
	}
	one := check(t, p, b.one(p, m))
	want(t, "one of them", one.Runs, 1)
}

// Each kind of damage is found, named, and does not hide behind another's.
func TestCheckFindsDamage(t *testing.T) {
	tooMany := func(m *made) {
		m.points.Chunks()
		m.points = twice(m)
		m.index = m.points.Index()
		m.index[0].Count++
	}
	for _, c := range []struct {
		name   string
		damage func(*bench, *made)
		want   string
	}{
		{"parameters", func(_ *bench, m *made) { m.raw[record.ParamsFile] = []byte{0xdf, 0xff, 0xff, 0xff, 0xff} }, record.ParamsFile},
		{"index", func(_ *bench, m *made) { m.raw[record.ScalarsFile] = []byte("x") }, record.ScalarsFile},
		{"a chunk", func(_ *bench, m *made) { m.raw["scalars/0000.msgpack"] = []byte("x") }, "0000.msgpack"},
		{"count", func(_ *bench, m *made) { tooMany(m) }, "disagree about their count"},
		{"greatest value", func(_ *bench, m *made) {
			m.points = twice(m)
			m.points.Chunks()
			m.index = m.points.Index()
			m.index[0].Max = 17
			m.points = twice(m)
		}, "the smallest or the greatest"},
		{"a scalar that no index names", func(_ *bench, m *made) { m.raw[record.ScalarsFile] = record.EncodeIndex(nil) }, "is not in the index"},
		{"an image that is not there", func(_ *bench, m *made) {
			m.raw[record.ImagesFile] = record.EncodeImages([]Image{{Name: "s", Step: 1, File: "s/1.png", Size: 3}})
		}, "not there"},
		{"an image of another size", func(_ *bench, m *made) { m.images = []Image{{Name: "s", Step: 1, File: "s/1.png", Size: 4}} }, "4"},
		{"content that is not in the LFS store", func(_ *bench, m *made) {
			m.files = map[string]string{"w.bin": string(gitstore.Pointer{Size: 5}.Bytes())}
			m.Large = []record.LargeFile{{Path: "w.bin", Size: 5}}
		}, "its content is not here"},
		{"a pointer that is none", func(_ *bench, m *made) {
			m.files = map[string]string{"w.bin": "weights"}
			m.Large = []record.LargeFile{{Path: "w.bin", Size: 5}}
		}, "no Git LFS pointer"},
		{"damaged content in the LFS store", damageLarge, "damaged"},
		{"no sums of journals", func(_ *bench, m *made) { m.Journal = nil }, "from which journals"},
		{"a sum that is none", func(_ *bench, m *made) { m.Journal[0].SHA256 = "x" }, "sum of the journal"},
		{"notes", func(_ *bench, m *made) { m.raw[record.NotesFile] = []byte("x") }, "notes.msgpack"},
		{"run.msgpack", func(_ *bench, m *made) { m.raw[record.RunFile] = []byte("x") }, "run.msgpack"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			good := b.seal(b.run("good"))
			m := b.run("bad")
			c.damage(b, m)
			b.seal(m)
			report := check(t, b.open())
			if !errors.Is(report.Err(), ErrDamaged) {
				t.Fatal("the damage was not found:", report.Err())
			}
			found := false
			for _, f := range report.Findings {
				if f.Run == good.UUID {
					t.Error("a finding in the good run:", f)
				}
				found = found || strings.Contains(f.Path+" "+f.Problem, c.want)
			}
			if !found {
				t.Errorf("no finding says %q: %+v", c.want, report.Findings)
			}
			want(t, "runs that were checked", report.Runs, 2)
		})
	}
}

// twice gives the points of a run's scalar anew.
func twice(*made) *record.Builder {
	points := record.NewBuilder()
	for step := range 3 {
		points.Add("loss", int64(step), 0, 1/float64(step+1))
	}
	return points
}

func damageLarge(b *bench, m *made) {
	content := filepath.Join(b.TempDir(), "weights")
	put(b, content, "many bytes")
	pointer, err := b.store.LFS().Put(b.Context(), content, false)
	if err != nil {
		b.Fatal(err)
	}
	path := b.store.LFS().Path(pointer)
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("MANY bytes"), 0o600)); err != nil {
		b.Fatal(err)
	}
	m.files = map[string]string{"w.bin": string(pointer.Bytes())}
	m.Large = []record.LargeFile{{Path: "w.bin", Size: pointer.Size}}
}

// A record that somebody changed after it was sealed is told from notes.
func TestCheckFindsARecordThatWasChanged(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("r"))
	m.Results[0].Value = 1
	m.points = twice(m)
	m.index = nil
	b.seal(m)
	report := check(t, b.open())
	if len(report.Findings) != 1 || !strings.Contains(report.Findings[0].Problem, "changed after") {
		t.Errorf("%+v", report.Findings)
	}
}

// Bits that rot in a pack or a journal are found.
func TestCheckFindsRot(t *testing.T) {
	b := newBench(t)
	b.seal(b.run("r"))
	packs, err := filepath.Glob(filepath.Join(b.store.GitDir(), "objects", "pack", "*.pack"))
	if err != nil || len(packs) == 0 {
		t.Fatal(packs, err)
	}
	for _, pack := range packs {
		data, err := os.ReadFile(pack)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)-40] ^= 1
		if err := errors.Join(os.Chmod(pack, 0o600), os.WriteFile(pack, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	report := check(t, b.open())
	if !errors.Is(report.Err(), ErrDamaged) {
		t.Errorf("rot in every pack was not found: %+v", report)
	}
}

func TestCheckFindsADamagedJournal(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	b.start(m)
	w, lock := b.journal(m, nil)
	id := w.Series("loss")
	for step := range 100 {
		w.Scalar(id, 1, int64(step))
	}
	w.Close()
	lock.Unlock()
	data, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(w.Path(), data, 0o600); err != nil {
		t.Fatal(err)
	}
	report := check(t, b.open())
	if len(report.Findings) == 0 || !strings.Contains(report.Findings[0].Problem, "damaged") {
		t.Errorf("%+v", report.Findings)
	}
}
