package live

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
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
	eventually(t, "it is watched", begun(h))
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

// connect opens a stream that nobody reads beyond its beginning.
func connect(t testing.TB, server *httptest.Server, receive int) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if receive > 0 {
		if err := c.(*net.TCPConn).SetReadBuffer(receive); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

// Of 1,000 who listen 500 never read. They hold nobody up, are let go, and when
// all have gone nothing of them is left.
func TestSlowReadersHoldNobodyUp(t *testing.T) {
	before := runtime.NumGoroutine()
	brief := quick
	brief.between = 20 * time.Millisecond
	h := newHub(quiet, brief)
	server := httptest.NewUnstartedServer(h)
	server.Listener = narrow{server.Listener}
	server.Start()
	const readers, sleepers = 500, 500
	var sleeping []net.Conn
	for range sleepers {
		sleeping = append(sleeping, connect(t, server, 4<<10))
	}
	heard := make(chan error, readers)
	for range readers {
		c := connect(t, server, 0)
		go func() {
			defer c.Close()
			heard <- readUntil(c, "the last one")
		}()
	}
	eventually(t, "all listen", func() bool { return h.Listeners() == readers+sleepers })
	eventually(t, "it is watched", begun(h))
	var topics []string
	for i := range 20 {
		topics = append(topics, strings.Repeat("long", 100)+fmt.Sprint(i))
	}
	began, slowest := time.Now(), time.Duration(0)
	tick := time.NewTicker(brief.between)
	defer tick.Stop()
	for h.Listeners() > readers {
		<-tick.C
		one := time.Now()
		h.Tell(topics...)
		slowest = max(slowest, time.Since(one))
		if time.Since(began) > time.Minute {
			t.Fatal(h.Listeners(), "listen still")
		}
	}
	h.Tell("the last one")
	for range readers {
		if err := <-heard; err != nil {
			t.Error(err)
		}
	}
	t.Logf("the slowest notice to %d took %v, and those who slept were let go after %v", readers+sleepers, slowest, time.Since(began))
	for _, c := range sleeping {
		c.Close()
	}
	eventually(t, "all have gone", func() bool { return h.Listeners() == 0 })
	h.Close()
	server.Close()
	http.DefaultClient.CloseIdleConnections()
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// narrow is a listener whose connections hold little that was not read.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

// readUntil reads until a text has come.
func readUntil(r io.Reader, text string) error {
	buf, kept := make([]byte, 64<<10), []byte(nil)
	for {
		n, err := r.Read(buf)
		if err != nil {
			return err
		}
		kept = append(kept, buf[:n]...)
		if bytes.Contains(kept, []byte(text)) {
			return nil
		}
		kept = kept[max(0, len(kept)-len(text)):]
	}
}

// 1,000 who listen while nothing happens take less than 40 MB, with what the
// server needs for them.
func TestMemoryOfIdleListeners(t *testing.T) {
	h, server := listen(t, quiet, quick)
	connect(t, server, 0).Close()
	eventually(t, "nobody listens", func() bool { return h.Listeners() == 0 })
	before := memory()
	const n = 1000
	for range n {
		c := connect(t, server, 0)
		t.Cleanup(func() { c.Close() })
	}
	eventually(t, "all listen", func() bool { return h.Listeners() == n })
	h.Tell("runs", "run/a/scalars")
	eventually(t, "all were told", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		for s := range h.subs {
			if len(s.wake) > 0 {
				return false
			}
		}
		return true
	})
	used := memory() - before
	t.Logf("%d bytes, %d for each", used, used/n)
	if used > 40<<20 {
		t.Errorf("%d who listen take %d bytes", n, used)
	}
}

// memory is what this process uses of it, in bytes.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// BenchmarkTell tells 1,000 of whom half never take what they are told.
func BenchmarkTell(b *testing.B) {
	h := newHub(quiet, quick)
	defer h.Close()
	for i := range 1000 {
		s, _, _ := h.subscribe("")
		if i%2 == 0 {
			ctx, stop := context.WithCancel(b.Context())
			defer stop()
			go func() {
				for {
					select {
					case <-ctx.Done():
						return
					case <-s.wake:
						s.take()
					}
				}
			}()
		}
	}
	topics := []string{"runs/scalars", "run/a/scalars", "run/a/output"}
	for b.Loop() {
		h.Tell(topics...)
	}
}
