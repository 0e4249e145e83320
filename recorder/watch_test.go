package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// told gives what a look tells, in order. A change is a kind, a space and the
// run's name.
func told(b *bench, w *watching, names map[string]string) string {
	b.Helper()
	var all []string
	for _, c := range w.look(b.Context()) {
		for _, kind := range c.Kinds {
			all = append(all, kind+" "+names[c.Run])
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Each change is told, of the run and of the list, and nothing else.
func TestWhatALookTells(t *testing.T) {
	b := newBench(t)
	m, other := b.run("live"), b.seal(b.run("sealed"))
	b.start(m)
	names := map[string]string{"": "list", m.UUID: "live", other.UUID: "sealed"}
	writer, lock := b.journal(m, nil)
	folder := filepath.Join(b.dir, ".exprec", "runs", m.UUID)
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("output/stdout.txt", "")
	write("files/a", "")
	w := &watching{project: b.open()}
	if first := told(b, w, names); first != "" {
		t.Error("the first look tells", first)
	}
	const all = "files %[1]s, images %[1]s, notes %[1]s, output %[1]s, scalars %[1]s, status list, status %[1]s"
	p := b.open()
	for _, step := range []struct {
		what  string
		do    func()
		wants string
	}{
		{"values", func() { writer.ScalarNamed("loss", 1, 1) }, "scalars list, scalars live"},
		{"an image", func() {
			writer.Append(journal.Image, record.EncodeImageFrame(record.ImageFrame{Name: "x", File: "x/1.png"}))
		}, "images live"},
		{"a mark", func() { writer.Append(journal.Mark, record.EncodeMarkFrame(record.MarkFrame{Stream: 1, Offset: 3})) }, "output live"},
		{"output", func() { write("output/stdout.txt", "one") }, "output live"},
		{"a file", func() { write("files/b/c", "x") }, "files live"},
		{"a result", func() {
			writer.Append(journal.Result, record.EncodeResultFrame(record.ResultFrame{Name: "acc", Value: 1}))
		}, "status list, status live"},
		{"a heartbeat", func() { writer.Append(journal.Heartbeat, nil) }, ""},
		{"an edit", func() {
			title := "New"
			if err := p.Edit(t.Context(), b.one(p, other), Edit{Title: &title}); err != nil {
				t.Fatal(err)
			}
		}, "notes sealed, status list"},
		{"death", func() { writer.Close(); lock.Unlock() }, fmt.Sprintf(all, "live")},
		{"recovery", func() {
			if _, err := p.Recover(t.Context(), false); err != nil {
				t.Fatal(err)
			}
		}, fmt.Sprintf(all, "live")},
		{"a ref less", func() {
			if err := b.store.UpdateRef(t.Context(), refPrefix+other.UUID, [20]byte{}, b.one(p, other).Commit()); err != nil {
				t.Fatal(err)
			}
		}, fmt.Sprintf(all, "sealed")},
		{"a new run", func() {
			m := b.seal(b.run("new"))
			names[m.UUID] = "new"
		}, fmt.Sprintf(all, "new")},
	} {
		step.do()
		got := strings.Split(told(b, w, names), ", ")
		want := strings.Split(step.wants, ", ")
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is told as %q, want %q", step.what, got, want)
		}
		if again := told(b, w, names); again != "" {
			t.Errorf("%s is told twice: %q", step.what, again)
		}
	}
}

// Watch looks until it is told to stop, and visits what has changed.
func TestWatch(t *testing.T) {
	b := newBench(t)
	b.seal(b.run("before"))
	ctx, stop := context.WithCancel(t.Context())
	changes, ended := make(chan []RunChange, 100), make(chan error, 1)
	p := b.open()
	go func() { ended <- p.Watch(ctx, time.Millisecond, func(c []RunChange) { changes <- c }) }()
	limit := time.After(30 * time.Second)
	for first := true; ; {
		select {
		case c := <-changes:
			if first { // of which it tells nothing, though there is a run
				if first = false; len(c) > 0 {
					t.Error("at first it tells of", c)
				}
				b.seal(b.run("new"))
				continue
			}
			if c[0].Run != "" || len(c) < 2 || len(c[1].Run) != uuidLength {
				t.Error("a new run is told as", c)
			}
			stop()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			return
		case <-limit:
			t.Fatal("nothing was told")
		}
	}
}

// BenchmarkLook is what a look costs at a project of 1,000 runs of which 8 go on,
// while nothing happens.
func BenchmarkLook(b *testing.B) {
	fixture := newBench(b)
	for range 1000 {
		fixture.seal(fixture.run("sealed"))
	}
	for range 8 {
		m := fixture.run("live")
		fixture.start(m)
		writer, _ := fixture.journal(m, nil)
		for i := range 20_000 {
			writer.ScalarNamed(fmt.Sprint("scalar ", i%20), float64(i), int64(i))
		}
	}
	w := &watching{project: fixture.open()}
	for began := time.Now(); time.Since(began) < time.Second; {
		w.look(b.Context())
	}
	for b.Loop() {
		if changes := w.look(b.Context()); changes != nil {
			b.Fatal(changes)
		}
	}
}

// BenchmarkRefresh reads 100 new points of a run that goes on and has a million.
func BenchmarkRefresh(b *testing.B) {
	fixture := newBench(b)
	m := fixture.run("live")
	fixture.start(m)
	writer, _ := fixture.journal(m, nil)
	ids := []uint32{writer.Series("loss"), writer.Series("acc")}
	for i := range 1_000_000 {
		writer.Scalar(ids[i%2], float64(i), int64(i))
	}
	p := fixture.open()
	run := p.Refresh(fixture.one(p, m))
	for b.Loop() {
		b.StopTimer()
		for i := range 100 {
			writer.Scalar(ids[i%2], float64(i), int64(i))
		}
		b.StartTimer()
		next := p.Refresh(run)
		if next == run {
			b.Fatal("nothing new was read")
		}
		run = next
		if _, err := run.Scalars(); err != nil {
			b.Fatal(err)
		}
	}
}
