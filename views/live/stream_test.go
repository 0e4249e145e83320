package live

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/internal/poll"
)

// listen serves a hub on a port of this machine.
func listen(t testing.TB, watch Watch, times times) (*Hub, *httptest.Server) {
	t.Helper()
	h := newHub(watch, times)
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		h.Close()
		server.Close()
	})
	return h, server
}

// stream is a reader of events.
type stream struct {
	testing.TB
	answer *http.Response
	lines  *bufio.Scanner
}

func open(t testing.TB, url string, headers ...string) *stream {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return &stream{t, answer, bufio.NewScanner(answer.Body)}
}

// next gives the next notice, and the id that it came with.
func (s *stream) next() (n notice, id string) {
	s.Helper()
	for s.lines.Scan() {
		if text, ok := strings.CutPrefix(s.lines.Text(), "id: "); ok {
			id = text
		}
		if text, ok := strings.CutPrefix(s.lines.Text(), "data: {"); ok {
			if err := json.Unmarshal([]byte("{"+text), &n); err != nil {
				s.Fatal(err)
			}
			return n, id
		}
	}
	s.Fatal("the stream ends: ", s.lines.Err())
	return n, id
}

func TestStream(t *testing.T) {
	h, server := listen(t, quiet, quick)
	s := open(t, server.URL)
	if got := s.answer.Header; got.Get("Content-Type") != "text/event-stream" || got.Get("Cache-Control") != "no-store" {
		t.Error(got)
	}
	n, _ := s.next()
	if n.Boot != h.boot {
		t.Errorf("the first notice is %+v", n)
	}
	if n.Seq == 0 { // the watch had not begun
		n, _ = s.next()
	}
	if !n.All || n.Seq == 0 {
		t.Errorf("who comes without a mark is told %+v", n)
	}
	mark := h.Mark()
	h.Tell("runs", "run/a/scalars")
	n, id := s.next()
	if fmt.Sprint(n.Topics) != "[run/a/scalars runs]" || n.All || id != fmt.Sprintf("%s.%d", h.boot, n.Seq) {
		t.Errorf("told: %+v with the id %q", n, id)
	}
	for what, other := range map[string]*stream{
		"the mark of a page": open(t, server.URL+"?after="+mark), "the id of an event": open(t, server.URL+"?after=old", "Last-Event-ID", mark),
	} {
		if n, _ := other.next(); fmt.Sprint(n.Topics) != "[run/a/scalars runs]" || n.All {
			t.Errorf("after %s: %+v", what, n)
		}
	}
	if n, _ := open(t, server.URL+"?after="+id).next(); len(n.Topics) > 0 || n.All || n.Seq == 0 {
		t.Errorf("who has missed nothing is told %+v", n)
	}
	if n, _ := open(t, server.URL+"?after=otherboot.7").next(); !n.All {
		t.Errorf("after a restart: %+v", n)
	}
	var polled notice
	answer, err := http.Get(server.URL + "?poll&after=" + mark)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&polled); err != nil || len(polled.Topics) != 2 || polled.Boot != h.boot {
		t.Errorf("a poll: %+v, %v", polled, err)
	}
}

// Frames keep a distance, and what comes in between is in the next one.
func TestFramesKeepADistance(t *testing.T) {
	slow := quick
	slow.between = 100 * time.Millisecond
	h, server := listen(t, quiet, slow)
	s := open(t, server.URL)
	poll.Until(t, "it is watched", begun(h))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for i := range 1000 {
			<-tick.C
			h.Tell(fmt.Sprint("run/", i%10))
		}
		h.Tell("last")
	}()
	frames, began := 0, time.Now()
	for {
		n, _ := s.next()
		frames++
		if strings.Contains(fmt.Sprint(n.Topics), "last") {
			break
		}
	}
	<-done
	if most := int(time.Since(began)/slow.between) + 3; frames > most {
		t.Errorf("%d frames in %v", frames, time.Since(began))
	}
}

// A stream without news has a sign of life, and ends with the hub.
func TestHeartbeatAndEnd(t *testing.T) {
	often := quick
	often.heartbeat = 10 * time.Millisecond
	h, server := listen(t, quiet, often)
	s := open(t, server.URL)
	beats := 0
	for beats < 3 && s.lines.Scan() {
		if s.lines.Text() == ":" {
			beats++
		}
	}
	if beats < 3 {
		t.Fatal(s.lines.Err())
	}
	h.Close()
	for s.lines.Scan() {
	}
	if err := s.lines.Err(); err != nil {
		t.Error("the stream is cut:", err)
	}
	for _, query := range []string{"", "?poll"} {
		answer, err := http.Get(server.URL + query)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusServiceUnavailable {
			t.Error(answer.Status)
		}
	}
}
