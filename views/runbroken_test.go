package views

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// copyRun adds a run with another id, whose run.msgpack is that of a given one
// with the edit applied, and that has nothing else but the packages given.
func (b *bench) copyRun(from, to string, edit func(string) string, packages ...string) {
	b.Helper()
	run, err := gitstoretest.Run(b.dir, "", "cat-file", "blob", "refs/exprec/"+from+":run.msgpack")
	if err != nil {
		b.Fatal(err)
	}
	git := func(input string, words ...string) string { return gitstoretest.GitInput(b, b.dir, input, words...) }
	blob := git(edit(strings.ReplaceAll(run, from, to)), "hash-object", "-w", "--stdin")
	entries := "100644 blob " + blob + "\trun.msgpack\n"
	if len(packages) > 0 {
		entries += "100644 blob " + git(strings.Join(packages, "\n")+"\n", "hash-object", "-w", "--stdin") + "\tpackages.txt\n"
	}
	tree := git(entries, "mktree")
	git("", "update-ref", "refs/exprec/"+to, git("a copy\n", "commit-tree", tree))
}

// A run that cannot be read whole is shown as far as it can be.
func TestBrokenRuns(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first"}, func(e *recorder.Experiment) { e.AddScalar("loss", 1, 1) })

	b.copyRun(id, "01234567-89ab-4cde-8f01-23456789abcd", func(run string) string {
		return strings.Replace(run, "\xa6format\x01", "\xa6format\x02", 1)
	})
	b.copyRun(id, "11234567-89ab-4cde-8f01-23456789abcd", func(string) string { return "\xc1 no run" })
	for run, words := range map[string]string{"01234567": "newer exprec", "11234567": "damaged"} {
		for _, tab := range runTabs() {
			// What such a run has behind a tab may not be readable at all: then that is
			// said below its head.
			answer, err := http.Get(b.url + runURL(run, tab.Name))
			if err != nil {
				t.Fatal(err)
			}
			page := b.body(answer, tab.Name, answer.StatusCode)
			b.has(page, words, `role="alert"`, run, `id="run-tabs"`)
			if tab.Name == "" && answer.StatusCode != http.StatusOK {
				t.Errorf("the overview of %s: %s", run, answer.Status)
			}
		}
	}
	b.has(b.get("/runs/01234567", http.StatusOK), ">first</h1>")
}

func TestAmbiguousRun(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first"}, func(*recorder.Experiment) {})
	same := func(run string) string { return run }
	b.copyRun(id, "deadbeef-0000-4000-8000-000000000001", same)
	b.copyRun(id, "deadbeef-0000-4000-8000-000000000002", same)
	page := b.get("/runs/deadbeef", http.StatusMultipleChoices)
	b.has(page, `href="/runs/deadbeef-0000-4000-8000-000000000001"`, `href="/runs/deadbeef-0000-4000-8000-000000000002"`)
	b.get("/runs/deadbeef-0000-4000-8000-000000000001", http.StatusOK)
}

// What somebody else wrote at the same time is shown until it is dismissed.
func TestEarlierWords(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first"}, func(*recorder.Experiment) {})
	server, other := b.TempDir()+"/server.git", b.TempDir()+"/clone"
	gitstoretest.Git(t, b.dir, "init", "-q", "--bare", server)
	gitstoretest.Git(t, b.dir, "push", "-q", server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, b.dir, "clone", "-q", "-b", "main", server, other)
	mine := b.project()
	theirs, err := recorder.Open(other)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	share := recorder.ShareOptions{Remote: server}
	push := func(p *recorder.Project) {
		t.Helper()
		if _, err := p.Push(t.Context(), share); err != nil {
			t.Fatal(err)
		}
	}
	fetch := func(p *recorder.Project) {
		t.Helper()
		if _, err := p.Fetch(t.Context(), share); err != nil {
			t.Fatal(err)
		}
	}
	write := func(p *recorder.Project, words string) {
		t.Helper()
		run, err := p.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Edit(t.Context(), run, recorder.Edit{Conclusion: &words}); err != nil {
			t.Fatal(err)
		}
	}
	push(mine)
	fetch(theirs)
	write(theirs, "their <b>words</b>")
	write(mine, "my words")
	push(theirs)
	fetch(mine)

	page := b.get("/runs/"+id, http.StatusOK)
	b.has(page, "my words", "their &lt;b&gt;words&lt;/b&gt;", "at the same time", "the newer one", `name="dismiss" value="conclusion"`)
	b.post("/runs/"+id+"/notes", url.Values{"dismiss": {"conclusion"}}, http.StatusSeeOther)
	page = b.get("/runs/"+id, http.StatusOK)
	b.has(page, "my words")
	b.hasNot(page, "their &lt;b&gt;")

	push(mine)
	fetch(theirs)
	write(theirs, "their second words")
	write(mine, "my second words")
	push(theirs)
	fetch(mine)
	button := regexp.MustCompile(`name="use" value="([^"]+)"`).FindStringSubmatch(b.get("/runs/"+id, http.StatusOK))
	if button == nil {
		t.Fatal("the other words cannot be used")
	}
	b.post("/runs/"+id+"/notes", url.Values{"use": {button[1]}}, http.StatusSeeOther)
	page = b.get("/runs/"+id, http.StatusOK)
	b.has(page, "their second words")
	b.hasNot(page, "my second words", `name="use"`)
}
