package views

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/guard"
)

// bench is a project with a dashboard that serves it.
type bench struct {
	testing.TB
	dir       string
	url       string
	dashboard *Dashboard
}

// newBench makes a repository and serves its runs. Nothing of the repository but
// its runs may have changed at the end of the test.
func newBench(t testing.TB) *bench {
	t.Helper()
	return benchOf(t, gitstoretest.New(t))
}

// benchOf serves the runs of a repository.
func benchOf(t testing.TB, dir string) *bench {
	t.Helper()
	t.Cleanup(gitstoretest.Unchanged(t, dir))
	d := New(Options{Path: dir, Open: func(context.Context) (*recorder.Project, error) { return recorder.Open(dir) }})
	server := httptest.NewServer(guard.New(guard.Options{})(d))
	t.Cleanup(func() {
		d.live.Close() // the server waits for its streams
		server.Close()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return &bench{TB: t, dir: dir, url: server.URL, dashboard: d}
}

// record makes a run.
func (b *bench) record(o recorder.Options, body func(*recorder.Experiment)) string {
	b.Helper()
	o.Dir, o.Quiet, o.NoSystem = b.dir, true, true
	e := recorder.Start(o)
	body(e)
	e.Finish()
	if err := e.Err(); err != nil {
		b.Fatal(err)
	}
	return e.ID()
}

// get asks for a page and wants a status.
func (b *bench) get(path string, status int) string {
	b.Helper()
	answer, err := http.Get(b.url + path)
	if err != nil {
		b.Fatal(err)
	}
	return b.body(answer, path, status)
}

// body reads an answer and wants a status.
func (b *bench) body(answer *http.Response, path string, status int) string {
	b.Helper()
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	if answer.StatusCode != status {
		b.Fatalf("%s %s: %s, want %d:\n%s", answer.Request.Method, path, answer.Status, status, data)
	}
	return string(data)
}

func TestNothingRecordedYet(t *testing.T) {
	b := newBench(t)
	if page := b.get("/", http.StatusOK); !strings.Contains(page, "No runs yet") {
		t.Errorf("the page of a project without runs:\n%s", page)
	}
	b.record(recorder.Options{Name: "first"}, func(*recorder.Experiment) {})
	if page := b.get("/", http.StatusOK); !strings.Contains(page, ">first<") {
		t.Errorf("the page does not show the first run:\n%s", page)
	}
}

func TestUnknownPage(t *testing.T) {
	b := newBench(t)
	if page := b.get("/nowhere%3Cb%3E", http.StatusNotFound); !strings.Contains(page, "/nowhere&lt;b&gt;") {
		t.Errorf("the page does not say what was asked for:\n%s", page)
	}
}

// Every file that a page names is there, for good, and packed when asked.
func TestStaticFiles(t *testing.T) {
	b := newBench(t)
	for name := range assets() {
		request, _ := http.NewRequest("GET", b.url+assetURL(name), nil)
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s, %v", name, answer.Status, answer.Header)
		}
	}
	b.get("/static/0/exprec.css", http.StatusOK)
	b.get("/static/0/none.css", http.StatusNotFound)
}
