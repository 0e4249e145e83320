package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// teammate is one clone of a team. What it does follows from its random numbers.
type teammate struct {
	*teamwork
	name, dir, program string
	random             *rand.Rand
	tags               map[string]string // that were added: tag → run
	open               []begun
	said               int
}

// begun is a run that has not ended.
type begun struct{ ID, Dir string }

// acts are what a member may do, with how often.
var acts = []struct {
	name  string
	often int
	do    func(m *teammate, run string)
}{
	{"record", 4, (*teammate).record},
	{"begin", 2, (*teammate).begin},
	{"end", 3, func(m *teammate, _ string) { m.end() }},
	{"tag", 5, (*teammate).tag},
	{"say", 8, (*teammate).say},
	{"delete", 2, func(m *teammate, run string) { m.hide(run, "delete", "--yes", run) }},
	{"undelete", 2, func(m *teammate, run string) { m.hide(run, "delete", "--undo", run) }},
	{"purge", 1, (*teammate).purge},
	{"seal again", 1, (*teammate).sealAgain},
	{"push", 7, func(m *teammate, _ string) { m.share("push") }},
	{"push a run", 2, func(m *teammate, run string) { m.share("push", "origin", run) }},
	{"fetch", 7, func(m *teammate, _ string) { m.share("fetch") }},
	{"fetch lightly", 2, func(m *teammate, _ string) { m.share("fetch", "--light") }},
	{"fetch a run", 2, func(m *teammate, run string) { m.share("fetch", "origin", run) }},
	{"delete from the remote", 1, func(m *teammate, run string) { m.share("delete", "--yes", "--remote", "origin", run) }},
	{"repack", 1, func(m *teammate, _ string) { m.beside("repack", "-adqn") }},
	{"prune", 1, func(m *teammate, _ string) { m.beside("prune", "--expire=now") }},
	{"pack refs", 1, func(m *teammate, _ string) { m.beside("pack-refs", "--all") }},
}

// act does one thing.
func (m *teammate) act() {
	total := 0
	for _, a := range acts {
		total += a.often
	}
	n := m.random.IntN(total)
	for _, a := range acts {
		if n -= a.often; n < 0 {
			run := m.someRun()
			if run == "" {
				a = acts[0]
			}
			m.tally.count(a.name)
			a.do(m, run)
			return
		}
	}
}

// someRun is a run that somebody has recorded; whether it is here already is
// luck.
func (m *teammate) someRun() string {
	n := m.random.Uint64()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.runs) == 0 {
		return ""
	}
	return m.runs[n%uint64(len(m.runs))]
}

// recorded makes a run known to all.
func (m *teammate) recorded(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs = append(m.runs, id)
}

func (m *teammate) record(string) {
	file := filepath.Join(m.dir, ".git", "exprec", fmt.Sprintf("id%d", m.random.Uint64()))
	_ = os.MkdirAll(filepath.Dir(file), 0o700)
	defer os.Remove(file)
	err := m.exprec(m.mercy(), nil, "run", "--id-file", file, "--name", m.name, "--", "true")
	if id, readErr := os.ReadFile(file); err == nil && readErr == nil {
		m.recorded(strings.TrimSpace(string(id)))
	} else {
		m.onlyKills(errors.Join(err, readErr))
	}
}

// begin leaves a run open, for some rounds.
func (m *teammate) begin(string) {
	c := exec.Command(m.program, "begin", "--pid", fmt.Sprint(os.Getpid()), "--quiet", "--no-system", "--name", m.name, "--json")
	c.Dir, c.Env = m.dir, m.environment()
	var out bytes.Buffer
	c.Stdout = &out // its stderr goes on to whoever watches over the run
	err := c.Run()
	var b begun
	if err := errors.Join(err, json.Unmarshal(out.Bytes(), &b)); err != nil {
		m.Errorf("%s: exprec begin: %v", m.name, err)
		return
	}
	m.open = append(m.open, b)
	m.recorded(b.ID)
}

// end ends the run that is open for longest.
func (m *teammate) end() {
	if len(m.open) == 0 {
		return
	}
	b := m.open[0]
	m.open = m.open[1:]
	if err := m.exprec(0, []string{"EXPREC_RUN=" + b.ID, "EXPREC_DIR=" + b.Dir}, "end", "--pid", fmt.Sprint(os.Getpid()), "--exit", fmt.Sprint(m.random.IntN(2))); err != nil {
		m.Error(err)
	}
}

func (m *teammate) tag(run string) {
	tag := fmt.Sprintf("%s-%d", m.name, len(m.tags))
	if m.exprec(0, nil, "edit", run, "--tag", tag) == nil {
		m.tags[tag] = run
	}
}

