package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// A command has a terminal where exprec has one: of the same size and modes,
// and ours is afterwards as it was before.
func TestRunGivesATerminal(t *testing.T) {
	c := newScene(t).open("bash", "--norc", "-c", `
		stty -echoe; stty -a >before
		exprec run -- bash -c 'test -t 0 -a -t 1 -a -t 2 && echo "all three"; stty -a >within; stty size; read line; until [ "$(stty size)" = "20 50" ]; do sleep 0.01; done; stty size; echo "got $line"; tty'
		echo "code $?"; stty -a >after`)
	c.await("exprec: run ")
	c.await("all three\r\n33 99\r\n")
	c.resize(20, 50)
	c.keys("some words\n")
	c.await("some words\r\n20 50\r\ngot some words\r\n/dev/pts/")
	c.await("succeeded after")
	c.await("code 0")
	c.end(0)
	before, within, after := c.file("before"), c.file("within"), c.file("after")
	if before != strings.Replace(within, "20 50", "33 99", 1) {
		t.Errorf("the command's terminal is not like ours:\n%s\n%s", before, within)
	}
	if strings.Replace(before, "rows 33; columns 99", "rows 20; columns 50", 1) != after {
		t.Errorf("the terminal was not restored:\n%s\n%s", before, after)
	}
	c.wants(recorder.Succeeded, 0)
	if kept := c.kept("stdout"); !strings.HasPrefix(kept, "all three\n33 99\nsome words\n20 50\n") {
		t.Errorf("kept: %q", kept)
	}
}

// file reads and removes a file that a command made.
func (s *scene) file(name string) string {
	s.Helper()
	name = filepath.Join(s.dir, name)
	data, err := os.ReadFile(name)
	if err != nil {
		s.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		s.Fatal(err)
	}
	return string(data)
}

// The messages of exprec begin at the left, also while ours is raw.
func TestRunLines(t *testing.T) {
	c := newScene(t).open("exprec", "run", "--", "echo", "hello")
	c.end(0)
	want := regexp.MustCompile(`^exprec: run [0-9a-f]{8} \([a-z-]+\) in \S+\r\nhello\r\nexprec: run [a-z-]+ succeeded after \S+: exprec show [0-9a-f]{8}\r\n$`)
	if !want.MatchString(c.text()) {
		t.Errorf("shown: %q", c.text())
	}
}

// A typed ^C reaches the command once, and the run is stopped.
func TestRunInterrupt(t *testing.T) {
	for _, by := range []struct{ name, rest string }{{"terminal", ""}, {"pipe", "| (trap '' INT; cat)"}} {
		t.Run(by.name, func(t *testing.T) {
			c := newScene(t).open("bash", "--norc", "-i")
			c.await("@@ ")
			c.keys(`exprec run -- bash -c 'trap "echo one more" INT; echo ready; for i in {1..30}; do sleep 0.02; done; echo end; exit 9' ` + by.rest + "\n")
			c.await("\nready")
			c.keys("\x03")
			c.await("one more")
			c.await("end")
			c.await("stopped after")
			c.await("@@ ")
			c.keys("exit 0\n")
			c.end(0)
			c.wants(recorder.Stopped, 9)
			if n := strings.Count(c.kept("stdout"), "one more"); n != 1 {
				t.Errorf("the command was interrupted %d times", n)
			}
		})
	}
	c := newScene(t).open("exprec", "run", "--", "bash", "-c", "echo ready; sleep 60")
	c.await("\nready")
	c.keys("\x03")
	c.end(130)
	if got := c.wants(recorder.Stopped, 130).Info().Signal; got != "SIGINT" {
		t.Errorf("signal %q", got)
	}
}

// ^D ends the input, ^\ quits.
func TestRunKeys(t *testing.T) {
	c := newScene(t).open("exprec", "run", "--", "cat")
	c.await("exprec: run ")
	c.keys("one\n")
	c.await("one\r\none\r\n")
	c.keys("\x04")
	c.end(0)
	c.wants(recorder.Succeeded, 0)

	c = newScene(t).open("exprec", "run", "--", "bash", "-c", "ulimit -c 0; echo ready; sleep 60")
	c.await("\nready")
	c.keys("\x1c")
	c.end(131)
	c.wants(recorder.Failed, 131)
}

// ticking counts up while it runs, so that a stop is seen.
const ticking = `bash -c 'for i in {1..400}; do echo "t$i."; sleep 0.05; test -e stop && exit 5; done'`

// quiet wants nothing new to be shown for a while.
func (c *window) quiet() {
	c.Helper()
	before := c.text()
	for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if now := c.text(); now != before {
			c.Fatalf("it goes on: %q", now[len(before):])
		}
	}
}

// stop lets what ticks end.
func (c *window) stop() {
	c.Helper()
	name := filepath.Join(c.dir, "stop")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		c.Fatal(err)
	}
	c.await("failed after")
	if err := os.Remove(name); err != nil {
		c.Fatal(err)
	}
}

