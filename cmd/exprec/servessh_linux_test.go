package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// The dashboard of another machine is shown here, over real ssh, and ends with
// either side.
func TestServeOverSSH(t *testing.T) {
	bin := build(t)
	login, port := gitstoretest.SSHServer(t, "PATH="+bin+":/usr/bin:/bin")
	// The user's own ssh, with the configuration of the test.
	wrapper := fmt.Sprintf("#!/bin/sh\nexec /usr/bin/%s -p %d \"$@\"\n", login, port)
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	dir := gitstoretest.New(t)
	e := recorder.Start(recorder.Options{Dir: dir, Name: "far-away", Quiet: true, NoOutput: true, NoSystem: true})
	e.Finish()
	for _, end := range []string{"here", "there"} {
		cmd := exec.Command(filepath.Join(bin, "exprec"), "serve", "--port", "0", "--ssh", "root@127.0.0.1:"+dir)
		cmd.Env = append(os.Environ(), "PATH="+bin+":/usr/bin:/bin")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		words := &strings.Builder{}
		cmd.Stderr = words
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		address, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			cmd.Wait()
			t.Fatalf("%v: %s", err, words)
		}
		address = strings.TrimSpace(address)
		jar, _ := cookiejar.New(nil)
		browser := http.Client{Jar: jar}
		answer, err := browser.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if !strings.Contains(string(page), "far-away") {
			t.Errorf("%s: %s\n%.500s", address, answer.Status, page)
		}
		far := farSide(t, dir)
		if end == "here" {
			cmd.Process.Signal(syscall.SIGINT)
		} else {
			syscall.Kill(far, syscall.SIGTERM)
		}
		cmd.Wait()
		kill.Stop()
		gone(t, far)
		if end == "there" && cmd.ProcessState.ExitCode() != exitRemote {
			t.Errorf("it exits with %d: %s", cmd.ProcessState.ExitCode(), words)
		}
	}
}

// farSide is the process of the other side, by the folder that it is in.
func farSide(t *testing.T, dir string) int {
	t.Helper()
	names, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, name := range names {
		if at, err := os.Readlink(name); err != nil || at != dir {
			continue
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		if strings.Contains(string(command), "--end-with-input") {
			var pid int
			fmt.Sscanf(name, "/proc/%d/", &pid)
			return pid
		}
	}
	t.Fatal("the other side does not run")
	return 0
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	poll.Until(t, "the process ends", func() bool { return syscall.Kill(pid, 0) != nil })
}

func TestParseRemoteSide(t *testing.T) {
	for text, ok := range map[string]bool{"gpu:work": true, "ada@gpu:~/work": true, "gpu:": true, "gpu": false, ":x": false, "-oProxyCommand=x:y": false, "a b:c": false, "a$(x):c": false} {
		if _, err := parseRemoteSide(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
