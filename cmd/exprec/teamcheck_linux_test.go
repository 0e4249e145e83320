package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// check wants everybody to have the same, and nothing to be lost.
func (tm *teamwork) check() {
	want := tm.tips(tm.server)
	for _, id := range tm.runs {
		if _, ok := want["refs/exprec/"+id]; !ok {
			tm.Errorf("the server does not have the run %s (purged: %v)", id, tm.purged[id])
		}
	}
	gitstoretest.Fsck(tm, tm.server)
	for _, m := range tm.members {
		m.compare(tm.tips(m.dir), want)
		gitstoretest.Fsck(tm, m.dir)
		m.checkWords()
	}
	tm.checkPurged()
	tm.tally.add("runs", len(want))
	tm.tally.add("words that had to be kept", len(tm.words))
	tm.tally.add("runs that somebody purged", len(tm.purged))
}

// tips are the runs of a repository and what their refs stand for, or archives
// have of those without one.
func (tm *teamwork) tips(dir string) map[string]string {
	tips := map[string]string{}
	listing := gitstoretest.Git(tm, dir, "for-each-ref", "refs/exprec/", "refs/exprec-conflicts/", "--format=%(refname) %(objectname)")
	for line := range strings.Lines(listing) {
		name, tip, _ := strings.Cut(strings.TrimSpace(line), " ")
		tips[name] = tip
	}
	for archive := range strings.Lines(gitstoretest.Git(tm, dir, "for-each-ref", "refs/exprec-archive/", "--format=%(refname)")) {
		for line := range strings.Lines(gitstoretest.Git(tm, dir, "ls-tree", "-r", strings.TrimSpace(archive))) {
			entry, path, _ := strings.Cut(strings.TrimSpace(line), "\t")
			name := "refs/exprec/" + runIn(path)
			if _, ok := tips[name]; !ok {
				tips[name] = strings.Fields(entry)[2]
				tm.tally.count("runs in archives")
			}
		}
	}
	return tips
}

// compare wants a clone to have what the server has. Of a purged run some have
// the notes alone, and others its content too.
func (m *teammate) compare(got, want map[string]string) {
	names := slices.Sorted(maps.Keys(want))
	for name := range got {
		if _, ok := want[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if got[name] != want[name] && !m.purged[runIn(name)] {
			m.Errorf("%s has %s as %q, the server as %q", m.name, name, got[name], want[name])
		}
	}
}

// runIn is the run that a ref belongs to.
func runIn(ref string) string {
	for part := range strings.SplitSeq(ref, "/") {
		if len(part) == len("0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f") {
			return part
		}
	}
	return ""
}

// checkWords looks for everything that was said.
func (m *teammate) checkWords() {
	p, err := recorder.Open(m.dir)
	if err != nil {
		m.Fatal(err)
	}
	defer p.Close()
	runs, err := p.Runs(m.Context(), "")
	if err != nil {
		m.Fatal(err)
	}
	deleted, err := p.Deleted(m.Context())
	if err != nil {
		m.Fatal(err)
	}
	there := map[word]bool{}
	for _, r := range append(runs, deleted...) {
		for _, w := range wordsOf(r) {
			there[w] = true
		}
		for _, tag := range r.Tags() {
			there[word{r.ID(), "tag", tag}] = true
		}
	}
	for w := range m.words {
		if !there[w] && !m.purged[w.run] && !m.maybe[w] {
			m.Errorf("%s: the %s %q of the run %s is lost", m.name, w.field, w.text, w.run)
		}
	}
	for _, mate := range m.members {
		for tag, run := range mate.tags {
			if !there[word{run, "tag", tag}] && !m.purged[run] {
				m.Errorf("%s: the tag %q of the run %s is lost", m.name, tag, run)
			}
		}
	}
}

// checkPurged wants the server to have nothing of purged runs but that.
func (tm *teamwork) checkPurged() {
	for id := range tm.purged {
		listing, err := gitstoretest.Run(tm.server, "", "ls-tree", "--name-only", "refs/exprec/"+id)
		if err != nil {
			continue
		}
		if strings.TrimSpace(listing) == "notes.msgpack" {
			tm.tally.count("purged runs of which the server has notes alone")
		} else {
			tm.tally.count("runs whose purge nobody has pushed")
		}
	}
}

// tally counts what a team did.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func newTally() *tally { return &tally{counts: map[string]int{}} }

func (t *tally) count(what string) { t.add(what, 1) }

func (t *tally) add(what string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[what] += n
}

var outcome = regexp.MustCompile(`(\d+) (new|updated|merged|in conflict|refused)`)

// read takes down what a push or fetch says.
func (t *tally) read(out string) {
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "pushed to") && !strings.HasPrefix(line, "fetched from") {
			continue
		}
		for _, found := range outcome.FindAllStringSubmatch(line, -1) {
			n, _ := strconv.Atoi(found[1])
			t.add(line[:strings.IndexByte(line, ' ')]+", "+found[2], n)
		}
	}
}

func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var text strings.Builder
	for _, what := range slices.Sorted(maps.Keys(t.counts)) {
		fmt.Fprintf(&text, "\n%6d  %s", t.counts[what], what)
	}
	return text.String()
}
