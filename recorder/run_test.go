package recorder

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

func TestASealedRunIsReadFromGit(t *testing.T) {
	b := newBench(t)
	m := b.run("base")
	m.Tags = []string{"x"}
	m.images = []Image{{Name: "sample", Step: 3, File: "sample/3.png", Width: 2, Height: 1, Size: 3}}
	b.seal(m)
	r := b.one(b.open(), m)

	want(t, "id", r.ID(), m.UUID)
	want(t, "short", r.Short(), m.UUID[:8])
	want(t, "label", r.Label(), "base")
	want(t, "status", r.Status(), Succeeded)
	want(t, "seconds", r.Seconds(), 90.0)
	want(t, "heard", r.LastHeard(), m.Ended)
	want(t, "commit", r.Commit(), m.tip)
	want(t, "tags", r.Tags(), []string{"x"})
	want(t, "results", len(r.Results()), 1)
	params, err := r.Params()
	want(t, "params", params, m.params)
	want(t, "err", err, nil)
	scalars, err := r.Scalars()
	if err != nil || len(scalars) != 1 || scalars[0].Name != "loss" || scalars[0].Count != 3 || scalars[0].Last != 1./3 {
		t.Error(scalars, err)
	}
	series, err := r.Series("loss")
	want(t, "err", err, nil)
	want(t, "series", *series, Series{Name: "loss", Steps: []int64{0, 1, 2},
		Times: []time.Duration{0, time.Second, 2 * time.Second}, Values: []float64{1, 0.5, 1. / 3}})
	packages, err := r.Packages()
	want(t, "packages", packages, []string{"golang.org/x/sys v0.50.0", "numpy==2.1"})
	want(t, "err", err, nil)
	images, err := r.Images()
	if err != nil || len(images) != 1 || images[0].Name != "sample" {
		t.Error(images, err)
	}
	image, err := r.OpenImage("sample", 3)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(image)
	if image.Close(); string(data) != "png" || err != nil {
		t.Errorf("%q %v", data, err)
	}
	if _, err := r.OpenImage("sample", 4); !errors.Is(err, ErrNoImage) {
		t.Error("an image that is not there gives", err)
	}
	if _, err := r.Series("nothing"); !errors.Is(err, ErrNoScalar) {
		t.Error("a scalar that is not there gives", err)
	}
}

// A series that lies in many chunks is joined in its order.
func TestASeriesOverManyChunks(t *testing.T) {
	b := newBench(t)
	m := b.run("long")
	const n = 1_200_000
	for step := range n {
		m.points.Add("noise", int64(step), 0, math.Sin(float64(step)*1e3))
	}
	b.seal(m)
	r := b.one(b.open(), m)
	index, err := r.Scalars()
	if err != nil || index[1].Chunks < 2 {
		t.Fatalf("the fixture has %d chunks (%v): it proves nothing", index[1].Chunks, err)
	}
	s, err := r.Series("noise")
	if err != nil || len(s.Values) != n {
		t.Fatal(len(s.Values), err)
	}
	for step := range n {
		if s.Steps[step] != int64(step) || s.Values[step] != math.Sin(float64(step)*1e3) {
			t.Fatalf("point %d is %v at %d", step, s.Values[step], s.Steps[step])
		}
	}
}

// An unsealed run is read from the journals of all its processes.
func TestALiveRunIsReadFromItsJournals(t *testing.T) {
	b := newBench(t)
	m := b.run("live")
	b.start(m)
	one, _ := b.journal(m, nil)
	two, _ := b.journal(m, func(h *journal.Header) { h.Rank = 1 })
	set := func(w *journal.Writer, name string, value any) {
		data, err := record.EncodeParameterFrame(record.ParameterFrame{Name: name, Value: value})
		if err != nil {
			t.Fatal(err)
		}
		w.Append(journal.Parameter, data)
	}
	set(one, "lr", 0.1)
	passMilliseconds(2)
	set(two, "lr", 0.2)
	set(one, "epochs", int64(3))
	loss := one.Series("loss")
	one.Scalar(loss, 0.5, 1)
	one.Scalar(loss, 0.25, 2)
	passMilliseconds(2)
	two.Scalar(two.Series("loss"), 0.125, 3)
	one.Append(journal.Result, record.EncodeResultFrame(record.ResultFrame{Name: "acc", Value: 0.9}))
	one.Append(journal.Goal, record.EncodeGoalFrame(record.GoalFrame{Name: "loss", Goal: Minimize}))

	p := b.open()
	r := b.one(p, m)
	want(t, "status", r.Status(), Running)
	want(t, "ended", r.Ended(), time.Time{})
	params, err := r.Params()
	want(t, "params", params, map[string]any{"lr": 0.2, "epochs": int64(3)})
	want(t, "err", err, nil)
	want(t, "results", r.Results()[0].Value, 0.9)
	want(t, "metric", r.MainMetric(), "loss")
	s, err := r.Series("loss")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "values", s.Values, []float64{0.5, 0.25, 0.125})
	scalars, _ := r.Scalars()
	want(t, "last", scalars[0].Last, 0.125)
	want(t, "goal", scalars[0].Goal, Minimize)
	if heard := r.LastHeard(); heard.Before(time.Now().Add(-time.Minute)) {
		t.Error("last heard", heard)
	}
	want(t, "status in info", r.Info().Status, Running)
	if _, err := r.Series("nothing"); !errors.Is(err, ErrNoScalar) {
		t.Error("a scalar that is not there gives", err)
	}
	one.Scalar(loss, 0.0625, 4)
	again, err := b.one(p, m).Series("loss")
	if err != nil || len(again.Values) != 4 {
		t.Error("a later look does not see the new point", again, err)
	}
}

