package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/internal/poll"
)

// quick are times for tests.
var quick = times{grace: 50 * time.Millisecond, between: time.Millisecond, heartbeat: time.Minute, write: 5 * time.Second, again: time.Millisecond}

// quiet watches, and has nothing to tell.
func quiet(ctx context.Context, told func(...string)) error {
	told()
	<-ctx.Done()
	return ctx.Err()
}

func begun(h *Hub) func() bool {
	return func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.floor <= h.seq
	}
}

// Whoever begins to listen with a mark hears of everything that was told since,
// or that anything may have changed; and afterwards of everything.
func TestNothingIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHub(quiet, quick)
		defer h.Close()
		type mark struct {
			text string
			told int // notices before it
		}
		var told []string
		marks := []mark{{h.Mark(), 0}}
		type listener struct {
			*subscriber
			from  int
			all   bool
			heard map[string]bool
		}
		var listeners []*listener
		hear := func(l *listener, n notice) {
			l.all = l.all || n.All
			for _, topic := range n.Topics {
				l.heard[topic] = true
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"tell": func(t *rapid.T) {
				topics := rapid.SliceOfN(rapid.SampledFrom([]string{"runs", "run/a/status", "run/b/scalars", "run/c/output"}), 1, 2).Draw(t, "topics")
				h.Tell(topics...)
				told = append(told, topics...)
			},
			"tell of very much": func(t *rapid.T) {
				var topics []string
				for i := range maxTopics {
					topics = append(topics, fmt.Sprint("run/", i))
				}
				h.Tell(topics...)
				told = append(told, topics...)
			},
			"mark": func(*rapid.T) { marks = append(marks, mark{h.Mark(), len(told)}) },
			"subscribe": func(t *rapid.T) {
				m := rapid.SampledFrom(append(marks, mark{"nonsense", 0}, mark{h.boot + ".99999", 0})).Draw(t, "mark")
				s, first, _ := h.subscribe(m.text)
				l := &listener{s, m.told, false, map[string]bool{}}
				hear(l, first)
				listeners = append(listeners, l)
			},
			"leave": func(t *rapid.T) {
				if len(listeners) > 0 {
					h.unsubscribe(listeners[0].subscriber)
					listeners = listeners[1:]
				}
			},
			"begin": func(t *rapid.T) {
				if h.Listeners() > 0 {
					poll.Until(t, "the watch begins", begun(h))
				}
			},
			"": func(t *rapid.T) {
				for _, l := range listeners {
					hear(l, l.take())
					if !begun(h)() || l.all {
						continue
					}
					for _, topic := range told[l.from:] {
						if !l.heard[topic] {
							hear(l, l.take()) // what was told while we looked
						}
						if !l.heard[topic] && !l.all {
							t.Fatalf("%q was told, and not heard", topic)
						}
					}
				}
			},
		})
	})
}

// The project is watched while somebody listens, by one watch, and a moment
// longer; a watch that fails is started again.
func TestWatchedOnlyWhileSomebodyListens(t *testing.T) {
	var running, most, starts atomic.Int64
	h := newHub(func(ctx context.Context, told func(...string)) error {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		if starts.Add(1)%2 == 1 {
			return errors.New("not yet")
		}
		told()
		<-ctx.Done()
		return ctx.Err()
	}, quick)
	defer h.Close()
	if running.Load() != 0 {
		t.Error("it is watched though nobody listens")
	}
	for range 3 {
		one, _, _ := h.subscribe("")
		poll.Until(t, "it is watched", begun(h))
		two, first, _ := h.subscribe(h.Mark())
		if first.All || first.Seq == 0 {
			t.Errorf("who comes later is told %+v", first)
		}
		h.unsubscribe(one)
		h.unsubscribe(two)
		if mark := h.Mark(); mark == h.boot+".0" {
			t.Error("a page that follows at once would have to be read again")
		}
		poll.Until(t, "nobody watches any more", func() bool { return running.Load() == 0 && !begun(h)() })
	}
	if h.Mark() != h.boot+".0" || most.Load() != 1 {
		t.Error(h.Mark(), most.Load(), "watched at once")
	}
}

func TestCloseEndsTheWatch(t *testing.T) {
	var ended atomic.Bool
	h := newHub(func(ctx context.Context, told func(...string)) error {
		told()
		<-ctx.Done()
		ended.Store(true)
		return nil
	}, quick)
	h.subscribe("")
	poll.Until(t, "it is watched", begun(h))
	h.Close()
	h.Close()
	if !ended.Load() {
		t.Error("the watch goes on")
	}
	if _, _, ok := h.subscribe(""); ok {
		t.Error("a closed hub takes subscribers")
	}
	h.Tell("runs")
}

// What somebody has not taken is a set: it does not grow with time.
func TestNobodyTakes(t *testing.T) {
	h := newHub(quiet, quick)
	defer h.Close()
	s, _, _ := h.subscribe("")
	poll.Until(t, "it is watched", begun(h))
	s.take()
	for range 10_000 {
		h.Tell("run/a/scalars", "runs/scalars")
	}
	if n := s.take(); !slices.Equal(n.Topics, []string{"run/a/scalars", "runs/scalars"}) || n.All || n.Seq < 10_000 {
		t.Errorf("%+v", n)
	}
	for i := range maxTopics + 1 {
		h.Tell(fmt.Sprint("run/", i))
	}
	if n := s.take(); len(n.Topics) > 0 || !n.All {
		t.Errorf("%d topics, %v", len(n.Topics), n.All)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 200 {
				h.Tell(fmt.Sprint("run/", i))
				s.take()
			}
		})
	}
	group.Wait()
}
