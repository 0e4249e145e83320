package recorder_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// A run goes on from another one by id, the beginning of it, name, alias, or as
// the newest one; the run that begins is not meant.
func TestContinue(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	first := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Name: "train"})
	first.Finish()
	run, err := open(t, dir).Run(t.Context(), first.ID())
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{first.ID(), first.ID()[:8], "train", run.Info().Alias} {
		e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Continue: ref})
		e.Finish()
		checkContinues(t, dir, e, first.ID())
	}
	var chain []string
	for range 3 {
		e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Continue: "@"})
		e.Finish()
		if chain != nil {
			checkContinues(t, dir, e, chain[len(chain)-1])
		}
		chain = append(chain, e.ID())
	}
	p := open(t, dir)
	for _, id := range chain {
		run, err := p.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		runs, err := p.Chain(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range runs {
			ids = append(ids, r.ID())
		}
		// Before the three come the run by alias and the first one.
		if len(ids) != 5 || !slices.Equal(ids[2:], chain) || ids[0] != first.ID() {
			t.Errorf("the chain of %s is %v, want … %v", id, ids, chain)
		}
	}
	back := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Continue: "@~2"})
	back.Finish()
	checkContinues(t, dir, back, chain[0])
	none := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Continue: "@~99"})
	none.Finish()
	if none.Err() == nil {
		t.Error("going on from a run that is not there gives no error")
	}
}

func checkContinues(t *testing.T, dir string, e *recorder.Experiment, want string) {
	t.Helper()
	if err := e.Err(); err != nil {
		t.Error(err)
	}
	run, err := open(t, dir).Run(t.Context(), e.ID())
	if err != nil {
		t.Fatal(err)
	}
	if run.Info().Continues != want {
		t.Errorf("it continues %q, want %q", run.Info().Continues, want)
	}
}

// Twenty processes write one run, and some of them are killed: every point that
// was logged is there.
func TestTwentyProcessesOneRun(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	t.Chdir(dir)
	e := recorder.Start(recorder.Options{Quiet: true})
	e.AddScalar("loss", -1, 0)
	t.Setenv("EXPREC_RUN", e.ID())
	t.Setenv("EXPREC_DIR", e.Dir())
	var all sync.WaitGroup
	for n := range 20 {
		d := drive(t, dir, world{})
		if d.id != e.ID() {
			t.Fatalf("the process records into %s", d.id)
		}
		all.Go(func() {
			d.do("log %d", 50+n)
			if n%4 == 0 {
				d.kill()
				return
			}
			d.do("finish")
			d.end()
		})
	}
	all.Wait()
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	run := onlyRun(t, open(t, dir))
	series, err := run.Series("loss")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, v := range series.Values {
		got[fmt.Sprint(v)]++
	}
	for step := range 69 {
		if want := 20 - max(0, step-49); got[fmt.Sprint(float64(step))] != want {
			t.Errorf("step %d is there %d times, want %d", step, got[fmt.Sprint(float64(step))], want)
		}
	}
	if run.Status() != recorder.Lost {
		t.Errorf("status %s, want lost: some processes died without a word", run.Status())
	}
}