// ^Z stops the command and exprec, in a shell of the user's; fg goes on, also
// by way of bg. In between the terminal is the shell's.
func TestRunStopAndGoOn(t *testing.T) {
	for _, by := range []struct{ name, rest string }{{"terminal", ""}, {"pipe", "| cat"}} {
		t.Run(by.name, func(t *testing.T) {
			c := newScene(t).open("bash", "--norc", "-i")
			c.await("@@ ")
			before := c.mode()
			c.keys("exprec run -- " + ticking + by.rest + "\n")
			c.await("t5.")
			c.keys("\x1a")
			c.await("Stopped")
			c.await("@@ ")
			if c.mode() != before {
				t.Errorf("the shell has the terminal as\n%+v, not\n%+v", c.mode(), before)
			}
			c.quiet()
			c.keys("echo in between\n")
			c.await("\nin between")
			c.keys("fg\n")
			c.await("t9.")
			c.keys("\x1a")
			c.await("Stopped")
			c.keys("bg\n")
			c.await("t14.")
			c.keys("echo in between\n")
			c.await("\nin between")
			c.keys("fg\n")
			c.await("t20.")
			c.stop()
			c.await("@@ ")
			if c.mode() != before {
				t.Errorf("the terminal is left as\n%+v, not\n%+v", c.mode(), before)
			}
			c.keys("exit 0\n")
			c.end(0)
			c.wants(recorder.Failed, 5)
		})
	}
}

// kill -TSTP does what the key does; kill -STOP and kill -CONT leave the
// terminal usable.
func TestRunStopBySignal(t *testing.T) {
	c := newScene(t).open("bash", "--norc", "-i")
	c.await("@@ ")
	before := c.mode()
	c.keys("exprec run -- " + ticking + "\n")
	c.await("t3.")
	for _, sig := range []syscall.Signal{syscall.SIGTSTP, syscall.SIGSTOP} {
		if err := unix.Kill(c.foreground(), sig); err != nil {
			t.Fatal(err)
		}
		c.await("Stopped")
		c.await("@@ ")
		c.keys("echo in between\n")
		c.await("\nin between")
		c.keys("fg\n")
		c.await("t")
	}
	c.keys("\x1a")
	c.await("Stopped")
	c.keys("fg\n")
	c.stop()
	c.await("@@ ")
	if c.mode() != before {
		t.Errorf("the terminal is left as\n%+v, not\n%+v", c.mode(), before)
	}
	c.keys("exit 0\n")
	c.end(0)
}

// foreground is the group that the console's terminal listens to.
func (c *window) foreground() (group int) {
	c.Helper()
	c.control(func(fd int) (err error) {
		group, err = unix.IoctlGetInt(fd, unix.TIOCGPGRP)
		return err
	})
	return group
}

// A shell in the run has its own jobs, which ^Z stops alone.
func TestRunShellWithin(t *testing.T) {
	c := newScene(t).open("exprec", "run", "--", "bash", "--norc", "-i")
	c.await("@@ ")
	c.keys("sleep 60\n")
	c.await("sleep 60\r\n")
	c.awaitJob("sleep")
	c.keys("\x1a")
	c.await("Stopped")
	c.await("@@ ")
	c.keys("\x1a\x1aecho still here; exit 6\n") // at its prompt it means nothing
	c.await("\r\nstill here")
	c.await("stopped jobs")
	c.keys("exit 6\n")
	c.end(6)
	c.wants(recorder.Failed, 6)
}

// awaitJob waits until the shell that runs within has given its terminal to a
// job, and that has become the program of the name.
func (c *window) awaitJob(name string) {
	c.Helper()
	shell := c.within("bash")
	poll.Until(c, "the shell starts the job "+name, func() bool {
		fields := c.stat(shell)
		// tpgid and pgrp differ while a job has the terminal; before its exec
		// the job still ignores what the shell ignores.
		job, err := os.ReadFile("/proc/" + fields[7] + "/comm")
		return fields[7] != fields[4] && err == nil && string(job) == name+"\n"
	})
}

// within is the process that exprec started, by its name.
func (c *window) within(name string) (pid string) {
	c.Helper()
	poll.Until(c, "exprec has a child "+name, func() bool {
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, stat := range stats {
			pid = filepath.Base(filepath.Dir(stat))
			if f := c.stat(pid); len(f) > 7 && f[3] == strconv.Itoa(c.cmd.Process.Pid) && f[1] == "("+name+")" {
				return true
			}
		}
		return false
	})
	return pid
}

// stat are the fields of what the system says of a process.
func (c *window) stat(pid string) []string {
	data, _ := os.ReadFile("/proc/" + pid + "/stat")
	return strings.Fields(string(data))
}

// Where the terminal goes away, the command is told, and all is recorded.
func TestRunTerminalCloses(t *testing.T) {
	c := newScene(t).open("exprec", "run", "--", "bash", "-c", `trap 'echo hung up >>../said; exit 4' HUP; echo ready; for i in {1..2000}; do sleep 0.01; done`)
	c.await("\nready")
	c.master.Close()
	c.end(4)
	if run := c.wants(recorder.Stopped, 4); run.Info().Signal != "SIGHUP" {
		t.Errorf("signal %q", run.Info().Signal)
	}
	if got := c.file("../said"); got != "hung up\n" {
		t.Errorf("the command said %q", got)
	}
}

// What goes to a file is no terminal: stderr has a pipe of its own.
func TestRunStderrApart(t *testing.T) {
	c := newScene(t).open("bash", "-c", `exprec run --quiet -- bash -c 'test -t 1 && ! test -t 2 && echo out; echo err >&2' 2>../errors; echo "code $?"`)
	c.await("out")
	c.await("code 0")
	c.end(0)
	if got := c.file("../errors"); got != "err\n" {
		t.Errorf("stderr: %q", got)
	}
	if out, err := c.kept("stdout"), c.kept("stderr"); out != "out" || err != "err" {
		t.Errorf("kept %q and %q", out, err)
	}
}
