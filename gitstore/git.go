package gitstore

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// gitPatience is how long the user's git may take for one command.
const gitPatience = 30 * time.Minute

// maxComplaint bounds what is kept of git's errors, in bytes.
const maxComplaint = 16 << 10

// passedOn are the variables of the environment that git may see; all others
// of its own would lead it to another repository, or make it print more.
var passedOn = []string{"GIT_CONFIG_NOSYSTEM=", "GIT_CONFIG_GLOBAL=", "GIT_CONFIG_SYSTEM=", "GIT_EXEC_PATH="}

// git runs the user's git on the repository, with nothing of the user's own
// run by it, and hands over its output line by line. Its error is what git
// complained of, ErrNoGit where there is no git.
func (s *Store) git(ctx context.Context, input io.Reader, line func(string), args ...string) error {
	program, err := exec.LookPath("git")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoGit, err)
	}
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	pinned := []string{"--git-dir=" + s.dir, "-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false",
		"-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.fsync=committed"}
	c := exec.CommandContext(ctx, program, append(pinned, args...)...)
	c.Env, c.Dir, c.Stdin = gitEnvironment(), s.dir, input
	ownGroup(c)
	c.WaitDelay = 5 * time.Second
	complaint := &tail{}
	c.Stderr = complaint
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("run git %s: %w", args[0], err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if line != nil {
			line(lines.Text())
		}
	}
	err = errors.Join(lines.Err(), c.Wait())
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("git %s: %w%s", args[0], err, complaint.sentence())
	}
	return nil
}

// gitEnvironment is the environment without what would lead git astray.
func gitEnvironment() []string {
	var env []string
	for _, pair := range os.Environ() {
		keep := !strings.HasPrefix(pair, "GIT_")
		for _, known := range passedOn {
			keep = keep || strings.HasPrefix(pair, known)
		}
		if keep {
			env = append(env, pair)
		}
	}
	return append(env, "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
}

// tail keeps the beginning of what is written to it.
type tail struct{ bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	t.Buffer.Write(b[:min(len(b), maxComplaint-t.Len())])
	return len(b), nil
}

// add writes a line, unless it has been said: a hook may say the same of every ref.
func (t *tail) add(line string) {
	if line += "\n"; !strings.Contains("\n"+t.String(), "\n"+line) {
		t.Write([]byte(line))
	}
}

// sentence is what git said, on one line.
func (t *tail) sentence() string {
	words := strings.Join(strings.Fields(t.String()), " ")
	if words == "" {
		return ""
	}
	return fmt.Sprintf(": %.900s", words)
}

// gcAge is how old a gc.pid may be and still speak of a git gc that runs; git
// itself uses the same age.
const gcAge = 12 * time.Hour

// collecting reports whether the user's own git gc seems to be at work.
func (s *Store) collecting() bool {
	file := filepath.Join(s.dir, "gc.pid")
	info, err := os.Stat(file)
	if err != nil || time.Since(info.ModTime()) > gcAge {
		return false
	}
	text, err := readBounded(file, maxRefFile)
	if err != nil {
		return false
	}
	digits, host, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	pid, err := strconv.Atoi(digits)
	here, hostErr := os.Hostname()
	if err == nil && hostErr == nil && host == here {
		return processAlive(pid)
	}
	return true
}
