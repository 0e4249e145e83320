package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

func (s scriptTB) Cleanup(f func()) { s.ts.Defer(f) }

func (s scriptTB) TempDir() string {
	dir, err := os.MkdirTemp("", "exprec-script-")
	s.ts.Check(err)
	s.ts.Defer(func() { os.RemoveAll(dir) })
	return dir
}

var _ testing.TB = scriptTB{}

// servers are those that scripts have started, by their addresses.
type servers struct{ sync.Map }

// webServer serves the repositories in the script's folder over https until the
// script ends, and sets URL to its address and CA to the file that trusts it:
//
//	webserver [plain] [readonly] [large] [tokens]
//
// With large it keeps large contents too, with tokens nobody needs a password to
// up- and download them, with plain it speaks http.
func (s *servers) webServer(ts *testscript.TestScript, _ bool, args []string) {
	serve := gitstoretest.NewTLSWebServer
	if slices.Contains(args, "plain") {
		serve = gitstoretest.NewWebServer
	}
	tb := scriptTB{ts: ts}
	web := serve(tb, ts.Getenv("WORK"), slices.Contains(args, "readonly"))
	if slices.Contains(args, "large") {
		web.ServeLarge(tb, slices.Contains(args, "tokens"))
	}
	s.Store(web.URL, web)
	ts.Setenv("URL", web.URL)
	ts.Setenv("CA", web.Authority)
}

func (s *servers) current(ts *testscript.TestScript) *gitstoretest.WebServer {
	web, ok := s.Load(ts.Getenv("URL"))
	if !ok {
		ts.Fatalf("webserver first")
	}
	return web.(*gitstoretest.WebServer)
}

// wentBy wants that many large contents to have gone up and down since the last
// time:
//
//	wentby UP DOWN
func (s *servers) wentBy(ts *testscript.TestScript, _ bool, args []string) {
	web := s.current(ts)
	for i, have := range []int64{web.Uploads.Swap(0), web.Downloads.Swap(0)} {
		if want, err := strconv.ParseInt(args[i], 10, 64); err != nil || have != want {
			ts.Fatalf("%d contents went %s, want %s", have, []string{"up", "down"}[i], args[i])
		}
	}
}

// only limits what the password of the server is good for, from now on: to read,
// or to read and to push no large contents:
//
//	only [reads|git]
func (s *servers) only(ts *testscript.TestScript, _ bool, args []string) {
	web := s.current(ts)
	web.ReadOnly.Store(slices.Contains(args, "reads"))
	web.NoUploads.Store(slices.Contains(args, "git"))
}

// lose has the server forget a content of a repository:
//
//	lose REPOSITORY FILE
//
// where FILE says its SHA-256 first, as sha256sum does.
func (s *servers) lose(ts *testscript.TestScript, _ bool, args []string) {
	s.current(ts).LoseLarge(scriptTB{ts: ts}, args[0], ts.ReadFile(args[1])[:64])
}

// refused wants the server to have been asked something without the password
// since the last time, negated nothing.
func (s *servers) refused(ts *testscript.TestScript, neg bool, _ []string) {
	if n := s.current(ts).Refused.Swap(0); (n == 0) != neg {
		ts.Fatalf("%d requests had no password", n)
	}
}

// proxy starts a proxy, sets PROXY to its address, and with a number wants that
// many connections to have gone through the one before:
//
//	proxy [CONNECTIONS]
func (s *servers) proxy(ts *testscript.TestScript, _ bool, args []string) {
	if before, ok := s.Load(ts.Getenv("PROXY")); ok && len(args) > 0 {
		if n := before.(*gitstoretest.Proxy).Connections.Load(); strconv.FormatInt(n, 10) != args[0] {
			ts.Fatalf("%d connections went through the proxy, want %s", n, args[0])
		}
		return
	}
	p := gitstoretest.NewProxy(scriptTB{ts: ts})
	s.Store(p.URL, p)
	ts.Setenv("PROXY", p.URL)
}

// daemon serves the script's folder by git daemon and sets GIT to its address.
//
//	daemon [write]
func daemon(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("GIT", gitstoretest.Daemon(scriptTB{ts: ts}, ts.Getenv("WORK"), slices.Contains(args, "write")))
}

// sshServer starts an ssh server and sets SSH to the command that reaches it as
// host-of-test, by a configuration such as people have, and SSHPORT to its port:
//
//	sshserver [FOLDER]
//
// What is in a folder is on the PATH of who logs in, who has the variable URL too.
func sshServer(ts *testscript.TestScript, _ bool, args []string) {
	var environment []string
	if len(args) > 0 {
		environment = []string{"PATH=" + ts.MkAbs(args[0]) + ":/usr/bin:/bin", "URL=" + ts.Getenv("URL")}
	}
	command, port := gitstoretest.SSHServer(scriptTB{ts: ts}, environment...)
	key := strings.Fields(command)[2]
	config := fmt.Sprintf("Host host-of-test\n  HostName 127.0.0.1\n  Port %d\n  IdentityFile %s\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n", port, key)
	file := filepath.Join(ts.Getenv("HOME"), "ssh-config")
	ts.Check(os.WriteFile(file, []byte(config), 0o600))
	ts.Setenv("SSH", "ssh -F "+file)
	ts.Setenv("SSHPORT", strconv.Itoa(port))
}

// netrc writes the password of the server into ~/.netrc.
func netrc(ts *testscript.TestScript, _ bool, _ []string) {
	text := fmt.Sprintln("machine 127.0.0.1 login team password s3cret")
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("HOME"), ".netrc"), []byte(text), 0o600))
}

// readLarge reads the model of the run FROM and writes its SHA-256 into a file.
func readLarge(exp *recorder.Experiment) error {
	f, err := exp.OpenFrom(os.Getenv("FROM"), "model.bin")
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	return os.WriteFile("../from.sum", fmt.Appendf(nil, "%x  -\n", sum.Sum(nil)), 0o600)
}
