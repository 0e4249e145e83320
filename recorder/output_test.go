package recorder

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// printed is an unsealed run whose output was written through a sink.
func (b *bench) printed(m *made, limit int64, print func(*capture.Sink)) (folder string) {
	b.Helper()
	b.start(m)
	w, lock := b.journal(m, nil)
	folder = filepath.Dir(filepath.Dir(w.Path()))
	sink, err := capture.OpenSink(filepath.Join(folder, outputDir), limit, func(s capture.Stream, at int64) {
		w.Append(journal.Mark, record.EncodeMarkFrame(record.MarkFrame{Stream: uint8(s), Offset: at}))
	})
	if err != nil {
		b.Fatal(err)
	}
	print(sink)
	if err := sink.Close(); err != nil {
		b.Fatal(err)
	}
	code := 0
	w.Append(journal.End, record.EncodeEndFrame(record.EndFrame{Status: Succeeded, ExitCode: &code, Time: time.Now()}))
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		b.Fatal(err)
	}
	return folder
}

func text(t testing.TB, r *Run, stream string) (Output, string) {
	t.Helper()
	o, err := r.Output(stream)
	if err != nil {
		t.Fatal(err)
	}
	return o, readFrom(t, o, 0)
}

func readFrom(t testing.TB, o Output, offset int64) string {
	t.Helper()
	r, err := o.From(offset)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// sealNow seals a run whose processes have ended.
func (b *bench) sealNow(p *Project) {
	b.Helper()
	r, err := p.Recover(b.Context(), false)
	if err != nil || len(r.Failed) > 0 || len(r.Sealed) != 1 {
		b.Fatalf("recover: %+v, %v", r, err)
	}
}

func alternate(s *capture.Sink) {
	s.Write(capture.Stdout, []byte("one\n"))
	s.Write(capture.Stderr, []byte("oops\n"))
	s.Write(capture.Stdout, []byte("two\n"))
}

// The record holds what was printed, in its order; a run that goes on and its
// record say the same.
func TestOutputInRecord(t *testing.T) {
	b := newBench(t)
	m := b.run("prints")
	folder := b.printed(m, capture.DefaultLimit, alternate)
	p := b.open()
	check := func(r *Run) {
		t.Helper()
		o, out := text(t, r, "stdout")
		want(t, "stdout", out, "one\ntwo\n")
		want(t, "sizes", []int64{o.Size, o.Cut, o.Length}, []int64{8, 0, 8})
		want(t, "from 4", readFrom(t, o, 4), "two\n")
		_, errs := text(t, r, "stderr")
		want(t, "stderr", errs, "oops\n")
		marks, err := r.Marks()
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, mark := range marks {
			order = append(order, fmt.Sprint(mark.Stream, mark.Offset))
		}
		want(t, "marks", order, []string{"1 4", "2 5", "1 8"})
	}
	live := b.one(p, m)
	want(t, "status", live.Status(), Lost) // nobody has sealed it
	check(live)
	b.sealNow(p)
	sealed := b.one(p, m)
	check(sealed)
	want(t, "outputs", sealed.Info().Outputs, []record.Output{{Stream: "stdout", Size: 8}, {Stream: "stderr", Size: 5}})
	mirror, err := os.ReadFile(filepath.Join(folder, outputDir, "stdout.txt"))
	want(t, "mirror", fmt.Sprint(string(mirror), err), "one\ntwo\n<nil>")
	b.checked(p, m, 0)
	if _, err := sealed.Output("stdin"); err == nil {
		t.Error("there is a stream stdin")
	}
}

// checked wants so many findings.
func (b *bench) checked(p *Project, m *made, findings int) *CheckReport {
	b.Helper()
	report, err := p.Check(b.Context(), b.one(p, m))
	if err != nil || len(report.Findings) != findings {
		b.Fatalf("check found %+v, %v; want %d findings", report.Findings, err, findings)
	}
	return report
}

// A run without output has none, and says so without an error.
func TestOutputOfSilentRun(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("silent"))
	o, out := text(t, b.one(b.open(), m), "stdout")
	want(t, "output", fmt.Sprint(out, o.Size, o.Length), "0 0")
	marks, err := b.one(b.open(), m).Marks()
	want(t, "marks", fmt.Sprint(marks, err), "[] <nil>")
}

