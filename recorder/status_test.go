package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Where the file system has no locks, a process is known by its id and by when
// it was started: another one that got the id later is another one.
func TestProcessesByIDAndStart(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*journal.Header)
		want   bool
	}{
		{"this process", nil, true},
		{"an id that was given again", func(h *journal.Header) { h.ProcessStart = 1 }, false},
		{"an id that nobody has", func(h *journal.Header) { h.PID, h.ProcessStart = 1<<22+1, 1 }, false},
		{"a process whose start is not known", func(h *journal.Header) { h.PID, h.ProcessStart = os.Getppid(), 0 }, true},
		{"on another machine", func(h *journal.Header) { h.MachineID = "another" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("r")
			b.journal(m, c.change)
			w := &witness{here: journal.Here()}
			want(t, "may be alive", w.maybeAlive(filepath.Join(b.dir, ".exprec", "runs", m.UUID)), c.want)
		})
	}
}

// A run whose program is dead, but not who watches it, is running: the watcher
// has something to say yet.
func TestARunWithALiveWatcherIsRunning(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	b.start(m)
	program, lock := b.journal(m, nil)
	program.Scalar(program.Series("loss"), 1, 1)
	watcher, held := b.journal(m, nil)
	watcher.Append(journal.Watch, record.EncodeWatchFrame(record.WatchFrame{PID: 1, By: "exprec run"}))
	lock.Unlock() // as the kernel does for a process that was killed
	p := b.open()
	want(t, "status", b.one(p, m).Status(), Running)
	if r, err := p.Recover(t.Context(), true); err != nil || len(r.Sealed)+len(r.Failed) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	held.Unlock()
	if r, err := p.Recover(t.Context(), false); err != nil || len(r.Sealed) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// The journal of a sealed run that a process elsewhere may still write stays,
// until nothing was heard of it for a day.
func TestJournalsThatMayGrowStay(t *testing.T) {
	for _, c := range []struct {
		name  string
		heard time.Time
		stays bool
	}{{"heard just now", time.Now(), true}, {"silent for two days", time.Now().Add(-48 * time.Hour), false}} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("r")
			b.start(m)
			w, lock := b.journal(m, func(h *journal.Header) { h.MachineID, h.Host, h.Start = "another", "gpu-3", c.heard })
			w.Leave() // it was heard of when it began
			lock.Unlock()
			p := b.open()
			if r, err := p.Recover(t.Context(), true); err != nil || len(r.Sealed) != 1 || len(r.Failed) > 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			_, err := os.Stat(filepath.Join(p.folder(m.UUID), journalName))
			want(t, "stays", err == nil, c.stays)
			if r, err := p.Recover(t.Context(), false); err != nil || len(r.Sealed)+len(r.Elsewhere)+len(r.Failed) > 0 {
				t.Fatalf("again: %+v, %v", r, err)
			}
			want(t, "status", b.one(p, m).Status(), Lost)
		})
	}
}

// BenchmarkLiveness judges 1,000 runs that are not sealed.
func BenchmarkLiveness(b *testing.B) {
	for _, alive := range []bool{true, false} {
		b.Run(fmt.Sprintf("alive=%v", alive), func(b *testing.B) {
			bench := newBench(b)
			var folders []string
			for range 1000 {
				m := bench.run("r")
				w, lock := bench.journal(m, nil)
				w.Leave()
				if !alive {
					lock.Unlock()
				}
				folders = append(folders, filepath.Join(bench.dir, ".exprec", "runs", m.UUID))
			}
			expected := Lost
			if alive {
				expected = Running
			}
			b.ResetTimer()
			for range b.N {
				w := &witness{here: journal.Here()}
				err := inParallel(b.Context(), len(folders), func(i int) {
					if status, _ := w.standing(folders[i]); status != expected {
						b.Error(status)
					}
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