// say writes a title, a description or a conclusion. What its writer has seen in
// that place is dismissed by it.
func (m *teammate) say(run string) {
	field := []string{"title", "description", "conclusion"}[m.random.IntN(3)]
	m.said++
	w := word{run, field, fmt.Sprintf("%s says %d", m.name, m.said)}
	seen := m.seen(run, field)
	mercy := m.mercy()
	err := m.exprec(mercy, nil, "edit", run, "--"+field, w.text)
	if err != nil && mercy == 0 {
		m.tally.count("of those, on runs that are not here")
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, text := range seen {
		delete(m.words, word{run, field, text})
		if err != nil {
			m.maybe[word{run, field, text}] = true
		}
	}
	if err == nil {
		m.words[w] = true
	} else {
		m.maybe[w] = true
	}
}

// seen are the words that stand in one field of a run, as its clone knows it.
func (m *teammate) seen(run, field string) []string {
	p, err := recorder.Open(m.dir)
	if err != nil {
		return nil
	}
	defer p.Close()
	r, err := p.Run(m.Context(), run)
	if err != nil {
		return nil
	}
	var texts []string
	for _, w := range wordsOf(r) {
		if w.field == field {
			texts = append(texts, w.text)
		}
	}
	return texts
}

// wordsOf is all that is said of a run, and not dismissed.
func wordsOf(r *recorder.Run) []word {
	words := []word{{r.ID(), "title", r.Title()}, {r.ID(), "description", r.Description()}, {r.ID(), "conclusion", r.Conclusion()}}
	for _, e := range r.Earlier() {
		words = append(words, word{r.ID(), e.Field, e.Text})
	}
	return words
}

func (m *teammate) hide(_ string, args ...string) { _ = m.exprec(0, nil, args...) }

// purge removes a run for good, so nothing that is said of it has to stay.
func (m *teammate) purge(run string) {
	for _, b := range m.open {
		if b.ID == run {
			return
		}
	}
	m.mu.Lock()
	m.purged[run] = true
	m.mu.Unlock()
	_ = m.exprec(m.mercy(), nil, "delete", "--purge", "--yes", run)
}

// sealAgain makes another record of a run, as somebody does who seals a copy of
// it elsewhere.
func (m *teammate) sealAgain(run string) {
	ref := "refs/exprec/" + run
	found, err := gitstoretest.Run(m.dir, "", "rev-parse", ref+"^", ref)
	names := strings.Fields(found)
	if err != nil || len(names) != 2 {
		return // it is not here, or is not sealed
	}
	listing, err := gitstoretest.Run(m.dir, "", "ls-tree", ref)
	if err != nil || !strings.Contains(listing, "\toutput.msgpack") && !strings.Contains(listing, "\trun.msgpack") || strings.Contains(listing, "\tnotes.msgpack") {
		return // it has notes, so that its parent is a record already
	}
	blob, err := gitstoretest.Run(m.dir, m.name, "hash-object", "-w", "--stdin")
	if err != nil {
		return
	}
	tree, err := gitstoretest.Run(m.dir, listing+"100644 blob "+strings.TrimSpace(blob)+"\tby-"+m.name+".txt\n", "mktree")
	if err != nil {
		return
	}
	other, err := gitstoretest.Run(m.dir, "", "commit-tree", "-m", "another record", "-p", names[0], strings.TrimSpace(tree))
	if err != nil {
		return
	}
	if _, err := gitstoretest.Run(m.dir, "", "update-ref", ref, strings.TrimSpace(other), names[1]); err == nil {
		m.tally.count("of those, other records made")
	}
}

// share pushes, fetches, or removes from the remote. Others do so too, and some
// are killed.
func (m *teammate) share(args ...string) {
	mercy := m.mercy()
	err := m.exprec(mercy, nil, args...)
	var exit *exec.ExitError
	switch {
	case err == nil, mercy > 0:
	case errors.As(err, &exit) && exit.ExitCode() == exitNoRun:
		m.tally.count("of those, on runs that are not there")
	case strings.Contains(err.Error(), "it stays "), strings.Contains(err.Error(), "it lives on in"): // somebody was faster
		m.tally.count("of those, refused")
	default:
		m.Error(err)
	}
}

// beside lets the user's own git work while this clone fetches.
func (m *teammate) beside(args ...string) {
	done := make(chan error, 1)
	go func() {
		out, err := gitstoretest.Run(m.dir, "", args...)
		if err != nil {
			err = fmt.Errorf("%s: git %s: %w\n%s", m.name, args[0], err, out)
		}
		done <- err
	}()
	m.share("fetch")
	if err := <-done; err != nil && !strings.Contains(err.Error(), "lock") {
		m.Error(err)
	}
}

// mercy is after how long a process is killed; often it is not.
func (m *teammate) mercy() time.Duration {
	if m.random.IntN(3) > 0 {
		return 0
	}
	return time.Duration(1+m.random.IntN(600)) * time.Millisecond
}

func (m *teammate) environment() []string {
	return append(os.Environ(), "EXPREC_RUN=", "EXPREC_DIR=")
}

// exprec runs a command, and kills it after some time where that is not zero.
// Its children are not killed: git goes on.
func (m *teammate) exprec(kill time.Duration, environment []string, args ...string) error {
	ctx := context.Background()
	if kill > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, kill)
		defer cancel()
	}
	c := exec.CommandContext(ctx, m.program, args...)
	c.Dir, c.Env, c.WaitDelay = m.dir, append(m.environment(), environment...), 10*time.Second
	out, err := c.CombinedOutput()
	m.tally.read(string(out))
	if err != nil {
		if ctx.Err() != nil {
			m.tally.count("killed: " + args[0])
		}
		return fmt.Errorf("%s: exprec %s: %w\n%s", m.name, strings.Join(args, " "), err, out)
	}
	return nil
}

func (m *teammate) onlyKills(err error) {
	if err != nil && !strings.Contains(err.Error(), "signal: killed") && !strings.Contains(err.Error(), "deadline") {
		m.Error(err)
	}
}

func (m *teammate) must(args ...string) {
	if err := m.exprec(0, nil, args...); err != nil {
		m.Error(err)
	}
}
