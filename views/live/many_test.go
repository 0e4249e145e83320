package live

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/internal/poll"
)

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
	poll.Until(t, "all listen", func() bool { return h.Listeners() == readers+sleepers })
	poll.Until(t, "it is watched", begun(h))
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
	poll.Until(t, "all have gone", func() bool { return h.Listeners() == 0 })
	h.Close()
	server.Close()
	http.DefaultClient.CloseIdleConnections()
	poll.Until(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
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
	poll.Until(t, "nobody listens", func() bool { return h.Listeners() == 0 })
	before := memory()
	const n = 1000
	for range n {
		c := connect(t, server, 0)
		t.Cleanup(func() { c.Close() })
	}
	poll.Until(t, "all listen", func() bool { return h.Listeners() == n })
	h.Tell("runs", "run/a/scalars")
	poll.Until(t, "all were told", func() bool {
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