func TestFilesAndImagesOfALiveRun(t *testing.T) {
	b := newBench(t)
	m := b.run("live")
	b.start(m)
	w, _ := b.journal(m, nil)
	folder := filepath.Join(b.dir, ".exprec", "runs", m.UUID)
	outside := filepath.Join(b.dir, "outside.txt")
	put(t, outside, "canary")
	put(t, filepath.Join(folder, "files", "out", "model.bin"), "weights")
	put(t, filepath.Join(folder, "images", "s", "1.png"), "png")
	put(t, filepath.Join(folder, record.PackagesFile), "numpy==2.1\n")
	if err := os.Symlink(outside, filepath.Join(folder, "files", "link")); err != nil {
		t.Fatal(err)
	}
	w.Append(journal.Image, record.EncodeImageFrame(record.ImageFrame{Name: "s", Step: 1, File: "s/1.png", Size: 3}))
	w.Append(journal.Image, record.EncodeImageFrame(record.ImageFrame{Name: "evil", Step: 1, File: "../../../../outside.txt", Size: 3}))
	r := b.one(b.open(), m)
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	if data, err := readAll(files, "out/model.bin"); string(data) != "weights" {
		t.Errorf("%q %v", data, err)
	}
	if data, err := readAll(files, "link"); err == nil {
		t.Errorf("a link out of the folder gives %q", data)
	}
	image, err := r.OpenImage("s", 1)
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := io.ReadAll(image); string(data) != "png" {
		t.Errorf("image %q", data)
	}
	image.Close()
	if _, err := r.OpenImage("evil", 1); err == nil {
		t.Error("an image outside the run was opened")
	}
	packages, _ := r.Packages()
	want(t, "packages", packages, []string{"numpy==2.1"})
}

// The status of an unsealed run follows from the lock and from who can tell.
func TestStatusOfUnsealedRuns(t *testing.T) {
	elsewhere := func(h *journal.Header) { h.MachineID, h.BootID, h.Host = "another", "boot", "gpu-3" }
	for _, c := range []struct {
		name   string
		change func(*journal.Header)
		alive  bool
		want   Status
	}{
		{"its process lives here", nil, true, Running},
		{"its process died here", nil, false, Lost},
		{"on another machine", elsewhere, false, Running},
		{"in another container", func(h *journal.Header) { h.PIDNamespace = "pid:[1]" }, false, Running},
		{"before the last boot, silent", func(h *journal.Header) { h.BootID = "earlier" }, false, onDisk(t, Lost)},
		{"before the last boot, heard since", func(h *journal.Header) { h.BootID, h.Start = "earlier", time.Now() }, false, Running},
		{"before the last boot of a machine with another name", func(h *journal.Header) { h.BootID, h.Host = "earlier", "gpu-3" }, false, Running},
		{"before the last boot of a machine without an id", func(h *journal.Header) { h.BootID, h.MachineID = "earlier", "" }, false, Running},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("r")
			b.start(m)
			_, lock := b.journal(m, c.change)
			if !c.alive {
				lock.Unlock()
			}
			want(t, "status", b.one(b.open(), m).Status(), c.want)
		})
	}
}

// onDisk is the status that a test expects where its folder is on a disk of
// this machine alone: elsewhere nobody can tell.
func onDisk(t *testing.T, status Status) Status {
	if journal.OnOwnDisk(t.TempDir()) {
		return status
	}
	return Running
}

