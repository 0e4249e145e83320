package views

import (
	"image"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// A run whose content is on a remote has pages that say so, and a button that
// gets it.
func TestPagesOfALightRun(t *testing.T) {
	dir := gitstoretest.New(t)
	server, clone := filepath.Join(t.TempDir(), "server.git"), filepath.Join(t.TempDir(), "clone")
	gitstoretest.Git(t, dir, "init", "-q", "--bare", server)
	gitstoretest.Git(t, dir, "push", "-q", server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, server, "symbolic-ref", "HEAD", "refs/heads/main")
	gitstoretest.Git(t, dir, "remote", "add", "origin", server)
	gitstoretest.Git(t, dir, "clone", "-q", server, clone)
	theirs := benchOf(t, dir)
	var runs []string
	for i, name := range []string{"one", "two"} {
		runs = append(runs, theirs.record(recorder.Options{Name: name}, func(e *recorder.Experiment) {
			e.SetParameter("lr", 0.25*float64(i+1))
			e.SetResult("acc", 0.5+float64(i))
			e.AddScalar("loss", 0.375, 1)
			e.AddImage("sample", image.NewGray(image.Rect(0, 0, 4, 4)), 1)
		}))
	}
	if _, err := theirs.project().Push(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	defer gitstoretest.Unchanged(t, clone)()
	b := benchOf(t, clone)
	if _, err := b.project().FetchLight(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	b.has(b.get("/", http.StatusOK), "/runs/"+runs[0][:8], "not here in full: origin")
	b.has(b.get("/?group=status", http.StatusOK), "succeeded")
	b.has(b.get("/runs/"+runs[0], http.StatusOK), "Get it in full from origin", "0.25", "0.375")
	for _, tab := range runTabs() {
		b.has(b.get(runURL(runs[0], tab.Name), http.StatusOK), "Get it in full from origin")
	}
	b.has(b.get(comparing(short(runs[0]), short(runs[1])), http.StatusOK), "0.25", "0.5", "loss")
	b.get(comparing(short(runs[0]), short(runs[1]))+"&tab=images", http.StatusOK)
	for tab, what := range map[string]string{"charts": "The points of", "source": "the source of"} {
		b.has(b.get(comparing(short(runs[0]), short(runs[1]))+"&tab="+tab, http.StatusOK), what, "not here in full: it is on origin")
	}
	if err := os.Rename(server, server+".away"); err != nil {
		t.Fatal(err)
	}
	_, page := b.post("/runs/"+runs[0]+"/fetch", url.Values{}, http.StatusBadGateway)
	b.has(page, "try again when origin")
	if err := os.Rename(server+".away", server); err != nil {
		t.Fatal(err)
	}
	to, _ := b.post("/runs/"+runs[0]+"/fetch", url.Values{"tab": {"charts"}}, http.StatusSeeOther)
	if page := b.get(to, http.StatusOK); strings.Contains(page, "Get it in full") || !strings.Contains(to, "charts") {
		t.Errorf("%s: the run is still called light", to)
	}
	if page := b.get("/runs/"+runs[1], http.StatusOK); !strings.Contains(page, "Get it in full") {
		t.Error("the other run has come too")
	}
}
