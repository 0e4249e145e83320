package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/exprec/exprec/recorder"
)

// The patience of the server. Streams and long answers have no limit here: they
// end when their reader has gone.
const (
	headerPatience = 10 * time.Second // for a request to say what it wants
	idlePatience   = 2 * time.Minute  // for the next request of a connection
	maxHeader      = 64 << 10         // bytes
	lastAnswers    = 300 * time.Millisecond
)

// recoverEvery is how often runs are looked for whose process died while the
// dashboard was served.
const recoverEvery = 5 * time.Second

func newServer(base context.Context, handler http.Handler, to *serveLog) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerPatience,
		IdleTimeout:       idlePatience,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          log.New(to, "", 0),
	}
}

// serveLog says on stderr what happens while the dashboard is served.
type serveLog struct {
	mu  sync.Mutex
	app *app
}

func (l *serveLog) line(words string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.app.note("%s", strings.TrimSpace(words))
}

// Write is for http.Server.
func (l *serveLog) Write(words []byte) (int, error) {
	l.line(string(words))
	return len(words), nil
}

// keepRecovering finishes the runs of a project that died on this machine, those
// that die while the dashboard is served too.
func (a *app) keepRecovering(ctx context.Context, dir string, to *serveLog) {
	said := map[string]bool{}
	ticker := time.NewTicker(recoverEvery)
	defer ticker.Stop()
	for {
		recovery, err := recoverOnce(ctx, dir)
		if err == nil {
			to.mu.Lock()
			a.announce(onlyNew(recovery, said))
			to.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func recoverOnce(ctx context.Context, dir string) (*recorder.Recovery, error) {
	project, err := recorder.Open(dir)
	if err != nil {
		return nil, err
	}
	defer project.Close()
	return project.RecoverWithin(ctx, recoverWithin)
}

// onlyNew is what a recovery did, without what waits and what was said before:
// the next pass goes on with it.
func onlyNew(r *recorder.Recovery, said map[string]bool) *recorder.Recovery {
	fresh := &recorder.Recovery{Sealed: r.Sealed, Continued: r.Continued, Moved: r.Moved}
	for _, err := range r.Failed {
		if !said[err.Error()] {
			said[err.Error()] = true
			fresh.Failed = append(fresh.Failed, err)
		}
	}
	return fresh
}