// A run of which only the start commit is left is lost, and has its source.
func TestAStartWithoutJournals(t *testing.T) {
	b := newBench(t)
	here := b.run("here")
	here.Process = record.Process{MachineID: journal.MachineID(), BootID: journal.BootID(), PIDNamespace: journal.PIDNamespace()}
	b.start(here)
	fetched := b.run("fetched")
	fetched.Process = record.Process{MachineID: "another", BootID: "boot", PIDNamespace: "pid:[9]"}
	b.start(fetched)
	p := b.open()
	r := b.one(p, here)
	want(t, "status", r.Status(), Lost)
	if tree, err := r.sourceTree(); err != nil || tree.IsZero() {
		t.Error("its source is gone:", err)
	}
	params, err := r.Params()
	want(t, "params", params, map[string]any{})
	want(t, "err", err, nil)
	want(t, "another machine's", b.one(p, fetched).Status(), Running)
	want(t, "heard", b.one(p, fetched).LastHeard(), fetched.Started)
}

// A run whose start never reached git is listed by its journal.
func TestAJournalWithoutAStart(t *testing.T) {
	b := newBench(t)
	b.seal(b.run("other"))
	m := b.run("unseen")
	w, lock := b.journal(m, nil)
	w.Scalar(w.Series("loss"), 0.5, 1)
	lock.Unlock()
	p := b.open()
	runs, err := p.Runs(t.Context(), "")
	if err != nil || len(runs) != 2 {
		t.Fatal(len(runs), err)
	}
	r := b.one(p, m)
	want(t, "status", r.Status(), Lost)
	want(t, "started", r.Started(), m.Started)
	if s, err := r.Series("loss"); err != nil || len(s.Values) != 1 {
		t.Error(s, err)
	}
	if err := p.Edit(t.Context(), r, Edit{AddTags: []string{"x"}}); err == nil {
		t.Error("notes without a commit were accepted")
	}
}

// A reader that comes while a run is sealed sees all of it.
func TestARunSealedWhileItIsRead(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	b.start(m)
	w, lock := b.journal(m, nil)
	w.Scalar(w.Series("loss"), 7, 1)
	p := b.open()
	r := b.one(p, m)
	want(t, "status", r.Status(), Running)
	b.seal(m)
	lock.Unlock()
	if err := os.RemoveAll(filepath.Join(b.dir, ".exprec", "runs", m.UUID)); err != nil {
		t.Fatal(err)
	}
	s, err := r.Series("loss")
	if err != nil || len(s.Values) != 3 {
		t.Errorf("got %v, %v; want the three values of the record", s, err)
	}
}

func TestTheSameRunInTwoStores(t *testing.T) {
	b := newBench(t)
	m := b.run("twice")
	b.start(m)
	other, err := gitstore.OpenPrivate(filepath.Join(t.TempDir(), "other.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	first := b.store
	b.store = other
	copied := *m
	copied.tip, copied.Info.UUID = gitstore.Hash{}, m.UUID
	copied.started = gitstore.Hash{}
	b.seal(&copied)
	b.store = first
	only := b.run("only")
	b.store = other
	b.seal(only)
	b.store = first

	p := b.open()
	p.stores = append(p.stores, other)
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "names", names(runs), []string{"only", "twice"})
	want(t, "the sealed copy", runs[1].Status(), Succeeded)
	want(t, "by id", b.one(p, m).Status(), Succeeded)
}

// passMilliseconds lets the journals' clocks move on, so that their frames have
// an order in time.
func passMilliseconds(n int) {
	for start := time.Now(); time.Since(start) < time.Duration(n)*time.Millisecond; {
		runtime.Gosched()
	}
}

func readAll(fsys fs.FS, name string) ([]byte, error) { return fs.ReadFile(fsys, name) }

func put(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A record that names another run is not taken for this one.
func TestARecordUnderAForeignID(t *testing.T) {
	b := newBench(t)
	m := b.run("real")
	b.seal(m)
	forged := b.run("forged")
	forged.raw[record.RunFile] = record.EncodeRun(&m.Info)
	b.seal(forged)
	p := b.open()
	r := b.one(p, forged)
	if !errors.Is(r.Err(), ErrDamaged) || !strings.Contains(r.Err().Error(), "another run") {
		t.Error("the forged record gives", r.Err())
	}
	want(t, "what is known comes from the start", r.Label(), "forged")
	want(t, "id", uuid.MustParse(r.ID()).String(), forged.UUID)
	want(t, "the real one", b.one(p, m).Err(), nil)
}
