package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// command is one in the scene's repository, in a session without a terminal.
func (s *scene) command(words ...string) *exec.Cmd {
	c := exec.CommandContext(s.Context(), words[0], words[1:]...)
	c.Dir = s.dir
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return c
}

// prints runs a command to its end, and gives its stdout and exit code.
func (s *scene) prints(words ...string) (string, int) {
	s.Helper()
	c := s.command(words...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if errs.Len() > 0 {
		s.Logf("stderr: %s", errs.Bytes())
	}
	return out.String(), exitOf(err)
}

// What a command prints arrives byte for byte, and so it is kept.
func TestRunBytes(t *testing.T) {
	s := newScene(t)
	random := make([]byte, 3<<20)
	rand.NewChaCha8([32]byte{1}).Read(random)
	for name, data := range map[string][]byte{
		"nothing": nil, "binary": random, "one line": bytes.Repeat([]byte("x"), 5<<20),
		"empty lines": bytes.Repeat([]byte("\n"), 1<<20), "returns": bytes.Repeat([]byte("10%\r"), 1<<18),
		"no values": bytes.Repeat([]byte("exprec: {\n"), 1<<17),
	} {
		c := s.command("exprec", "run", "--quiet", "--scalars", "a(?P<x>.)c", "--", "cat")
		c.Stdin = bytes.NewReader(data)
		out, err := c.Output()
		if err != nil || !bytes.Equal(out, data) {
			t.Errorf("%s: %d bytes arrive of %d, %v", name, len(out), len(data), err)
		}
		run := s.newest()
		kept, err := gitstoretest.Run(s.dir, "", "cat-file", "blob", "refs/exprec/"+run.ID()+":output/stdout.txt")
		if len(data) > 0 && (err != nil || kept != string(data)) {
			t.Errorf("%s: %d bytes are kept of %d, %v", name, len(kept), len(data), err)
		}
	}
}

// Much output costs neither memory nor, beyond the limit, room.
func TestRunMuchOutput(t *testing.T) {
	s := newScene(t)
	const size = 300 << 20
	c := s.command("exprec", "run", "--quiet", "--", "bash", "-c", fmt.Sprintf("yes 'some words of a line' | head -c %d", size))
	c.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=exprec.maxOutputSize", "GIT_CONFIG_VALUE_0=1m")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	n, err := io.CopyN(io.Discard, out, size*9/10)
	peak := peakMemory(t, c.Process.Pid)
	rest, rerr := io.Copy(io.Discard, out)
	n, err = n+rest, errors.Join(err, rerr)
	if werr := c.Wait(); werr != nil || err != nil || n != size {
		t.Fatalf("%d bytes arrive of %d: %v, %v", n, size, err, werr)
	}
	if peak > 200<<10 {
		t.Errorf("it takes %d KB of memory", peak)
	}
	outputs := s.wants(recorder.Succeeded, 0).Info().Outputs
	if len(outputs) != 1 || outputs[0].Size != size || outputs[0].Cut < size-2<<20 {
		t.Errorf("kept: %+v", outputs)
	}
}

// peakMemory is the most memory that a process had since its exec, in KB. What
// wait(2) tells counts that of the process it was forked from.
func peakMemory(t *testing.T, pid int) (peak int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(after, &peak); err != nil || peak == 0 {
		t.Fatalf("its status does not tell: %v\n%s", err, status)
	}
	return peak
}

// A command finds its pipe broken where ours is, and ends as it would.
func TestRunReaderGone(t *testing.T) {
	s := newScene(t)
	out, _ := s.prints("bash", "-c", `exprec run --quiet -- bash -c 'yes | cat' 2>&1 | head -n 2; echo "${PIPESTATUS[0]}"`)
	if out != "y\ny\n141\n" {
		t.Errorf("printed %q", out)
	}
	s.wants(recorder.Failed, 141)
	// Stderr is another matter.
	out, _ = s.prints("bash", "-c", `{ exprec run --quiet -- bash -c 'echo one; echo gone >&2; sleep 0.1; echo two; exit 3'; echo "$?"; } 2> >(:)`)
	if out != "one\ntwo\n3\n" {
		t.Errorf("printed %q", out)
	}
	out, _ = s.prints("bash", "-c", `exprec run --quiet -- bash -c 'echo nowhere; exit 4' >&-; echo "$?"`)
	if out != "4\n" {
		t.Errorf("printed %q", out)
	}
	if kept := s.kept("stdout"); kept != "nowhere" {
		t.Errorf("kept %q", kept)
	}
	out, _ = s.prints("bash", "-c", `exprec run --quiet -- bash -c 'echo much; exit 5' >/dev/full; echo "$?"`)
	if out != "5\n" {
		t.Errorf("printed %q", out)
	}
}

// What goes to one place keeps its order there.
func TestRunOneStream(t *testing.T) {
	s := newScene(t)
	out, _ := s.prints("bash", "-c", `exprec run --quiet -- bash -c 'for i in {1..300}; do echo $i; echo $i >&2; done' 2>&1`)
	var want strings.Builder
	for i := range 300 {
		fmt.Fprintf(&want, "%d\n%d\n", i+1, i+1)
	}
	if out != want.String() {
		t.Errorf("printed %q", out)
	}
	if kept := s.kept("stdout") + "\n"; kept != want.String() {
		t.Errorf("kept %q", kept)
	}
	s.prints("bash", "-c", `exprec run --quiet -- bash -c 'echo out; echo err >&2' >/dev/null 2>&1`)
	if out, err := s.kept("stdout"), s.kept("stderr"); out != "out" || err != "err" {
		t.Errorf("kept %q and %q", out, err)
	}
}

// A pipe that somebody made non-blocking loses nothing.
func TestRunNonBlocking(t *testing.T) {
	s := newScene(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := s.command("exprec", "run", "--quiet", "--", "bash", "-c", "seq 400000; exit 3")
	c.Stdout = w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(int(w.Fd()), true); err != nil {
		t.Fatal(err)
	}
	w.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, slow{r})
	if err != nil || exitOf(c.Wait()) != 3 {
		t.Fatal(err)
	}
	want := sha256.New()
	for i := range 400000 {
		fmt.Fprintln(want, i+1)
	}
	if !bytes.Equal(sum.Sum(nil), want.Sum(nil)) {
		t.Errorf("%d bytes arrive, others than were written", n)
	}
}

// slow reads less than comes.
type slow struct{ from io.Reader }

func (s slow) Read(b []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return s.from.Read(b[:min(len(b), 16<<10)])
}

// A process that a command leaves behind keeps exprec for a moment only,
// whether it is silent or not.
func TestRunLeftBehind(t *testing.T) {
	s := newScene(t)
	for name, daemon := range map[string]string{"silent": "sleep 60", "loud": "while :; do echo more; sleep 0.001; done"} {
		began := time.Now()
		_, code := s.prints("exprec", "run", "--quiet", "--", "bash", "-c", "("+daemon+") & echo $! >../left; exit 7")
		took := time.Since(began)
		pid, err := strconv.Atoi(strings.TrimSpace(s.file("../left")))
		if err != nil || code != 7 {
			t.Fatalf("%s: %v, exit code %d", name, err, code)
		}
		_ = unix.Kill(pid, unix.SIGKILL) // the loud one has found its pipe broken
		if took > patience/2 {
			t.Errorf("%s: it takes %s", name, took)
		}
		s.wants(recorder.Failed, 7)
	}
	c := s.open("exprec", "run", "--", "bash", "-c", "setsid sleep 60 & echo pid $!.; exit 7")
	c.await("pid ")
	c.end(7)
	pid, _, _ := strings.Cut(c.text()[c.seen:], ".")
	n, err := strconv.Atoi(pid)
	if err != nil || unix.Kill(n, unix.SIGKILL) != nil {
		t.Errorf("the process that was left behind is gone: %v, %q", err, pid)
	}
}

// Every signal that asks something of exprec is asked of the command.
func TestRunSignals(t *testing.T) {
	s := newScene(t)
	for _, sig := range []syscall.Signal{
		syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2,
	} {
		name := strings.TrimPrefix(unix.SignalName(sig), "SIG")
		c := s.command("exprec", "run", "--quiet", "--", "bash", "-c", fmt.Sprintf(
			`trap 'echo %s; n=1' %s; echo ready; for i in {1..1000}; do sleep 0.01; test "$n" && exit 6; done`, name, name))
		s.signal(c, sig, "ready\n")
		status := recorder.Failed
		if asks(sig) != "" {
			status = recorder.Stopped
		}
		run := s.wants(status, 6)
		if kept := s.kept("stdout"); kept != "ready\n"+name {
			t.Errorf("%s: the command printed %q", name, kept)
		}
		if got := run.Info().Signal; got != asks(sig) {
			t.Errorf("%s: the run was ended by %q", name, got)
		}
	}
	c := s.command("exprec", "run", "--quiet", "--", "sh", "-c", "echo ready; exec sleep 60")
	if code := s.signal(c, syscall.SIGTERM, "ready\n"); code != 143 {
		t.Errorf("exit code %d", code)
	}
	s.wants(recorder.Stopped, 143)
}

// signal starts a command, sends it a signal once it has printed something,
// and gives its exit code.
func (s *scene) signal(c *exec.Cmd, sig os.Signal, after string) int {
	s.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	if err := c.Start(); err != nil {
		s.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len(after))); err != nil {
		s.Fatal(err)
	}
	if err := c.Process.Signal(sig); err != nil {
		s.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	return exitOf(c.Wait())
}

// A signal that was ignored when exprec was started stays so: for it, and for
// the command.
func TestRunIgnoredSignals(t *testing.T) {
	s := newScene(t)
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT} {
		name := strings.TrimPrefix(unix.SignalName(sig), "SIG")
		c := s.command("bash", "-c", "trap '' "+name+`; exec exprec run --quiet -- bash -c 'echo ready; kill -`+name+` $$; sleep 0.3; echo lives; exit 3'`)
		if code := s.signal(c, sig, "ready\n"); code != 3 {
			t.Errorf("%s: exit code %d", name, code)
		}
		s.wants(recorder.Failed, 3)
	}
}

// A command finds signals, descriptors and its environment as without exprec.
func TestRunLeavesNoTrace(t *testing.T) {
	s := newScene(t)
	script := `yes | head -n 1; echo "${PIPESTATUS[@]}"; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
ls /proc/self/fd | wc -l; readlink /proc/self/fd/9; cat <&9; env | grep -v '^_=\|EXPREC\|SHLVL' | sort; ulimit -a; umask; pwd`
	want, _ := s.prints("bash", "-c", `exec bash -c "$1" 9< <(echo nine) | sed 's/pipe:.*/pipe/'`, "", script)
	got, _ := s.prints("bash", "-c", `exec exprec run --quiet -- bash -c "$1" 9< <(echo nine) | sed 's/pipe:.*/pipe/'`, "", script)
	if got != want || !strings.HasPrefix(got, "y\n141 0\n") || !strings.Contains(got, "\nnine\n") {
		t.Errorf("with exprec\n%s\nwithout\n%s", got, want)
	}
}
