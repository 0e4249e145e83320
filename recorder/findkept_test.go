package recorder

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
)

// changing is a project in which things happen, as they do under the eyes of an
// open page.
type changing struct {
	*bench
	random *rand.Rand
	sealed []*made
	live   []*alive
	gone   []*made
}

type alive struct {
	*made
	w    *journal.Writer
	lock *journal.Lock
	step int64
}

// happen makes one change and says which.
func (c *changing) happen() string {
	p := c.open()
	defer p.Close()
	pick := func(all []*made) *made { return all[c.random.IntN(len(all))] }
	switch n := c.random.IntN(12); {
	case n == 0 || len(c.sealed) == 0:
		c.sealed = append(c.sealed, c.seal(c.run(fmt.Sprint("run ", c.runs))))
		return "a new run"
	case n == 1:
		m := c.run("started")
		c.start(m)
		w, lock := c.journal(m, nil)
		c.live = append(c.live, &alive{made: m, w: w, lock: lock})
		return "a start"
	case n == 2:
		m := c.run("without a start")
		w, lock := c.journal(m, nil)
		c.live = append(c.live, &alive{made: m, w: w, lock: lock})
		return "a journal without a start"
	case n == 3:
		text := fmt.Sprint("title ", c.random.Int())
		run, err := p.Run(c.Context(), pick(c.sealed).UUID)
		if err != nil || run.Err() != nil {
			return "nothing"
		}
		if err := p.Edit(c.Context(), run, Edit{Title: &text}); err != nil {
			c.Fatal(err)
		}
		return "an edit"
	case n == 4:
		m := pick(c.sealed)
		c.set(m, gitstore.Hash{})
		c.gone = append(c.gone, m)
		return "a ref is gone"
	case n == 5 && len(c.gone) > 0:
		m := pick(c.gone)
		c.set(m, m.tip)
		return "a ref is back"
	case n == 6:
		c.set(pick(c.sealed), gitstore.Hash{1, 2, 3})
		return "a ref to nothing"
	case n == 7:
		c.set(pick(c.sealed), pick(c.sealed).started)
		return "another tip"
	case n == 8 && len(c.live) > 0:
		c.die(c.random.IntN(len(c.live)))
		return "a death"
	case n == 9:
		if _, err := p.Recover(c.Context(), false); err != nil {
			c.Fatal(err)
		}
		return "a recovery"
	case n == 10:
		if err := os.WriteFile(cacheFile(c.bench), []byte("torn"), 0o600); err != nil {
			c.Fatal(err)
		}
		return "a torn cache"
	case len(c.live) > 0:
		a := c.live[c.random.IntN(len(c.live))]
		a.w.Scalar(a.w.Series("loss"), c.random.Float64(), a.step)
		a.step++
		return "a value"
	}
	return "nothing"
}

// set moves a ref wherever it stands.
func (c *changing) set(m *made, to gitstore.Hash) {
	c.Helper()
	old, err := c.store.Ref(refPrefix + m.UUID)
	if errors.Is(err, gitstore.ErrNotFound) {
		err = nil
	}
	if err == nil && to != old {
		err = c.store.UpdateRef(c.Context(), refPrefix+m.UUID, to, old)
	}
	if err != nil {
		c.Fatal(err)
	}
}

func (c *changing) die(i int) {
	a := c.live[i]
	a.w.Close()
	a.lock.Unlock()
	c.live = append(c.live[:i:i], c.live[i+1:]...)
}

// describeRows gives all that a list tells; of runs that go on the seconds are
// not compared.
func describeRows(b *bench, p *Project) string {
	b.Helper()
	rows, err := p.Rows(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	var all strings.Builder
	for i := range rows.Len() {
		r := rows.At(i)
		fmt.Fprintln(&all, describeRow(r), r.Run().Commit(), r.Run().Status(), r.Run().Label())
	}
	fmt.Fprintln(&all, rows.Skipped())
	return all.String()
}

// A project that stays open lists the same as one that is opened anew, whatever
// happened in between and however soon.
func TestKeptListsAreRight(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := &changing{bench: newBench(t), random: rand.New(rand.NewPCG(seed, 7))}
			kept := c.open()
			for i := range 40 {
				what := c.happen()
				want := describeRows(c.bench, c.open())
				for range 2 { // again: then it may come from what is known
					if got := describeRows(c.bench, kept); got != want {
						t.Fatalf("step %d, %s: the open project lists\n%s\nand not\n%s", i, what, got, want)
					}
				}
				if i%20 == 19 {
					c.settle(kept)
				}
			}
		})
	}
}

// settle lists until the list comes from what is known.
func (c *changing) settle(p *Project) {
	c.Helper()
	for began := time.Now(); ; {
		describeRows(c.bench, p)
		before := p.known.refs[0]
		if describeRows(c.bench, p); p.known.refs[0] == before {
			return
		}
		if time.Since(began) > 30*time.Second {
			c.Fatal("the refs are read each time")
		}
	}
}

// Where nothing changes the same list is given again.
func TestAListIsKept(t *testing.T) {
	c := &changing{bench: newBench(t), random: rand.New(rand.NewPCG(1, 1))}
	for range 3 {
		c.sealed = append(c.sealed, c.seal(c.run("sealed")))
	}
	p := c.open()
	c.settle(p)
	one, err := p.Rows(t.Context(), "")
	two, err2 := p.Rows(t.Context(), "name=sealed")
	if err != nil || err2 != nil || one.of != two.of || two.Len() != 3 {
		t.Error("it was made anew:", err, err2)
	}
	// A ref that is written in place leaves its folder as it was.
	ref := filepath.Join(c.store.GitDir(), filepath.FromSlash(refPrefix), c.sealed[0].UUID)
	if err := os.WriteFile(ref, []byte(c.sealed[0].started.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if rows, err := p.Rows(t.Context(), "status=succeeded"); err != nil || rows.Len() != 2 {
		t.Error("after a ref was written in place:", rows.Len(), err)
	}
	if one.Len() != 3 || one.At(2).Status() != Succeeded {
		t.Error("the list of before has changed")
	}
}

// Several list at once while things happen; each sees at least what was there
// when it asked.
func TestManyListOneProject(t *testing.T) {
	b := newBench(t)
	p := b.open()
	done := make(chan struct{})
	var group sync.WaitGroup
	var mu sync.Mutex
	sealed := 0
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				mu.Lock()
				least := sealed
				mu.Unlock()
				rows, err := p.Rows(t.Context(), "loss=..1")
				if err != nil || rows.Len() < least {
					t.Error(rows.Len(), "of at least", least, err)
					return
				}
				for i := range rows.Len() {
					if rows.At(i).Label() == "" || rows.At(i).Err() != nil {
						t.Error(rows.At(i).ID(), rows.At(i).Err())
						return
					}
				}
			}
		})
	}
	for i := range 100 {
		b.seal(b.run(fmt.Sprint(i)))
		mu.Lock()
		sealed++
		mu.Unlock()
	}
	close(done)
	group.Wait()
	if n := len(p.kept.last.extra); n >= manyFresh {
		t.Error(n, "sealed runs stand outside of the cache")
	}
	if got, want := describeRows(b, p), describeRows(b, b.open()); got != want {
		t.Errorf("in the end it lists\n%s\nand not\n%s", got, want)
	}
}