// Where the middle was left out, the record has one text with a line for it,
// and the marks point into that text.
func TestOutputCut(t *testing.T) {
	b := newBench(t)
	m := b.run("long")
	var all []byte
	folder := b.printed(m, 400, func(s *capture.Sink) {
		for i := range 100 {
			line := fmt.Appendf(nil, "line %03d\n", i)
			all = append(all, line...)
			s.Write(capture.Stdout, line)
			s.Write(capture.Stderr, []byte("."))
		}
	})
	p := b.open()
	_, livetext := text(t, b.one(p, m), "stdout")
	b.sealNow(p)
	r := b.one(p, m)
	o, got := text(t, r, "stdout")
	want(t, "live", livetext, got)
	want(t, "size", []int64{o.Size, o.CutAt, o.Length}, []int64{900, 200, int64(len(got))})
	if o.Cut < 400 || !strings.HasPrefix(got, string(all[:200])+"\n[exprec: ") || !strings.HasSuffix(got, " B left out here]\n"+string(all[200+o.Cut:])) {
		t.Errorf("%+v: %s", o, got)
	}
	want(t, "from the end", readFrom(t, o, 891), "line 099\n")
	want(t, "files", files(t, filepath.Join(folder, outputDir)), []string{"marks.msgpack", "stderr.txt", "stdout.txt"})
	marks, err := r.Marks()
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range marks {
		if mark.Stream == 1 && mark.Offset <= 190 && got[mark.Offset-1] != '\n' {
			t.Errorf("mark %+v is not at the end of a line", mark)
		}
	}
	want(t, "last mark", marks[len(marks)-2].Offset, int64(len(got)))
	b.checked(p, m, 0)
}

func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Wherever a seal is interrupted, the next one gives the same record, and the
// folder is its mirror.
func TestOutputSealInterrupted(t *testing.T) {
	print := func(s *capture.Sink) {
		for i := range 100 {
			s.Write(capture.Stdout, fmt.Appendf(nil, "line %03d\n", i))
		}
	}
	whole := func(dir string) []byte {
		text, err := capture.Stored(dir, capture.Stdout)
		if err != nil {
			t.Fatal(err)
		}
		r, err := text.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	join := func(dir string) { os.WriteFile(filepath.Join(dir, ".new-stdout.txt"), whole(dir), 0o600) }
	pieces := func(dir string) []string {
		names, _ := filepath.Glob(filepath.Join(dir, "stdout.txt.from-*"))
		return names
	}
	states := map[string]func(dir string, commit func()){
		"while joining":      func(dir string, _ func()) { os.WriteFile(filepath.Join(dir, ".new-stdout.txt"), []byte("half"), 0o600) },
		"after joining":      func(dir string, _ func()) { join(dir) },
		"after the commit":   func(dir string, commit func()) { commit() },
		"after the renaming": func(dir string, commit func()) { commit(); os.Rename(dir+"/.new-stdout.txt", dir+"/stdout.txt") },
		"while removing": func(dir string, commit func()) {
			commit()
			os.Rename(dir+"/.new-stdout.txt", dir+"/stdout.txt")
			os.Remove(pieces(dir)[0])
		},
	}
	for name, interrupt := range states {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("long")
			folder := b.printed(m, 400, print)
			dir := filepath.Join(folder, outputDir)
			wanted := string(whole(dir))
			p := b.open()
			interrupt(dir, func() { b.commitOnly(p, m.UUID, folder) })
			lock, ok, err := journal.TryLockExclusive(filepath.Join(folder, lockName))
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			defer lock.Unlock()
			if _, err := p.seal(t.Context(), m.UUID, folder); err != nil {
				t.Fatal(err)
			}
			_, got := text(t, b.one(p, m), "stdout")
			want(t, "record", got, wanted)
			mirror, err := os.ReadFile(filepath.Join(dir, "stdout.txt"))
			want(t, "mirror", fmt.Sprint(string(mirror), err), wanted+"<nil>")
			want(t, "pieces", pieces(dir), nil)
			if _, err := os.Stat(filepath.Join(dir, ".new-stdout.txt")); !os.IsNotExist(err) {
				t.Errorf("the joined text is left over: %v", err)
			}
		})
	}
}

// commitOnly writes the record and dies then.
func (b *bench) commitOnly(p *Project, id, folder string) {
	b.Helper()
	copied := filepath.Join(b.TempDir(), id)
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		b.Fatal(err)
	}
	if _, err := p.seal(b.Context(), id, copied); err != nil {
		b.Fatal(err)
	}
	joined, err := os.ReadFile(filepath.Join(copied, outputDir, "stdout.txt"))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, outputDir, ".new-stdout.txt"), joined, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// check finds marks that lie outside of the output, and output that is not
