package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/recorder/internal/journal"
)

// elsewhere makes a project that of another machine.
func elsewhere(p *Project) *Project {
	p.judging.Do(func() {})
	p.judge = &witness{here: journal.World{Host: "other", MachineID: "other", BootID: "other", PIDNamespace: "pid:[2]"}}
	return p
}

// forced seals a run as recover --force does where the lock of its process does
// not show: without taking it.
func forced(t testing.TB, p *Project, id string) sealing {
	t.Helper()
	folder := p.folder(id)
	s, err := p.seal(t.Context(), id, folder)
	if err == nil {
		err = journal.MarkSealed(filepath.Join(folder, lockName))
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// die ends the process of an experiment as SIGKILL does: nothing is written,
// the locks are let go of.
func (e *Experiment) die() {
	e.live.Store(false)
	close(e.stop)
	e.writes().lock.Unlock()
	e.lock.Unlock()
}

// chainOf gives the runs of a project, each after the one it continues.
func chainOf(t testing.TB, p *Project) []*Run {
	t.Helper()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var chain []*Run
	for before := ""; len(chain) < len(runs); {
		at := slices.IndexFunc(runs, func(r *Run) bool { return r.Info().Continues == before })
		if at < 0 {
			t.Fatalf("%d runs are in no chain", len(runs)-len(chain))
		}
		chain = append(chain, runs[at])
		before = runs[at].ID()
	}
	return chain
}

// Whenever, and however often, a run is sealed while its process logs, and
// however the process ends: every point is in one run of the chain, once, in
// its order.
func TestNoPointIsLostOrDoubledAcrossSeals(t *testing.T) {
	fewer(t, 25)
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		e := Start(Options{Dir: b.dir, Quiet: true, Name: "long", NoSource: true})
		e.SetParameter("lr", 0.1)
		p := elsewhere(b.open())
		logged, current := 0, e.ID()
		loss := e.Scalar("loss")
		log := func(rt *rapid.T) {
			for range rapid.IntRange(1, 40).Draw(rt, "points") {
				loss.Add(float64(logged), logged)
				if logged%7 == 0 {
					e.AddScalar(fmt.Sprint("other/", logged), float64(logged), logged)
				}
				logged++
			}
		}
		log(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"log":  log,
			"sync": func(rt *rapid.T) { mustNil(rt, e.notice()) },
			"seal": func(rt *rapid.T) {
				s := forced(t, p, current)
				for _, run := range s.more {
					current = run.UUID
				}
				if next := e.writes().uuid; next != e.ID() {
					current = next
				}
			},
		})
		if rapid.Bool().Draw(rt, "dies") {
			e.die()
		} else {
			e.Finish()
			mustNil(rt, e.Err())
		}
		for range 2 {
			r, err := b.open().Recover(t.Context(), false)
			mustNil(rt, err)
			if len(r.Failed) > 0 {
				rt.Fatal(r.Failed)
			}
		}
		checkChain(rt, t, b.open(), logged)
	})
}

func mustNil(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatal(err)
	}
}

// checkChain compares what is recorded with what was logged.
func checkChain(rt *rapid.T, t testing.TB, p *Project, logged int) {
	var values []float64
	others := 0
	for _, r := range chainOf(t, p) {
		if r.Err() != nil || !r.Status().Final() || r.Label() != "long" {
			rt.Fatalf("run %s, %q: %s, %v", r.Short(), r.Label(), r.Status(), r.Err())
		}
		params, err := r.Params()
		if err != nil || params["lr"] != 0.1 {
			rt.Fatalf("run %s: parameters %v, %v", r.Short(), params, err)
		}
		scalars, _ := r.Scalars()
		for _, s := range scalars {
			if s.Name != "loss" {
				others += int(s.Count)
			}
		}
		if series, err := r.Series("loss"); err == nil {
			values = append(values, series.Values...)
		}
		kept, _ := filepath.Glob(filepath.Join(p.folder(r.ID()), "kept-*"))
		if _, err := os.Stat(filepath.Join(p.folder(r.ID()), journalName)); !os.IsNotExist(err) || kept != nil {
			rt.Fatalf("run %s still has journals: %v, %v", r.Short(), err, kept)
		}
	}
	if len(values) != logged || others != (logged+6)/7 {
		rt.Fatalf("%d and %d points, want %d and %d", len(values), others, logged, (logged+6)/7)
	}
	for i, v := range values {
		if v != float64(i) {
			rt.Fatalf("point %d is %v", i, v)
		}
	}
}

// Many goroutines log while the run is sealed again and again and the process
// goes on elsewhere each time: each has its points, in their order.
func TestSealedWhileManyLog(t *testing.T) {
	b := newBench(t)
	e := Start(Options{Dir: b.dir, Quiet: true, Name: "long", NoSource: true})
	p := elsewhere(b.open())
	const writers, most = 4, 20_000
	var all sync.WaitGroup
	var stop atomic.Bool
	var points [writers]int
	late := 0
	for n := range writers {
		all.Go(func() {
			s := e.Scalar(fmt.Sprint("w", n))
			for i := 0; i < most && !stop.Load(); i++ {
				s.Add(float64(i), i)
				points[n]++
				for range 10 {
					runtime.Gosched()
				}
			}
		})
	}
	for round := range 10 {
		forced(t, p, e.writes().uuid)
		if err := e.notice(); err != nil {
			t.Error(err)
		}
		e.AddScalar(fmt.Sprint("late/", round), 1, 1)
		late++
	}
	stop.Store(true)
	all.Wait()
	e.Finish()
	if err := e.Err(); err != nil {
		t.Error(err)
	}
	if r, err := b.open().Recover(t.Context(), false); err != nil || len(r.Failed) > 0 {
		t.Fatal(r, err)
	}
	got := map[string][]float64{}
	chain := chainOf(t, b.open())
	if len(chain) < 8 {
		t.Errorf("only %d runs: it did not log while it was sealed", len(chain))
	}
	for _, r := range chain {
		scalars, err := r.Scalars()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scalars {
			series, err := r.Series(s.Name)
			if err != nil {
				t.Fatal(err)
			}
			got[s.Name] = append(got[s.Name], series.Values...)
		}
	}
	if len(got) != writers+late {
		t.Errorf("%d scalars", len(got))
	}
	for n, wrote := range points {
		values := got[fmt.Sprint("w", n)]
		if len(values) != wrote || !slices.IsSorted(values) || values[wrote-1] != float64(wrote-1) {
			t.Errorf("writer %d has %d points, and wrote %d", n, len(values), wrote)
		}
	}
}
