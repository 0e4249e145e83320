package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// scene is a repository to run commands in.
type scene struct {
	*testing.T
	dir string
}

// newScene makes a repository, which has to be the same after the test.
func newScene(t *testing.T) *scene {
	t.Helper()
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := gitstoretest.Init(t)
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "Begin")
	gitstoretest.Write(t, dir, "train.py", "lr = 0.2\n")
	t.Cleanup(gitstoretest.Unchanged(t, dir))
	return &scene{t, dir}
}

// newest is the run that was recorded last.
func (s *scene) newest() *recorder.Run {
	s.Helper()
	p, err := recorder.Open(s.dir)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { p.Close() })
	run, err := p.Run(s.Context(), "@")
	if err != nil {
		s.Fatal(err)
	}
	return run
}

// wants fails where the newest run did not end so.
func (s *scene) wants(status recorder.Status, code int) *recorder.Run {
	s.Helper()
	run := s.newest()
	info := run.Info()
	if info.Status != status || info.ExitCode == nil || *info.ExitCode != code {
		s.Errorf("the run is %s, exit code %v, want %s, %d; error %+v", info.Status, deref(info.ExitCode), status, code, info.Error)
	}
	return run
}

func deref(code *int) any {
	if code == nil {
		return nil
	}
	return *code
}

// kept is what the newest run holds of a stream.
func (s *scene) kept(name string) string {
	s.Helper()
	return gitstoretest.Git(s, s.dir, "show", "refs/exprec/"+s.newest().ID()+":output/"+name+".txt")
}

// window is a terminal with a command on it, and what it shows.
type window struct {
	*scene
	master *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	shown  bytes.Buffer
	seen   int // of shown: what was waited for
	ended  chan struct{}
}

// open runs a command on a terminal of 33 lines and 99 columns.
func (s *scene) open(words ...string) *window {
	s.Helper()
	c := &window{scene: s, cmd: exec.Command(words[0], words[1:]...), ended: make(chan struct{})}
	c.cmd.Dir = s.dir
	c.cmd.Env = append(os.Environ(), "TERM=dumb", "PS1=@@ ", "HISTFILE=", "NO_COLOR=1")
	master, err := pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 33, Cols: 99})
	if err != nil {
		s.Fatal(err)
	}
	if c.master, err = withDeadlines(master); err != nil {
		s.Fatal(err)
	}
	go c.look()
	s.Cleanup(func() {
		c.cmd.Process.Kill()
		c.master.Close()
		<-c.ended
		if s.Failed() {
			s.Logf("%q shows\n%s", words, c.text())
		}
	})
	return c
}

func (c *window) look() {
	defer close(c.ended)
	buf := make([]byte, 4096)
	for {
		n, err := c.master.Read(buf)
		c.mu.Lock()
		c.shown.Write(buf[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await waits until a text is shown, behind what was waited for last.
func (c *window) await(text string) {
	c.Helper()
	poll.Until(c, text+" is shown", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		at := strings.Index(c.shown.String()[c.seen:], text)
		if at >= 0 {
			c.seen += at + len(text)
		}
		return at >= 0
	})
}

func (c *window) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// keys types.
func (c *window) keys(text string) {
	c.Helper()
	if _, err := c.master.WriteString(text); err != nil {
		c.Fatal(err)
	}
}

// mode is how the terminal is set.
func (c *window) mode() unix.Termios {
	c.Helper()
	var mode *unix.Termios
	c.control(func(fd int) (err error) {
		mode, err = unix.IoctlGetTermios(fd, unix.TCGETS)
		return err
	})
	return *mode
}

// resize gives the terminal another size.
func (c *window) resize(rows, columns uint16) {
	c.Helper()
	c.control(func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	})
}

func (c *window) control(do func(fd int) error) {
	c.Helper()
	conn, err := c.master.SyscallConn()
	if err != nil {
		c.Fatal(err)
	}
	if cerr := conn.Control(func(fd uintptr) { err = do(int(fd)) }); cerr != nil || err != nil {
		c.Fatal(cerr, err)
	}
}

// end waits for the command's end and wants an exit code.
func (c *window) end(code int) {
	c.Helper()
	done := make(chan error, 1)
	go func() { done <- c.cmd.Wait() }()
	select {
	case err := <-done:
		if got := exitOf(err); got != code {
			c.Errorf("exit code %d, want %d:\n%s", got, code, c.text())
		}
	case <-time.After(patience):
		c.Fatalf("it does not end:\n%s", c.text())
	}
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.Fatal("the terminal stays open")
	}
}

// exitOf is a command's exit code as shells give it.
func exitOf(err error) int {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return 0
	}
	if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
