package gitstoretest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/exprec/exprec/internal/poll"
)

// lfsServer is the test server of git-lfs itself, which scripts/test.sh builds.
const lfsServer = "lfstest-gitserver"

// ServeLarge has a WebServer keep large contents, as git hosts do: behind it is
// the server with which git-lfs tests itself. Its addresses are given out as
// those of the WebServer, so that all goes through that one, and needs its
// password. With tokens it gives one for each content to who may have it.
func (s *WebServer) ServeLarge(t testing.TB, tokens bool) {
	t.Helper()
	back := startLFS(t)
	s.large = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(back)
			r.Out.SetBasicAuth("user", "pass") // the only password that it knows
		},
		ModifyResponse: func(r *http.Response) error { return renamed(r, back.String(), s.URL, tokens) },
		ErrorLog:       silentLog,
	}
}

// startLFS starts git-lfs's own server and gives its address.
func startLFS(t testing.TB) *url.URL {
	t.Helper()
	program, err := exec.LookPath(lfsServer)
	if err != nil {
		t.Fatalf("%v: ./scripts/test.sh builds it", err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program)
	server.Dir, server.Env = dir, append(os.Environ(), "LFSTEST_DIR="+dir)
	check(t, server.Start())
	t.Cleanup(func() { cancel(); server.Wait() })
	var address []byte
	poll.Until(t, lfsServer+" starts", func() bool {
		address, err = os.ReadFile(filepath.Join(dir, lfsServer))
		return err == nil && len(address) > 0
	})
	at, err := url.Parse(string(address))
	check(t, err)
	return at
}

func isLarge(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/info/lfs/") || strings.HasPrefix(r.URL.Path, "/storage/")
}

func (s *WebServer) serveLarge(w http.ResponseWriter, r *http.Request) {
	switch {
	case (s.ReadOnly.Load() || s.NoUploads.Load()) && asksToUpload(r):
		w.Header().Set("Content-Type", "application/vnd.git-lfs+json")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"message": "this token may only read large files"}`)
		return
	case r.Method == http.MethodPut:
		s.Uploads.Add(1)
	case strings.HasPrefix(r.URL.Path, "/storage/"):
		s.Downloads.Add(1)
	}
	s.large.ServeHTTP(w, r)
}

// asksToUpload looks into a batch request and leaves it to be read again.
func asksToUpload(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var batch struct{ Operation string }
	return err == nil && json.Unmarshal(body, &batch) == nil && batch.Operation == "upload"
}

// Token is what a WebServer takes for its password.
const Token = "Basic dGVhbTpzM2NyZXQ="

// renamed gives out other addresses than the server behind does, with tokens for
// them where that is wanted.
func renamed(r *http.Response, from, to string, tokens bool) error {
	if !strings.Contains(r.Header.Get("Content-Type"), "json") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	body = bytes.ReplaceAll(body, []byte(from), []byte(to))
	if tokens {
		// The server behind has no header of its own where contents are up- and
		// downloaded.
		body = bytes.ReplaceAll(body, []byte(`"href":`), []byte(`"header":{"Authorization":"`+Token+`"},"href":`))
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// LoseLarge has the server forget a content of a repository, named by its
// SHA-256 in hexadecimal.
func (s *WebServer) LoseLarge(t testing.TB, repository, id string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodDelete, s.URL+"/"+repository+"/info/lfs/objects/"+id, nil)
	check(t, err)
	request.SetBasicAuth("team", "s3cret")
	request.Header.Set("Accept", "application/vnd.git-lfs+json")
	answer, err := s.Client().Do(request)
	check(t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the server answers %s", answer.Status)
	}
}
