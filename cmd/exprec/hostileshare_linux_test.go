package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// kills is how often TestKilledExchanges kills a push, and a fetch;
// scripts/hostile.sh asks for 100.
var kills = flag.Int("kills", 2, "kills of TestKilledExchanges each way")

// A push and a fetch that are killed at any moment are made whole by the next
// one. The password in the remote's address is in no file that they leave, in no
// command line and in nothing that they say.
func TestKilledExchanges(t *testing.T) {
	const runs, secret = 6, "s3cret"
	k := &killing{T: t, secret: secret}
	root := t.TempDir()
	server, theirs := filepath.Join(root, "server.git"), filepath.Join(root, "theirs")
	ours := gitstoretest.New(t)
	gitstoretest.Git(t, ours, "init", "-q", "--bare", server)
	gitstoretest.Git(t, server, "config", "http.receivepack", "true")
	gitstoretest.Git(t, ours, "push", "-q", server, "HEAD:refs/heads/main")
	gitstoretest.Git(t, ours, "clone", "-q", "-b", "main", server, theirs)
	web := gitstoretest.NewWebServer(t, root, false)
	address := strings.Replace(web.URL, "http://", "http://team:"+secret+"@", 1) + "/server.git"
	gitstoretest.Git(t, ours, "remote", "add", "origin", address)
	gitstoretest.Git(t, theirs, "remote", "set-url", "origin", address)
	for _, dir := range []string{ours, theirs} { // so that no body is sent in pieces of unknown number
		gitstoretest.Git(t, dir, "config", "http.postBuffer", "64m")
	}
	noise := make([]byte, 1<<20)
	for i := range runs {
		e := recorder.Start(recorder.Options{Dir: ours, Name: fmt.Sprint("run ", i), Quiet: true, NoOutput: true, NoSystem: true})
		rand.NewChaCha8([32]byte{byte(i)}).Read(noise)
		gitstoretest.Write(t, e.Dir(), "files/noise", string(noise))
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
	}
	want := gitstoretest.Git(t, ours, "for-each-ref", "refs/exprec/")
	defer gitstoretest.Unchanged(t, ours)()
	defer gitstoretest.Unchanged(t, theirs)()
	for _, way := range []struct{ command, dir, to string }{{"push", ours, server}, {"fetch", theirs, theirs}} {
		for range *kills {
			k.kill(way.dir, way.command)
		}
		if out, err := k.command(way.dir, way.command).CombinedOutput(); err != nil || bytes.Contains(out, []byte(secret)) {
			t.Errorf("%s after all kills: %v\n%s", way.command, err, out)
		}
		if got := gitstoretest.Git(t, way.to, "for-each-ref", "refs/exprec/"); got != want {
			t.Errorf("after the %s there is\n%s\nwant\n%s", way.command, got, want)
		}
		gitstoretest.Git(t, way.to, "fsck", "--strict", "--no-dangling")
		left, _ := os.ReadDir(filepath.Join(way.dir, ".git", "exprec", "wire"))
		for _, entry := range left { // what was killed while it was made goes a minute later
			if !strings.HasPrefix(entry.Name(), "new-") {
				t.Errorf("the %s left %v", way.command, entry)
			}
		}
		objects := gitstoretest.Git(t, way.dir, "cat-file", "--batch-all-objects", "--batch", "--unordered")
		if strings.Contains(objects, secret) {
			t.Error("an object holds the password")
		}
	}
	if _, err := os.Stat(filepath.Join(theirs, ".git", "exprec", "remotes", "origin")); err != nil {
		t.Error(err) // so that the look for the password had it too
	}
}

// killing kills programs and looks at what they leave.
type killing struct {
	*testing.T
	secret string
}

func (k *killing) command(dir string, args ...string) *exec.Cmd {
	c := exec.Command("exprec", args...)
	c.Dir = dir
	return c
}

// kill starts a command, kills it within a moment, and looks for the password.
func (k *killing) kill(dir string, args ...string) {
	k.Helper()
	c := k.command(dir, args...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		k.Fatal(err)
	}
	for end := time.Now().Add(time.Duration(rand.Int64N(int64(400 * time.Millisecond)))); time.Now().Before(end); {
		k.lookAtCommandLines()
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	if strings.Contains(said.String(), k.secret) {
		k.Errorf("it says the password:\n%s", said.String())
	}
	err := filepath.WalkDir(filepath.Join(dir, ".git", "exprec"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // git may be at work there still
		}
		if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte(k.secret)) {
			k.Errorf("%s holds the password", file)
		}
		return nil
	})
	if err != nil {
		k.Error(err)
	}
}

// lookAtCommandLines looks for the password where other users see it.
func (k *killing) lookAtCommandLines() {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(files) == 0 {
		k.Fatal("no process is seen", err)
	}
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte("team:"+k.secret)) {
			k.Errorf("a command line holds the password: %q", line)
		}
	}
}