// what run.msgpack says.
func TestCheckOutput(t *testing.T) {
	out := func(o record.Output, text string, marks ...record.Mark) func(*made) {
		return func(m *made) {
			m.Outputs = []record.Output{o}
			m.raw["output/stdout.txt"] = []byte(text)
			m.raw[marksName] = record.EncodeMarks(marks)
		}
	}
	mark := func(stream uint8, at int64) record.Mark { return record.Mark{Stream: stream, Offset: at} }
	for name, c := range map[string]struct {
		make     func(*made)
		findings int
	}{
		"right":           {out(record.Output{Stream: "stdout", Size: 3}, "abc", mark(1, 1), mark(1, 3)), 0},
		"beyond the end":  {out(record.Output{Stream: "stdout", Size: 3}, "abc", mark(1, 4)), 1},
		"other stream":    {out(record.Output{Stream: "stdout", Size: 3}, "abc", mark(2, 1)), 1},
		"unknown stream":  {out(record.Output{Stream: "stdout", Size: 3}, "abc", mark(9, 1)), 1},
		"backwards":       {out(record.Output{Stream: "stdout", Size: 3}, "abc", mark(1, 2), mark(1, 1)), 1},
		"other size":      {out(record.Output{Stream: "stdout", Size: 4}, "abc"), 1},
		"no line":         {out(record.Output{Stream: "stdout", Size: 9, CutAt: 1, Cut: 6}, "abc"), 1},
		"negative":        {out(record.Output{Stream: "stdout", Size: -9, CutAt: 1, Cut: 6}, "abc"), 1},
		"not there":       {func(m *made) { m.Outputs = []record.Output{{Stream: "stderr", Size: 3}} }, 1},
		"undecodable":     {func(m *made) { m.raw[marksName] = []byte("\x81\xa6format") }, 1},
		"hostile offsets": {out(record.Output{Stream: "stdout", Size: 1 << 62, CutAt: 1 << 61, Cut: 1 << 62}, "abc"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("r")
			c.make(m)
			b.seal(m)
			p := b.open()
			b.checked(p, m, c.findings)
			r := b.one(p, m)
			for _, stream := range []string{"stdout", "stderr"} {
				o, err := r.Output(stream)
				if err != nil {
					t.Fatal(err)
				}
				for _, at := range []int64{-1, 0, 1, 2, 1 << 40} {
					readFrom(t, o, at)
				}
			}
		})
	}
}

// Sealing copies of one folder gives one commit.
func TestOutputSealsAlike(t *testing.T) {
	b := newBench(t)
	m := b.run("long")
	folder := b.printed(m, 400, func(s *capture.Sink) {
		s.Write(capture.Stderr, bytes.Repeat([]byte("x"), 5000))
		alternate(s)
	})
	p := b.open()
	started, err := p.readStart(m.UUID, folder)
	if err != nil {
		t.Fatal(err)
	}
	var records [][]byte
	for range 2 {
		copied := filepath.Join(t.TempDir(), m.UUID)
		if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		run := *started
		f, err := fold(copied, run.Started)
		if err != nil {
			t.Fatal(err)
		}
		f.describe(&run)
		at, err := p.tip(m.UUID)
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.draftRecord(t.Context(), at, &run, f, copied)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, slices.Concat(d.written[record.RunFile], d.written[marksName]))
	}
	if !bytes.Equal(records[0], records[1]) {
		t.Error("two seals of one folder differ")
	}
}

// What looks like a secret in the output is warned of, by its kind and line,
// and the output stays as it was.
func TestOutputWithSecrets(t *testing.T) {
	b := newBench(t)
	m := b.run("leaks")
	key := "AKIA" + "IOSFODNN7EXAMPLE"
	b.printed(m, capture.DefaultLimit, func(s *capture.Sink) {
		s.Write(capture.Stdout, []byte("fine\n"))
		s.Write(capture.Stderr, []byte("using key\n"+key+"\n"))
	})
	p := b.open()
	b.sealNow(p)
	r := b.one(p, m)
	want(t, "warnings", r.Info().Warnings, []string{"the program's stderr has what looks like a secret in line 2: AWS access key; look at it before you push the run"})
	_, errs := text(t, r, "stderr")
	want(t, "stderr", errs, "using key\n"+key+"\n")
}
