package main

import (
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

// scripts/team.sh asks for more.
var (
	teamRounds = flag.Int("rounds", 4, "rounds of TestTeam")
	teamSeed   = flag.Uint64("seed", 0, "what TestTeam does follows from it; 0 draws one")
	teamSkew   = flag.Bool("skew", false, "clocks of TestTeam differ")
)

// Five clones, over ssh and https, record, begin and end, edit, tag, delete,
// purge, push and fetch at the same time, and many of their processes are
// killed. In the end all have the same runs and notes, no word is lost, and
// every repository is sound and otherwise as it was.
func TestTeam(t *testing.T) {
	seed := *teamSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d rounds, -seed %d", *teamRounds, seed)
	tm := newTeamwork(t, build(t), seed)
	for round := range *teamRounds {
		if round > 0 && round%20 == 0 {
			t.Logf("%s: after %d rounds there are %d runs", time.Now().Format(time.TimeOnly), round, len(tm.runs))
		}
		var all sync.WaitGroup
		for _, m := range tm.members {
			all.Go(m.act)
		}
		all.Wait()
	}
	tm.settle()
	tm.check()
	t.Log(tm.tally)
}

// teamwork is what the members of a team share.
type teamwork struct {
	*testing.T
	server  string
	members []*teammate
	tally   *tally

	mu     sync.Mutex
	runs   []string // that somebody has recorded
	purged map[string]bool
	words  map[word]bool // that must not get lost
	maybe  map[word]bool // of edits that were killed
}

// word is something that somebody said of a run.
type word struct{ run, field, text string }

func newTeamwork(t *testing.T, bin string, seed uint64) *teamwork {
	var programs []string
	for _, by := range clockSkews { // while go finds its own cache
		program := filepath.Join(bin, "exprec")
		if *teamSkew && by != 0 {
			program = skewed(t, bin, by)
		}
		programs = append(programs, program)
	}
	root := t.TempDir()
	tm := &teamwork{T: t, server: filepath.Join(root, "server.git"), tally: newTally(), purged: map[string]bool{}, words: map[word]bool{}, maybe: map[word]bool{}}
	first := gitstoretest.New(t)
	gitstoretest.Git(t, first, "init", "-q", "--bare", tm.server)
	gitstoretest.Git(t, first, "push", "-q", tm.server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, tm.server, "symbolic-ref", "HEAD", "refs/heads/main")
	gitstoretest.Git(t, tm.server, "config", "http.receivepack", "true")
	gitstoretest.Git(t, tm.server, "config", "uploadpack.allowFilter", "true")
	web := gitstoretest.NewTLSWebServer(t, root, false)
	login, port := gitstoretest.SSHServer(t)
	for i, name := range []string{"ann", "bob", "cem", "dan", "eve"} {
		dir := filepath.Join(root, name)
		gitstoretest.Git(t, first, "clone", "-q", tm.server, dir)
		address := web.URL + "/server.git"
		if i%2 == 0 {
			address = fmt.Sprintf("ssh://root@127.0.0.1:%d%s", port, tm.server)
		}
		for _, setting := range [][2]string{{"remote.origin.url", address}, {"core.sshCommand", login}, {"http.sslCAInfo", web.Authority}} {
			gitstoretest.Git(t, dir, "config", setting[0], setting[1])
		}
		gitstoretest.KnowPassword(t, dir)
		if i < 3 { // the others leave it to them
			gitstoretest.Git(t, dir, "config", "exprec.rollUp", "8")
		}
		t.Cleanup(gitstoretest.Unchanged(t, dir))
		tm.members = append(tm.members, &teammate{
			teamwork: tm, name: name, dir: dir, program: programs[i],
			random: rand.New(rand.NewPCG(seed, uint64(i))), tags: map[string]string{},
		})
	}
	return tm
}

// clockSkews are how far the clocks of the members are off.
var clockSkews = []time.Duration{0, 40 * time.Minute, -3 * time.Hour, 3 * 24 * time.Hour, 0}

// skewed builds an exprec whose notes are written by another clock.
func skewed(t *testing.T, bin string, by time.Duration) string {
	source, err := filepath.Abs("../../recorder/edit.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(string(text), "time.Now()", fmt.Sprintf("time.Now().Add(%d)", by))
	if other == string(text) {
		t.Fatal("notes do not get their time in recorder/edit.go any more")
	}
	dir := t.TempDir()
	gitstoretest.Write(t, dir, "edit.go", other)
	gitstoretest.Write(t, dir, "overlay.json", fmt.Sprintf(`{"Replace": {%q: %q}}`, source, filepath.Join(dir, "edit.go")))
	program := filepath.Join(bin, "exprec"+by.String())
	c := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build with another clock: %v\n%s", err, out)
	}
	return program
}

// settle ends what goes on, and lets everybody hear of everything.
func (tm *teamwork) settle() {
	for _, m := range tm.members {
		for len(m.open) > 0 {
			m.end()
		}
	}
	for range 2 {
		for _, m := range tm.members {
			m.must("fetch")
			m.must("push")
		}
	}
	for _, m := range tm.members {
		m.must("fetch")
	}
}
