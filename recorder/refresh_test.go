package recorder

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// writing is a run whose processes log what a test tells them.
type writing struct {
	*bench
	*made
	random  *rand.Rand
	writers []*journal.Writer
	lines   []string // names of journals of JSON Lines
	half    string   // the rest of a line that was begun
	image   int64
}

func newWriting(t *testing.T, seed uint64) *writing {
	b := newBench(t)
	m := b.run("live")
	b.start(m)
	w, _ := b.journal(m, nil)
	return &writing{bench: b, made: m, random: rand.New(rand.NewPCG(seed, 3)), writers: []*journal.Writer{w}}
}

func (w *writing) folder() string { return filepath.Join(w.dir, ".exprec", "runs", w.UUID) }

func (w *writing) pick(names ...string) string { return names[w.random.IntN(len(names))] }

// log writes something, and says what.
func (w *writing) log() string {
	to := w.writers[w.random.IntN(len(w.writers))]
	switch n := w.random.IntN(16); n {
	case 0, 1, 2, 3:
		for range w.random.IntN(2000) {
			to.Scalar(to.Series(fmt.Sprint(w.pick("loss", "acc", "system/cpu"), n)), w.random.NormFloat64(), int64(w.random.IntN(1000)))
		}
		return "scalars"
	case 4:
		payload, err := record.EncodeParameterFrame(record.ParameterFrame{Name: w.pick("lr", "seed"), Value: w.random.Int64N(100)})
		if err != nil {
			w.Fatal(err)
		}
		to.Append(journal.Parameter, payload)
		return "a parameter"
	case 5:
		to.Append(journal.Result, record.EncodeResultFrame(record.ResultFrame{Name: w.pick("acc", "f1"), Value: w.random.Float64()}))
		return "a result"
	case 6:
		to.Append(journal.Goal, record.EncodeGoalFrame(record.GoalFrame{Name: w.pick("loss1", "acc2"), Goal: Maximize}))
		return "a goal"
	case 7:
		w.image = w.random.Int64N(5)
		to.Append(journal.Image, record.EncodeImageFrame(record.ImageFrame{Name: "sample", Step: w.image, File: "sample/1.png", Size: w.random.Int64N(100)}))
		return "an image"
	case 8:
		to.Append(journal.Mark, record.EncodeMarkFrame(record.MarkFrame{Stream: 1, Offset: int64(w.random.IntN(1000))}))
		return "a mark"
	case 9:
		to.Append(journal.Meta, record.EncodeMetaFrame(record.MetaFrame{Title: w.pick("", "one", "two"), Steps: w.random.Int64N(9), Tags: []string{w.pick("a", "b", "c")}}))
		return "meta"
	case 10:
		to.Append(journal.Parent, record.EncodeParentFrame(record.ParentFrame{UUID: "x", File: w.pick("m", "n", "o")}))
		to.Append(journal.Warning, record.EncodeWarningFrame(record.WarningFrame{Text: w.pick("hot", "cold")}))
		return "a parent and a warning"
	case 11:
		if len(w.writers) < 4 {
			other, _ := w.journal(w.made, nil)
			w.writers = append(w.writers, other)
		}
		return "another process"
	case 12:
		file := filepath.Join(w.folder(), w.pick("crash.txt", "output/stdout.txt", "files/model.bin"))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(w.pick("", "panic: no", "text")), 0o600)); err != nil {
			w.Fatal(err)
		}
		return "a file"
	}
	return w.logLine()
}

// logLine writes to a journal of JSON Lines, now and then half a line, and now
// and then the file is made anew and shorter.
func (w *writing) logLine() string {
	if len(w.lines) == 0 || len(w.lines) < 3 && w.random.IntN(4) == 0 {
		name := filepath.Join(w.folder(), journalName, fmt.Sprintf("%016x.jsonl", w.random.Uint64()))
		w.lines = append(w.lines, name)
		w.put(name, os.O_CREATE, fmt.Sprintf(`{"exprec": 1, "run": %q, "start": %d}`+"\n", w.UUID, w.Started.UnixNano()))
		return "a journal of lines"
	}
	name := w.lines[len(w.lines)-1]
	if w.half != "" {
		w.put(name, os.O_APPEND, w.half)
		w.half = ""
		return "the rest of a line"
	}
	line := fmt.Sprintf(`{"t": %d, "s": %d, "scalars": {"loss%d": %v}}`+"\n", w.random.IntN(100_000), w.random.IntN(10), w.random.IntN(4), w.random.Float64())
	switch w.random.IntN(8) {
	case 0:
		w.put(name, os.O_APPEND, line[:10])
		w.half = line[10:]
		return "half a line"
	case 1:
		w.put(name, os.O_APPEND, "no line\n")
		return "damage"
	case 2:
		w.put(name, os.O_TRUNC, fmt.Sprintf(`{"exprec": 1, "run": %q, "start": %d}`+"\n", w.UUID, w.Started.UnixNano()))
		return "a shorter journal"
	case 3:
		if err := os.Rename(name, name+".old"); err != nil {
			w.Fatal(err)
		}
		w.lines = w.lines[:len(w.lines)-1]
		return "a journal less"
	}
	w.put(name, os.O_APPEND, line)
	return "a line"
}

