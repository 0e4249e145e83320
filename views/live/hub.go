package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Watch tells of what changes until ctx ends: first nothing, once it would notice
// a change, and then the topics of each. It is started again where it ends by
// itself.
type Watch func(ctx context.Context, told func(topics ...string)) error

// Hub tells its subscribers what a watch tells. It watches only while somebody
// listens, and for a moment longer. It is safe for concurrent use.
type Hub struct {
	watch Watch
	boot  string // another one after a restart
	times times

	mu     sync.Mutex
	subs   map[*subscriber]struct{}
	seq    uint64            // of the last notice
	floor  uint64            // from this number on everything that changed is known; beyond seq while nobody watches
	recent map[string]uint64 // topics, and when they were told last, since floor
	stop   context.CancelFunc
	idle   *time.Timer // runs while nobody listens
	closed bool
	done   chan struct{} // closed with the hub
	group  sync.WaitGroup
}

// times are how long things take, fixed but in tests.
type times struct {
	grace     time.Duration // watched on after the last one has gone: a page that is followed by another
	between   time.Duration // frames
	heartbeat time.Duration
	write     time.Duration // at most, to somebody who does not read
	again     time.Duration // until a watch that ended is started again
}

// maxTopics is how many topics are remembered, and told at once. Who missed more
// asks for everything again.
const maxTopics = 2000

// New makes a hub. Nothing is watched before somebody listens.
func New(watch Watch) *Hub {
	return newHub(watch, times{grace: 15 * time.Second, between: 200 * time.Millisecond, heartbeat: 15 * time.Second, write: 5 * time.Second, again: time.Second})
}

func newHub(watch Watch, t times) *Hub {
	return &Hub{
		watch: watch, boot: rand.Text()[:12], times: t,
		subs: map[*subscriber]struct{}{}, floor: 1, recent: map[string]uint64{}, done: make(chan struct{}),
	}
}

// Mark is what a page has to know of the moment before it was read, so that it
// hears what changed since: the URL of the stream takes it as the parameter
// after.
func (h *Hub) Mark() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mark()
}

func (h *Hub) mark() string {
	if h.floor > h.seq {
		return h.boot + ".0" // nobody watches: nothing is known of what changes now
	}
	return fmt.Sprintf("%s.%d", h.boot, h.seq)
}

// Tell tells all who listen that topics have changed. It waits for nobody.
func (h *Hub) Tell(topics ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tell(topics)
}

func (h *Hub) tell(topics []string) {
	if len(topics) == 0 || h.closed {
		return
	}
	watching := h.floor <= h.seq
	h.seq++
	switch {
	case !watching:
		h.floor = h.seq + 1
	case len(h.recent)+len(topics) > maxTopics:
		h.floor = h.seq
		clear(h.recent)
	default:
		for _, topic := range topics {
			h.recent[topic] = h.seq
		}
	}
	for s := range h.subs {
		s.add(h.seq, topics)
	}
}

// since gives the topics that were told after a mark; ok is false where more may
// have changed.
func (h *Hub) since(mark string) (topics []string, ok bool) {
	var seq uint64
	if n, err := fmt.Sscanf(mark, h.boot+".%d", &seq); n != 1 || err != nil || h.floor > h.seq || seq < h.floor || seq > h.seq {
		return nil, false
	}
	for topic, at := range h.recent {
		if at > seq {
			topics = append(topics, topic)
		}
	}
	slices.Sort(topics)
	return topics, true
}

// run watches until ctx ends.
func (h *Hub) run(ctx context.Context) {
	defer h.group.Done()
	for ctx.Err() == nil {
		begun := false
		_ = h.watch(ctx, func(topics ...string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if ctx.Err() != nil {
				return
			}
			if !begun {
				begun = true
				h.begin()
			}
			h.tell(topics)
		})
		h.mu.Lock()
		if ctx.Err() == nil { // else somebody else may be watching by now
			h.forget()
		}
		h.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(h.times.again):
		}
	}
}

// begin notes that from now on everything that changes is told.
func (h *Hub) begin() {
	h.seq++
	h.floor = h.seq
	for s := range h.subs {
		s.addAll(h.seq)
	}
}

// forget notes that changes may go by unseen.
func (h *Hub) forget() {
	h.floor = h.seq + 1
	clear(h.recent)
}

// needed watches, or goes on watching, for a while at least.
func (h *Hub) needed() {
	if h.idle != nil {
		h.idle.Stop()
		h.idle = nil
	}
	if h.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		h.stop = stop
		h.group.Add(1)
		go h.run(ctx)
	}
	if len(h.subs) == 0 {
		h.idle = time.AfterFunc(h.times.grace, h.rest)
	}
}

// rest stops watching where nobody has come in the meantime.
func (h *Hub) rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subs) == 0 && h.stop != nil {
		h.stopWatching()
	}
}

func (h *Hub) stopWatching() {
	h.stop()
	h.stop = nil
	h.forget()
}

// Close ends all that listen, and the watch, and waits for it.
func (h *Hub) Close() {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return
	}
	h.closed = true
	close(h.done)
	if h.idle != nil {
		h.idle.Stop()
	}
	if h.stop != nil {
		h.stopWatching()
	}
	h.mu.Unlock()
	h.group.Wait()
}

// Listeners counts those who listen.
func (h *Hub) Listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}
