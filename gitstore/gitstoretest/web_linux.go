package gitstoretest

import (
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A WebServer serves repositories below a folder as git hosts do, to who knows
// the password, and counts the bytes of both directions.
type WebServer struct {
	*httptest.Server
	In, Out atomic.Int64 // bytes of what git sent and got
	Refused atomic.Int64 // requests without the password
}

// NewWebServer serves the repositories below a folder as long as the test runs.
// With readOnly nothing may be pushed.
func NewWebServer(t testing.TB, root string, readOnly bool) *WebServer {
	t.Helper()
	backend := filepath.Join(Git(t, root, "--exec-path"), "git-http-backend")
	git := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=team"}, Stderr: io.Discard}
	s := &WebServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "team" || password != "s3cret" {
			s.Refused.Add(1)
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		if readOnly && strings.Contains(r.URL.String(), "git-receive-pack") {
			http.Error(w, "this token may only read", http.StatusForbidden)
			return
		}
		r.Body = countedBody{r.Body, &s.In}
		git.ServeHTTP(countedWriter{w, &s.Out}, r)
	}))
	t.Cleanup(s.Close)
	return s
}

type countedBody struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

type countedWriter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c countedWriter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n.Add(int64(n))
	return n, err
}

// KnowPassword has git know the password of a WebServer, by a helper in a
// repository's own configuration.
func KnowPassword(t testing.TB, dir string) {
	t.Helper()
	Git(t, dir, "config", "credential.helper", "!f() { echo username=team; echo password=s3cret; }; f")
}
