package guard

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// The limits of a request.
const (
	MaxQuery = 8 << 10  // bytes after the question mark of a URL
	MaxBody  = 16 << 20 // bytes of what is posted: the longest texts of notes, encoded
)

// bodyPatience is how long what is posted may take to arrive.
const bodyPatience = time.Minute

// Options say who may ask. The zero value is right for a server that only this
// machine reaches.
type Options struct {
	// Names are further names, without port, by which the server may be asked.
	Names []string
	// Beyond says that other machines reach the server: it may be asked by any
	// IP address then, and with a token by any name.
	Beyond bool
	// Token is what a request must know; empty is none.
	Token string
	// Port tells the cookies of servers on one machine apart, which browsers
	// share among all ports.
	Port int
	// Report hears of handlers that panicked.
	Report func(string)
}

// A refusal is the answer to a request that goes no further.
type refusal struct {
	status int
	text   string
}

// New makes the guard: it wraps the handler that answers those who may ask.
func New(o Options) func(http.Handler) http.Handler {
	checks := []func(*http.Request) *refusal{newNames(o).check, crossOrigin, limits}
	return func(next http.Handler) http.Handler {
		next = newToken(o).ask(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			setHeaders(w.Header(), r)
			for _, check := range checks {
				if no := check(r); no != nil {
					http.Error(w, no.text, no.status)
					return
				}
			}
			if !isSafe(r) {
				// Not all servers can; it is set anew for each request.
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience))
				r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
			}
			answer := &answer{ResponseWriter: w}
			defer answer.recover(o.Report)
			next.ServeHTTP(answer, r)
		})
	}
}

// limits refuses what is larger than any request of a page.
func limits(r *http.Request) *refusal {
	switch {
	case len(r.URL.RawQuery) > MaxQuery:
		return &refusal{http.StatusRequestURITooLong, fmt.Sprintf("The address has more than %d bytes after the question mark.", MaxQuery)}
	case r.ContentLength > MaxBody:
		return &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("More than %d bytes were sent.", MaxBody)}
	}
	return nil
}

// answer notes whether anything was answered yet.
type answer struct {
	http.ResponseWriter
	began bool
}

func (a *answer) WriteHeader(status int) {
	a.began = a.began || status >= 200
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(data []byte) (int, error) {
	a.began = true
	return a.ResponseWriter.Write(data)
}

// Flush sends what was written so far.
func (a *answer) Flush() {
	a.began = true
	_ = http.NewResponseController(a.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// recover makes an answer of a panic. One that began ends the connection, so that
// half an answer is not taken for a whole one.
func (a *answer) recover(report func(string)) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	if report != nil {
		report(fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
	}
	if a.began {
		panic(http.ErrAbortHandler)
	}
	http.Error(a.ResponseWriter, "Something went wrong in exprec itself.", http.StatusInternalServerError)
}