func (w *writing) put(name string, how int, text string) {
	w.Helper()
	f, err := os.OpenFile(name, os.O_WRONLY|how, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// all is everything that a run tells.
func all(t *testing.T, r *Run) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%v %v %v %v\n%q\n", describeRun(r), r.LastHeard(), r.Elsewhere(), r.Ended(), r.Bytes(), record.EncodeRun(r.Info()))
	scalars, err := r.Scalars()
	system, err2 := r.System()
	for _, s := range append(scalars, system...) {
		fmt.Fprintf(&b, "%+v\n", s)
		series, err := r.Series(s.Name)
		fmt.Fprintf(&b, "%s %v\n", summedUp(series), err)
	}
	images, err3 := r.Images()
	marks, err4 := r.Marks()
	stdout, err5 := r.Output("stdout")
	fmt.Fprintln(&b, images, marks, stdout.Size, errors.Join(err, err2, err3, err4, err5))
	return b.String()
}

// summedUp says what points are: how many, the last ones, and a sum of all. In
// words they would take most of the time of a test.
func summedUp(s *Series) string {
	if s == nil {
		return "no points"
	}
	var data []byte
	add := func(n uint64) { data = binary.LittleEndian.AppendUint64(data, n) }
	for _, v := range s.Values {
		add(math.Float64bits(v))
	}
	for _, n := range s.Steps {
		add(uint64(n))
	}
	for _, at := range s.Times {
		add(uint64(at))
	}
	last := max(0, len(s.Values)-3)
	return fmt.Sprintf("%s, %d points, %v at %v, %x", s.Name, len(s.Values), s.Values[last:], s.Steps[min(last, len(s.Steps)):], sha256.Sum256(data))
}

// Reading on in the journals gives what reading them anew gives, and what was
// read before does not change.
func TestReadingOnIsReadingAnew(t *testing.T) {
	readOn := 0
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWriting(t, seed)
			p := w.open()
			run := w.one(p, w.made)
			for i := range 60 {
				before, said := run, ""
				if i%10 == 0 {
					said = all(t, run)
				}
				what := w.log()
				last := p.readings.of(w.UUID).on
				if run = p.Refresh(run); last != nil && last == p.readings.of(w.UUID).on {
					readOn++
				}
				anew := w.open()
				want, got := all(t, w.one(anew, w.made)), all(t, run)
				anew.Close()
				if got != want {
					t.Fatalf("step %d, %s: reading on gives\n%s\nand reading anew\n%s", i, what, differing(got, want), differing(want, got))
				}
				if said != "" && !strings.HasPrefix(all(t, before), strings.SplitAfterN(said, "\n", 2)[0]) {
					t.Fatalf("step %d, %s: the run that was read before has changed", i, what)
				}
			}
		})
	}
	if readOn < 100 {
		t.Error("the journals were read on only", readOn, "times")
	}
}

// differing are the lines of a that b does not have.
func differing(a, b string) string {
	var lines []string
	for line := range strings.Lines(a) {
		if !strings.Contains(b, line) {
			lines = append(lines, line[:min(len(line), 2000)])
		}
	}
	return strings.Join(lines, "")
}

// A run that is read before is as it was, whatever is logged since.
func TestARunDoesNotChange(t *testing.T) {
	w := newWriting(t, 1)
	p := w.open()
	w.writers[0].ScalarNamed("loss", 1, 1)
	run := p.Refresh(w.one(p, w.made))
	for i := range 100 {
		before, err := run.Series("loss")
		if err != nil {
			t.Fatal(err)
		}
		scalars, err := run.Scalars()
		if err != nil {
			t.Fatal(err)
		}
		for step := range 50 {
			w.writers[0].ScalarNamed("loss", float64(i), int64(step))
		}
		next := p.Refresh(run)
		after, err := run.Series("loss")
		if err != nil || !reflect.DeepEqual(before, after) {
			t.Fatal("its points have changed:", err)
		}
		if now, err := run.Scalars(); err != nil || !reflect.DeepEqual(now, scalars) {
			t.Fatal("its scalars have changed:", err)
		}
		if more, err := next.Series("loss"); err != nil || len(more.Values) != len(before.Values)+50 {
			t.Fatal("the next one has", len(more.Values), err)
		}
		run = next
	}
	if p.Refresh(run) != run {
		t.Error("nothing was logged, and it is another run")
	}
}

// What happens to a run while it goes on is seen at once: edits, its death, its
// sealing.
func TestRefreshFollowsTheRun(t *testing.T) {
	b := newBench(t)
	m := b.run("live")
	b.start(m)
	w, lock := b.journal(m, nil)
	w.ScalarNamed("loss", 1, 1)
	p := b.open()
	run := p.Refresh(b.one(p, m))
	want(t, "at first", run.Status(), Running)
	title := "Edited"
	other := b.open()
	if err := other.Edit(t.Context(), run, Edit{Title: &title}); err != nil {
		t.Fatal(err)
	}
	run = p.Refresh(run)
	want(t, "the title", run.Label(), title)
	w.Close()
	lock.Unlock()
	run = p.Refresh(run)
	want(t, "dead", run.Status(), Lost)
	began := time.Now()
	for p.Refresh(run) != run {
		run = p.Refresh(run)
		if time.Since(began) > 30*time.Second {
			t.Fatal("a dead run is read again and again")
		}
	}
	if recovered, err := other.Recover(t.Context(), false); err != nil || len(recovered.Sealed) != 1 {
		t.Fatal(recovered, err)
	}
	run = p.Refresh(run)
	want(t, "sealed", fmt.Sprintf("%s %v %s", run.Status(), run.Ended().IsZero(), run.Label()), "lost false Edited")
	if p.Refresh(run) != run {
		t.Error("a sealed run is another one")
	}
	if err := other.Delete(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if run = p.Refresh(run); !run.Deleted() {
		t.Error("it was deleted")
	}
}
