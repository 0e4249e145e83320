package views

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// The page of a run says which remotes have it, and the list can ask for it.
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
	other := b.record(recorder.Options{Name: "two"}, func(*recorder.Experiment) {})
	for id, want := range map[string]string{run: ">changed since origin got it<", other: ">on this machine only<"} {
		if page := b.get("/runs/"+id, http.StatusOK); !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for query, both := range map[string]bool{"shared=false": true, "remote=origin": false} {
		page := b.get("/?q="+url.QueryEscape(query)+"&cols=remote,shared,fetched", http.StatusOK)
		if !strings.Contains(page, "/runs/"+run[:8]) || strings.Contains(page, "/runs/"+other[:8]) != both {
			t.Errorf("%s: the list has other runs", query)
		}
	}
}

// A run that was recorded twice: its page names both records, each has pages of
// its own, and they are compared with each other.
func TestPagesOfTwoRecords(t *testing.T) {
	dir := gitstoretest.New(t)
	b := benchOf(t, dir)
	run := b.record(recorder.Options{Name: "one"}, func(e *recorder.Experiment) { e.SetParameter("lr", 0.1) })
	twin := b.record(recorder.Options{Name: "twin"}, func(e *recorder.Experiment) { e.SetParameter("lr", 0.75) })
	git := func(words ...string) string { return gitstoretest.Git(t, dir, words...) }
	ref := "refs/exprec/" + run
	listing := strings.ReplaceAll(git("ls-tree", ref), git("rev-parse", ref+":params.msgpack"), git("rev-parse", "refs/exprec/"+twin+":params.msgpack"))
	tree := gitstoretest.GitInput(t, dir, listing+"\n", "mktree")
	rival := git("commit-tree", "-m", "another record", "-p", ref+"^", tree)
	git("update-ref", "refs/exprec-conflicts/"+run+"/"+rival, rival)
	address := run + "@" + rival[:12]
	page := b.get("/runs/"+run, http.StatusOK)
	for _, want := range []string{"This run was recorded twice", "Differs from record 1 in 1 parameter (lr).", "/runs/" + run[:8] + "@" + rival[:8], "Compare record 1 with 2", "?edit=conclusion", rival[:12], "Record 1</strong>, which you are looking at"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	page = b.get("/runs/"+address, http.StatusOK)
	if !strings.Contains(page, "Record 2</strong>, which you are looking at") || !strings.Contains(page, "0.75") || strings.Contains(page, `/delete"`) {
		t.Error("the page of the other record is not its own")
	}
	for _, tab := range runTabs() {
		b.get(strings.TrimSuffix("/runs/"+address+"/"+tab.Name, "/"), http.StatusOK)
	}
	page = b.get("/compare?run="+run+"&run="+url.QueryEscape(address), http.StatusOK)
	for _, want := range []string{"0.1", "0.75", "2 runs"} {
		if !strings.Contains(page, want) {
			t.Errorf("the comparison does not say %q", want)
		}
	}
	for _, bad := range []string{"@", "@0000", "@..", "@" + rival[:8] + "/x", "@" + rival[:8] + "-"} {
		b.get("/runs/"+run+bad, http.StatusNotFound)
	}
}

// The page says whose words stand there, and whose were written at the same time;
// what clones call themselves is text.
func TestRunPageSaysWhoSaidWhat(t *testing.T) {
	dir := gitstoretest.New(t)
	t.Setenv("GIT_AUTHOR_NAME", "Ada & \u202eBen")
	b := benchOf(t, dir)
	run := b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	here, err := p.Run(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	words := "it holds"
	if err := p.Edit(t.Context(), here, recorder.Edit{Conclusion: &words, AddTags: []string{"good"}}); err != nil {
		t.Fatal(err)
	}
	page := b.get("/runs/"+run, http.StatusOK)
	for _, want := range []string{"Who said what", "Ada &amp; ", `title="added by Ada &amp; `} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "\u202e") || strings.Contains(page, "Ada & ") {
		t.Error("a name is no text")
	}
}
