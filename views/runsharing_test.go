package views

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// The page of a run says which remotes have it, and names the other record of
// one that has two.
func TestRunPageSaysWhereARunIs(t *testing.T) {
	dir := gitstoretest.New(t)
	server := filepath.Join(t.TempDir(), "server.git")
	gitstoretest.Git(t, dir, "init", "-q", "--bare", server)
	gitstoretest.Git(t, dir, "remote", "add", "origin", server)
	b := benchOf(t, dir)
	run := b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	if page := b.get("/runs/"+run, http.StatusOK); strings.Contains(page, "on origin") {
		t.Error("a run that was never pushed is said to be on origin")
	}
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Push(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	if page := b.get("/runs/"+run, http.StatusOK); !strings.Contains(page, ">on origin<") {
		t.Error("the page does not say that the run is on origin")
	}
	here, err := p.Run(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Edit(t.Context(), here, recorder.Edit{AddTags: []string{"later"}}); err != nil {
		t.Fatal(err)
	}
	rival := gitstoretest.Git(t, dir, "rev-parse", "HEAD")
	gitstoretest.Git(t, dir, "update-ref", "refs/exprec-conflicts/"+run+"/"+rival, rival)
	page := b.get("/runs/"+run, http.StatusOK)
	for _, want := range []string{">on origin in another state<", "recorded twice", "git show " + rival + ":run.msgpack"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
