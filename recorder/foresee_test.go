package recorder

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// bytesIn is all that lies in a folder: names, modes and contents.
func bytesIn(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		found[path] = info.Mode().String()
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			found[path] += " " + string(data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// summary is what is said of an exchange, without what only the real one does.
func summary(s *Shared) string {
	lists := [][]string{s.New, s.Updated, s.Merged, s.Conflicts, s.Light}
	var refused []string
	for _, r := range s.Refused {
		refused = append(refused, fmt.Sprint(r))
	}
	for _, list := range append(lists, refused) {
		slices.Sort(list)
	}
	return fmt.Sprintf("new %v\nupdated %v\nmerged %v\nconflicts %v\nlight %v\nrefused %v\nsame %d", s.New, s.Updated, s.Merged, s.Conflicts, s.Light, refused, s.Same)
}

// copied keeps copies of folders, and gives what brings them back.
func copied(t testing.TB, dirs ...string) (restore func()) {
	t.Helper()
	aside := t.TempDir()
	copyAll := func(from func(i int) string, to func(i int) string) {
		for i := range dirs {
			if err := os.RemoveAll(to(i)); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("cp", "-a", from(i), to(i)).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	}
	there := func(i int) string { return dirs[i] }
	here := func(i int) string { return filepath.Join(aside, fmt.Sprint(i)) }
	copyAll(there, here)
	return func() { copyAll(here, there) }
}

// A dry run says what the real one then does, and changes nothing, here or there,
// whatever the server can leave out and wherever it has the runs.
func TestDryRunsForesee(t *testing.T) {
	for name, c := range map[string]struct {
		settings [][]string // of the server
		limit    int
	}{
		"plain":     {nil, 0},
		"filtering": {[][]string{{"config", "uploadpack.allowFilter", "true"}}, 0},
		"rolled up": {nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			tm := archiving(t, 3, c.limit)
			for _, setting := range c.settings {
				gitstoretest.Git(t, tm.server, setting...)
			}
			var ids []string
			for i := range 12 {
				ids = append(ids, tm.record(0, fmt.Sprint("run ", i)))
			}
			tm.push(0)
			tm.fetch(1)
			tm.fetch(1) // all folders are made, and what was rolled up is known
			lightly := func(p *Project, o ShareOptions) (*Shared, error) { return p.FetchLight(t.Context(), o) }
			if _, err := lightly(tm.open(2), ShareOptions{Runs: ids[:4]}); err != nil {
				t.Fatal(err)
			}
			token := "ghp_" + strings.Repeat("0a1B2c", 6)
			say := func(i int, id, text string) { tm.edit(i, id, Edit{Description: &text}) }
			// What others did.
			for _, id := range ids[1:6] {
				say(0, id, "theirs")
			}
			fresh := tm.record(0, "fresh")
			tm.push(0)
			gitstoretest.Git(t, tm.dirs[0], "config", "exprec.rollUp", "0")
			tips := map[string]string{}
			for _, id := range ids[6:9] {
				tips[id] = gitstoretest.Git(t, tm.dirs[1], "rev-parse", refPrefix+id)
			}
			tm.rewrite(ids[6], tm.listing(tips[ids[6]], "one"), tips[ids[6]]+"^")
			tm.rewrite(ids[7], tm.listing(tips[ids[7]], "another"), tips[ids[7]]+"^")
			tm.rewrite(ids[8], "")
			// What was done here meanwhile.
			say(1, ids[2], "ours")
			say(1, ids[3], token)
			say(1, ids[9], "ours")
			say(1, ids[10], token)
			run := tm.one(1, ids[11])
			if err := tm.open(1).Delete(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			tm.record(1, "mine")
			secret := tm.record(1, "secret")
			say(1, secret, token)
			compare := func(what string, i int, do func(*Project, ShareOptions) (*Shared, error)) {
				t.Helper()
				there, here := bytesIn(t, tm.server), bytesIn(t, tm.dirs[i])
				dry, err := do(tm.open(i), ShareOptions{DryRun: true})
				if err != nil {
					t.Fatal(err)
				}
				gitstoretest.Compare(t, there, bytesIn(t, tm.server))
				gitstoretest.Compare(t, here, bytesIn(t, tm.dirs[i]))
				real, err := do(tm.open(i), ShareOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if foreseen, done := summary(dry), summary(real); foreseen != done {
					t.Errorf("%s: foreseen was\n%s\nand done was\n%s", what, foreseen, done)
				}
				if what == "push" && len(real.New)*len(real.Updated)*len(real.Merged)*len(real.Conflicts)*len(real.Refused)*real.Same == 0 {
					t.Errorf("%s: not all that can be was: %+v", what, real)
				}
			}
			restore := copied(t, tm.server, tm.dirs[1])
			push := func(p *Project, o ShareOptions) (*Shared, error) { return p.Push(t.Context(), o) }
			fetch := func(p *Project, o ShareOptions) (*Shared, error) { return p.Fetch(t.Context(), o) }
			compare("push", 1, push)
			restore()
			compare("fetch", 1, fetch)
			compare("push after it", 1, push)
			compare("fetch of nothing", 1, fetch)
			// What is not here is looked at only when it comes.
			gitstoretest.Git(t, tm.server, "update-ref", "-d", refPrefix+ids[8])
			if c.settings != nil {
				compare("fetch of lists", 2, lightly)
			}
			compare("fetch of all", 2, fetch)
			if run := tm.one(1, fresh); run.Err() != nil {
				t.Error(run.Err())
			}
		})
	}
}

// A record that gives way to another one of its run is looked through for secrets
// like any other before it is pushed beside that.
func TestSecretsOfOtherRecords(t *testing.T) {
	tm := newTeam(t, 2)
	token := "ghp_" + strings.Repeat("0a1B2c", 6)
	id := tm.record(0, "first")
	tip := gitstoretest.Git(t, tm.dirs[0], "rev-parse", refPrefix+id)
	tm.push(0)
	// The other clone has another record of it, which holds a secret and gives way.
	gitstoretest.Git(t, tm.dirs[1], "fetch", "-q", "origin", refPrefix+id+":"+refPrefix+id)
	var other string
	for n := 0; other == "" || other < tip; n++ {
		blob := gitstoretest.GitInput(t, tm.dirs[1], fmt.Sprint(token, "\n", n), "hash-object", "-w", "--stdin")
		files := gitstoretest.GitInput(t, tm.dirs[1], "100644 blob "+blob+"\tkey.txt\n", "mktree")
		listing := gitstoretest.Git(t, tm.dirs[1], "ls-tree", tip) + "\n040000 tree " + files + "\tfiles\n"
		tree := gitstoretest.GitInput(t, tm.dirs[1], listing, "mktree")
		other = gitstoretest.Git(t, tm.dirs[1], "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "other", "-p", tip+"^", tree)
	}
	gitstoretest.Git(t, tm.dirs[1], "update-ref", refPrefix+id, other)
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	dry, err := tm.open(1).Push(t.Context(), ShareOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	real := tm.push(1)
	if len(real.Refused) != 1 || !real.Refused[0].Secret || !slices.Equal(real.Conflicts, []string{id}) {
		t.Errorf("%+v", real)
	}
	if foreseen, done := summary(dry), summary(real); foreseen != done {
		t.Errorf("foreseen was\n%s\nand done was\n%s", foreseen, done)
	}
	if refs := gitstoretest.Git(t, tm.server, "for-each-ref", "--format=%(objectname)"); strings.Contains(refs, other) {
		t.Error("the secret is on the server")
	}
}
