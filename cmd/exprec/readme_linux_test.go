package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// The commands of README's section about sharing work as they stand, in two
// clones of a repository on a server, over ssh.
func TestReadmeShares(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## Share with your team\n")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := regexp.MustCompile("(?s)```(sh)?\n(.*?)```").FindAllStringSubmatch(section, -1)
	if len(blocks) != 3 || strings.Count(blocks[0][2], "\n") != 5 || strings.Count(blocks[1][2], "\n") != 5 {
		t.Fatalf("the section has other blocks: %q", blocks)
	}
	server, clones := sshClones(t, 2)
	sh := func(dir, script string) string {
		t.Helper()
		c := exec.Command("sh", "-e")
		c.Dir, c.Stdin = dir, strings.NewReader(script)
		c.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, script, out)
		}
		return string(out)
	}
	sh(clones[0], `exprec run --name wide -- echo 'exprec: {"step": 1, "val/acc": 0.91}'`+"\n"+`exprec run -- echo 'exprec: {"step": 1, "val/acc": 0.95}'`)
	for _, dir := range clones {
		defer gitstoretest.Unchanged(t, dir)()
	}
	said := sh(clones[0], "exec 2>&1\n"+strings.Replace(blocks[0][2], "exprec bundle best.bundle", "exprec bundle .git/exprec/best.bundle", 1))
	if !strings.Contains(said, ": 2 new") || !strings.Contains(said, "1 updated") || !strings.Contains(said, "wrote 1 run") {
		t.Errorf("the commands said\n%s", said)
	}
	said = sh(clones[1], blocks[1][2])
	header, _, _ := strings.Cut(blocks[2][2], "\n")
	for _, want := range []string{strings.Join(strings.Fields(header), " +"), `(?m)^the one +\w+ +\w+ +origin +0\.95`, `(?m)^  fetched from origin on [\d-]+, run by \w+ on \w+$`, `(?m)^tag +paper +Ada `} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("a colleague does not see %s but\n%s", want, said)
		}
	}
	sh(clones[1], "exprec delete --remote origin @ --yes")
	if left := gitstoretest.Git(t, server, "for-each-ref", "refs/exprec/"); strings.Count(left, "refs/exprec/") != 1 {
		t.Errorf("the server has\n%s", left)
	}
}

// sshClones are clones of a repository that is reached over ssh.
func sshClones(t *testing.T, n int) (server string, clones []string) {
	t.Helper()
	root := t.TempDir()
	server = filepath.Join(root, "server.git")
	first := gitstoretest.New(t)
	gitstoretest.Git(t, first, "init", "-q", "--bare", server)
	gitstoretest.Git(t, first, "push", "-q", server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, server, "symbolic-ref", "HEAD", "refs/heads/main")
	login, port := gitstoretest.SSHServer(t)
	for i := range n {
		dir := filepath.Join(root, fmt.Sprintf("clone%d", i))
		gitstoretest.Git(t, first, "clone", "-q", server, dir)
		gitstoretest.Git(t, dir, "remote", "set-url", "origin", fmt.Sprintf("ssh://root@127.0.0.1:%d%s", port, server))
		gitstoretest.Git(t, dir, "config", "core.sshCommand", login)
		gitstoretest.Git(t, dir, "config", "user.name", "Ada")
		clones = append(clones, dir)
	}
	return server, clones
}
