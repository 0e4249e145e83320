package gitstoretest

import (
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/http/httputil"
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

	// Authority is a file with the certificate of who signed the server's own;
	// empty where it speaks plain http.
	Authority string
	// ReadOnly and NoUploads say what the password is not good for: any push, or
	// that of large contents.
	ReadOnly, NoUploads atomic.Bool
	// Uploads and Downloads count the large contents that went by.
	Uploads, Downloads atomic.Int64

	git   *cgi.Handler
	large *httputil.ReverseProxy // nil without ServeLarge
}

// NewWebServer serves the repositories below a folder as long as the test runs.
// With readOnly nothing may be pushed.
func NewWebServer(t testing.TB, root string, readOnly bool) *WebServer {
	t.Helper()
	s := newWebServer(t, root, readOnly)
	s.Start()
	return s
}

// NewTLSWebServer is [NewWebServer] over https.
func NewTLSWebServer(t testing.TB, root string, readOnly bool) *WebServer {
	t.Helper()
	s := newWebServer(t, root, readOnly)
	s.TLS, s.Authority = certified(t)
	s.StartTLS()
	return s
}

func newWebServer(t testing.TB, root string, readOnly bool) *WebServer {
	t.Helper()
	backend := filepath.Join(Git(t, root, "--exec-path"), "git-http-backend")
	s := &WebServer{git: &cgi.Handler{
		Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=team"}, Stderr: io.Discard,
	}}
	s.ReadOnly.Store(readOnly)
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = silentLog // clients that do not trust it hang up
	t.Cleanup(s.Close)
	return s
}

func (s *WebServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != "team" || password != "s3cret" {
		s.Refused.Add(1)
		w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	r.Body = countedBody{r.Body, &s.In}
	w = countedWriter{w, &s.Out}
	switch {
	case s.ReadOnly.Load() && (strings.Contains(r.URL.String(), "git-receive-pack") || r.Method == http.MethodPut):
		http.Error(w, "this token may only read", http.StatusForbidden)
	case s.large != nil && isLarge(r):
		s.serveLarge(w, r)
	default:
		s.git.ServeHTTP(w, r)
	}
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
