package views

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// The page of a large file that a clone does not have yet gets it from the remote.
func TestLargeFileComes(t *testing.T) {
	first := gitstoretest.New(t)
	gitstoretest.Git(t, first, "config", "exprec.lfsThreshold", "1k")
	server, clone := filepath.Join(t.TempDir(), "server.git"), filepath.Join(t.TempDir(), "clone")
	gitstoretest.Git(t, first, "init", "-q", "--bare", server)
	gitstoretest.Git(t, first, "remote", "add", "origin", server)
	content := strings.Repeat("0123456789\n", 300)
	id := benchOf(t, first).record(recorder.Options{}, func(e *recorder.Experiment) { put(t, e, "large.txt", []byte(content)) })
	ours, err := recorder.Open(first)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	if _, err := ours.Push(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}

	gitstoretest.Git(t, first, "clone", "-q", server, clone)
	b := benchOf(t, clone)
	theirs, err := recorder.Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	if _, err := theirs.Fetch(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	path := runURL(id, "files") + "/large.txt"
	b.has(b.get(path, http.StatusOK), "The content of this large file, 3.3 kB, is not here yet.", ">Get it</button>")
	if err := os.Rename(server, server+".gone"); err != nil {
		t.Fatal(err)
	}
	_, page := b.post(path, url.Values{}, http.StatusBadGateway)
	b.has(page, "large.txt", "try again when the remote can be reached")
	if err := os.Rename(server+".gone", server); err != nil {
		t.Fatal(err)
	}
	if to, _ := b.post(path, url.Values{}, http.StatusSeeOther); to != path {
		t.Errorf("it leads to %q, want %q", to, path)
	}
	page = b.get(path, http.StatusOK)
	b.has(page, "0123456789")
	b.hasNot(page, "Get it")
	if got := b.get(path+"?raw=1", http.StatusOK); got != content {
		t.Errorf("%d bytes come, want %d", len(got), len(content))
	}
}
