package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// teamRounds is how often everybody does something; scripts/team.sh asks for 200.
var teamRounds = flag.Int("rounds", 3, "rounds of TestTeam")

// teammate is one clone of a team.
type teammate struct {
	name, dir string
	bin       string
	random    *rand.Rand
	mu        *sync.Mutex
	tags      map[string]string // that were added: tag → run
	runs      *[]string
}

// Five clones, over ssh and http, record, edit, tag, archive, push and fetch at
// the same time, and some are killed in between. In the end all have the same
// runs and notes, and every repository is sound.
func TestTeam(t *testing.T) {
	bin := build(t)
	root := t.TempDir()
	server := filepath.Join(root, "server.git")
	first := gitstoretest.New(t)
	gitstoretest.Git(t, first, "init", "-q", "--bare", server)
	gitstoretest.Git(t, first, "push", "-q", server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, server, "symbolic-ref", "HEAD", "refs/heads/main")
	gitstoretest.Git(t, server, "config", "http.receivepack", "true")
	web := gitstoretest.NewWebServer(t, root, false)
	login, port := gitstoretest.SSHServer(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	var runs []string
	var members []*teammate
	for i := range 5 {
		dir := filepath.Join(root, fmt.Sprintf("clone%d", i))
		gitstoretest.Git(t, first, "clone", "-q", server, dir)
		address := web.URL + "/server.git"
		if i%2 == 0 {
			address = fmt.Sprintf("ssh://root@127.0.0.1:%d%s", port, server)
		}
		gitstoretest.Git(t, dir, "remote", "set-url", "origin", address)
		gitstoretest.Git(t, dir, "config", "core.sshCommand", login)
		gitstoretest.KnowPassword(t, dir)
		defer gitstoretest.Unchanged(t, dir)()
		members = append(members, &teammate{
			name: fmt.Sprintf("m%d", i), dir: dir, bin: bin, random: rand.New(rand.NewPCG(seed, uint64(i))),
			mu: &mu, tags: map[string]string{}, runs: &runs,
		})
	}
	for range *teamRounds {
		var all sync.WaitGroup
		for _, m := range members {
			all.Go(func() { m.act(t) })
		}
		all.Wait()
	}
	for range 2 {
		for _, m := range members {
			m.must(t, "push")
			m.must(t, "fetch")
		}
	}
	checkTeam(t, members, server)
}

// act does one thing.
func (m *teammate) act(t *testing.T) {
	run := m.someRun()
	switch what := m.random.IntN(10); {
	case what < 2 || run == "":
		file := filepath.Join(m.dir, ".git", fmt.Sprintf("id%d", m.random.Uint64()))
		m.must(t, "run", "--id-file", file, "--name", m.name, "--", "true")
		if id, err := os.ReadFile(file); err == nil {
			m.mu.Lock()
			*m.runs = append(*m.runs, strings.TrimSpace(string(id)))
			m.mu.Unlock()
		}
		os.Remove(file)
	case what < 5:
		tag := fmt.Sprintf("%s-%d", m.name, len(m.tags))
		if m.exprec(0, "edit", run, "--tag", tag) == nil {
			m.tags[tag] = run
		}
	case what < 6:
		_ = m.exprec(0, "edit", run, "--title", fmt.Sprintf("%s says %d", m.name, m.random.IntN(1000)))
	case what < 8:
		_ = m.exprec(m.mercy(), "push")
	default:
		_ = m.exprec(m.mercy(), "fetch")
	}
}

// someRun is a run that somebody has recorded; whether it is here already is
// luck.
func (m *teammate) someRun() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(*m.runs) == 0 {
		return ""
	}
	return (*m.runs)[m.random.IntN(len(*m.runs))]
}

// mercy is after how long a process is killed; often it is not.
func (m *teammate) mercy() time.Duration {
	if m.random.IntN(3) > 0 {
		return 0
	}
	return time.Duration(m.random.IntN(400)) * time.Millisecond
}

// exprec runs a command, and kills it after some time where that is not zero.
func (m *teammate) exprec(kill time.Duration, args ...string) error {
	ctx := context.Background()
	if kill > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, kill)
		defer cancel()
	}
	c := exec.CommandContext(ctx, filepath.Join(m.bin, "exprec"), args...)
	c.Dir, c.WaitDelay = m.dir, 10*time.Second
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: exprec %s: %w\n%s", m.name, strings.Join(args, " "), err, out)
	}
	return nil
}

func (m *teammate) must(t *testing.T, args ...string) {
	if err := m.exprec(0, args...); err != nil {
		t.Error(err)
	}
}

// checkTeam wants everybody to have the same, and nothing to be lost.
func checkTeam(t *testing.T, members []*teammate, server string) {
	refs := func(dir string) string {
		return gitstoretest.Git(t, dir, "for-each-ref", "refs/exprec/", "refs/exprec-conflicts/", "--format=%(refname) %(objectname)")
	}
	want := refs(server)
	if lines := strings.Count(want, "\n") + 1; lines != len(*members[0].runs) {
		t.Errorf("%d runs of %d are on the server", lines, len(*members[0].runs))
	}
	for _, m := range members {
		if got := refs(m.dir); got != want {
			t.Errorf("%s has\n%s\nthe server has\n%s", m.name, got, want)
		}
		gitstoretest.Git(t, m.dir, "fsck", "--strict", "--no-dangling")
		for tag, run := range m.tags {
			listed := &strings.Builder{}
			c := exec.Command(filepath.Join(m.bin, "exprec"), "show", run, "--json")
			c.Dir, c.Stdout = members[0].dir, listed
			if err := c.Run(); err != nil || !strings.Contains(listed.String(), `"`+tag+`"`) {
				t.Errorf("the tag %s of %s is lost: %v", tag, run, err)
			}
		}
	}
	gitstoretest.Git(t, server, "fsck", "--strict", "--no-dangling")
}
