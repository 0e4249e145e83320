package live

import (
	"maps"
	"slices"
	"sync"
)

// subscriber is somebody who listens: what changed since it was told last. That
// is a set, so it does not grow with time while nobody takes it.
type subscriber struct {
	wake chan struct{} // holds one: there is something to take

	mu     sync.Mutex
	topics map[string]struct{}
	all    bool // too much has changed to name it
	seq    uint64
}

func newSubscriber() *subscriber {
	return &subscriber{wake: make(chan struct{}, 1)}
}

// add takes in topics, up to a number of notices.
func (s *subscriber) add(seq uint64, topics []string) {
	s.mu.Lock()
	s.seq = seq
	if s.all = s.all || len(s.topics)+len(topics) > maxTopics; s.all {
		s.topics = nil
	} else {
		if s.topics == nil {
			s.topics = make(map[string]struct{}, len(topics))
		}
		for _, topic := range topics {
			s.topics[topic] = struct{}{}
		}
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it will find these too
	}
}

// addAll says that anything may have changed.
func (s *subscriber) addAll(seq uint64) {
	s.mu.Lock()
	s.all = true
	s.mu.Unlock()
	s.add(seq, nil)
}

// take gives what has changed and begins anew.
func (s *subscriber) take() notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := notice{Seq: s.seq, All: s.all, Topics: slices.Sorted(maps.Keys(s.topics))}
	s.topics, s.all = nil, false
	return n
}

// notice is what is sent. Without a number it only says which server this is.
type notice struct {
	Boot   string   `json:"boot"`
	Seq    uint64   `json:"seq,omitempty"`
	All    bool     `json:"all,omitempty"` // anything may have changed
	Topics []string `json:"topics,omitempty"`
}

// subscribe begins to listen. The notice is what changed since a mark.
func (h *Hub) subscribe(mark string) (s *subscriber, first notice, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, notice{}, false
	}
	s = newSubscriber()
	h.subs[s] = struct{}{}
	h.needed()
	return s, h.news(mark), true
}

// news is what changed since a mark. While the watch is about to begin it is
// not known yet, and will be told.
func (h *Hub) news(mark string) notice {
	n := notice{Boot: h.boot}
	if h.floor <= h.seq {
		topics, known := h.since(mark)
		n.Seq, n.Topics, n.All = h.seq, topics, !known
	}
	return n
}

func (h *Hub) unsubscribe(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs, s)
	if len(h.subs) == 0 && !h.closed {
		h.needed()
	}
}

// poll is news for somebody who asks now and then.
func (h *Hub) poll(mark string) (n notice, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return notice{}, false
	}
	h.needed()
	return h.news(mark), true
}
