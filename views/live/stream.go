package live

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ServeHTTP sends notices as they come, as server-sent events. The parameter
// after, or the id of the last event that a browser has got, says from where.
// With the parameter poll it answers at once with one notice as JSON.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	after := r.URL.Query().Get("after")
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		after = id
	}
	if r.URL.Query().Has("poll") {
		h.answerPoll(w, after)
		return
	}
	s, first, ok := h.subscribe(after)
	if !ok {
		closing(w)
		return
	}
	defer h.unsubscribe(s)
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // or a proxy keeps it to itself
	c := &connection{w: w, control: http.NewResponseController(w), hub: h}
	if c.write("retry: 1000\n"+c.frame(first)) == nil {
		c.run(r, s)
	}
	// Whoever asks for this connection's next request must not wait for ever.
	_ = c.control.SetWriteDeadline(time.Time{})
}

func (h *Hub) answerPoll(w http.ResponseWriter, after string) {
	n, ok := h.poll(after)
	if !ok {
		closing(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(n) // who has gone needs no answer
}

func closing(w http.ResponseWriter) {
	http.Error(w, "The dashboard is about to end.", http.StatusServiceUnavailable)
}

// beat is sent when there was nothing else for a while: a comment, for proxies,
// and an event, so that a page knows that the server is there.
const beat = ":\nevent: beat\ndata: 1\n\n"

// connection is a stream that is open.
type connection struct {
	w       http.ResponseWriter
	control *http.ResponseController
	hub     *Hub
}

// run sends what the subscriber is told until one of the two sides ends.
func (c *connection) run(r *http.Request, s *subscriber) {
	heartbeat := time.NewTimer(c.hub.times.heartbeat)
	defer heartbeat.Stop()
	for {
		text := beat
		select {
		case <-r.Context().Done():
			return
		case <-c.hub.done:
			return
		case <-heartbeat.C:
		case <-s.wake:
			text = c.frame(s.take())
		}
		if c.write(text) != nil || !c.pause(r) {
			return
		}
		heartbeat.Reset(c.hub.times.heartbeat)
	}
}

// pause lets what comes next collect for a moment.
func (c *connection) pause(r *http.Request) bool {
	t := time.NewTimer(c.hub.times.between)
	defer t.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-c.hub.done:
		return false
	case <-t.C:
		return true
	}
}

func (c *connection) frame(n notice) string {
	n.Boot = c.hub.boot
	data, err := json.Marshal(n)
	if err != nil {
		return beat // texts and numbers always can be written
	}
	id := ""
	if n.Seq > 0 {
		id = fmt.Sprintf("id: %s.%d\n", n.Boot, n.Seq)
	}
	return fmt.Sprintf("%sdata: %s\n\n", id, data)
}

// write sends a text at once. Somebody who does not read holds nobody up but
// this connection, and that not for long.
func (c *connection) write(text string) error {
	if err := c.control.SetWriteDeadline(time.Now().Add(c.hub.times.write)); err != nil {
		return err
	}
	if _, err := io.WriteString(c.w, text); err != nil {
		return err
	}
	return c.control.Flush()
}
