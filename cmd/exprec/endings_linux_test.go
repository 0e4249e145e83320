package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// mode is how a program is recorded.
type mode string

const (
	alone  mode = "alone"  // by itself, with no exprec that could help
	helped mode = "helped" // by itself and a helper that watches it
	inside mode = "inside" // under exprec run
	bare   mode = "bare"   // not at all: how the program ends by itself
)

// endTrial is one case in one mode, on a terminal or on pipes.
type endTrial struct {
	endCase
	mode     mode
	terminal bool
	bin      string // where its program and exprec are
	group    string // the control group it runs in, empty for ours
	code     int    // the exit code of what was started
	shown    string // what it printed
	took     time.Duration
}

func (c *endTrial) String() string { return fmt.Sprintf("%s, %s", c.end(), c.mode) }

// end names the end alone, however it is recorded.
func (c *endTrial) end() string {
	where := "pipe"
	if c.terminal {
		where = "terminal"
	}
	if c.by != "" {
		return fmt.Sprintf("%s until %s, %s", c.how, c.by, where)
	}
	return fmt.Sprintf("%s, %s", c.how, where)
}

// TestEndings builds a program and ends it in every way, see the parts.
func TestEndings(t *testing.T) {
	bin := build(t)
	t.Run("all", func(t *testing.T) { testAllEndings(t, bin) })
	t.Run("workers", func(t *testing.T) { testWorkers(t, bin) })
	t.Run("full disk", func(t *testing.T) { testFullDisk(t, bin) })
}

// Every way a program can end, however it is recorded and whatever it writes
// to: the record says what happened and holds the last words, and the program
// ends as it does without Exprec.
func testAllEndings(t *testing.T, bin string) {
	dir := gitstoretest.New(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	defer gitstoretest.Unchanged(t, dir)()
	var trials []*endTrial
	var all sync.WaitGroup
	slots := make(chan bool, 8)
	for _, c := range endCases {
		for _, mode := range []mode{bare, alone, helped, inside} {
			for _, terminal := range []bool{false, true} {
				if !terminal && slices.Contains(onTerminal, c.by) {
					continue
				}
				trial := &endTrial{endCase: c, mode: mode, terminal: terminal, bin: bin}
				if c.by == memory {
					trial.group = memoryGroup(t)
				}
				trials = append(trials, trial)
				all.Go(func() {
					slots <- true
					trial.run(t, dir)
					<-slots
				})
			}
		}
	}
	all.Wait()
	runs := endedRuns(t, dir)
	codes := map[string]int{}
	for _, trial := range trials {
		if trial.mode == bare {
			codes[trial.end()] = trial.code
		}
	}
	for _, trial := range trials {
		if trial.mode != bare {
			t.Run(trial.String(), func(t *testing.T) { trial.check(t, codes[trial.end()], runs[trial.String()]) })
		}
	}
}

// build builds the program that ends, and exprec, in a folder.
func build(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	for name, from := range map[string]string{"exprec": ".", "ends": "./testdata/ends"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(bin, name), from)
		// Without cgo the runtime sees a deadlock, as in most programs.
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", name, err, out)
		}
	}
	return bin
}

// command is the program as this trial starts it.
func (c *endTrial) command(dir string) *exec.Cmd {
	args := []string{filepath.Join(c.bin, "ends"), c.how, c.String()}
	if c.mode == inside {
		args = append([]string{filepath.Join(c.bin, "exprec"), "run", "--"}, args...)
	}
	if c.by == memory {
		args = append([]string{"/bin/sh", "-c", `echo $$ > "$0" && exec "$@"`, filepath.Join(c.group, "cgroup.procs")}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "EXPREC_TEST_TRIAL="+c.String(), "PATH=/usr/bin:/bin")
	switch c.mode {
	case helped:
		cmd.Env = append(cmd.Env, "PATH="+c.bin+":/usr/bin:/bin")
	case bare:
		cmd.Env = append(cmd.Env, "EXPREC=off")
	}
	return cmd
}

// run runs the program to its end. As soon as it says that it is ready, what is
// to end it is done.
func (c *endTrial) run(t *testing.T, dir string) {
	c.code = unknown
	begun := time.Now()
	cmd := c.command(dir)
	out, err := startOn(cmd, c.terminal)
	if err != nil {
		t.Error(err)
		return
	}
	kill := time.AfterFunc(50*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	struck := c.by == ""
	buf := make([]byte, 4096)
	for {
		n, err := out.Read(buf)
		c.shown += string(buf[:n])
		if pid, ok := readyPID(c.shown); ok && !struck {
			struck = true
			c.strike(t, cmd.Process.Pid, pid, out)
		}
		if err != nil {
			break
		}
	}
	cmd.Wait()
	out.Close()
	c.code, c.took = codeOf(cmd.ProcessState), time.Since(begun)
}

// startOn starts a command and gives what it shows: as a session of its own on
// a terminal, or on a pipe.
func startOn(cmd *exec.Cmd, terminal bool) (out io.ReadWriteCloser, err error) {
	var end *os.File
	if terminal {
		out, end, err = openPTY()
		cmd.Stdin, cmd.SysProcAttr = end, &syscall.SysProcAttr{Setsid: true, Setctty: true}
	} else {
		out, end, err = os.Pipe()
	}
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = end, end
	defer end.Close()
	return out, cmd.Start()
}

// readyPID finds the line by which the program says that it is ready, and
// waits for the last words behind it.
func readyPID(text string) (pid int, ok bool) {
	_, rest, found := strings.Cut(text, "ready ")
	if !found || strings.Count(text, "last words") < 2 {
		return 0, false
	}
	n, err := fmt.Sscanf(rest, "%d", &pid)
	return pid, n == 1 && err == nil
}

// codeOf is the exit code as a shell tells it.
func codeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// endedRuns are the runs of a project by their parameter case, all of them
// ended: what helps a program may still be at it, and the dead are recovered.
func endedRuns(t *testing.T, dir string) map[string]*recorder.Run {
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	var runs []*recorder.Run
	poll.Until(t, "all runs have ended", func() bool {
		if r, err := p.Recover(t.Context(), false); err != nil || len(r.Failed) > 0 {
			t.Fatal(err, r)
		}
		if runs, err = p.Runs(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(runs, func(r *recorder.Run) bool { return !r.Status().Final() })
	})
	byCase := map[string]*recorder.Run{}
	for _, run := range runs {
		params, err := run.Params()
		if err != nil {
			t.Fatal(err)
		}
		byCase[fmt.Sprint(params["case"])] = run
	}
	return byCase
}

// check compares what the record says, and how the program told, with what is
// wanted.
func (c *endTrial) check(t *testing.T, code int, run *recorder.Run) {
	if run == nil {
		t.Fatalf("no run; the program printed %q", c.shown)
	}
	want, got := c.want[c.mode], toldBy(run)
	if got.kind != "" && got.kind != "lost" && run.Info().Error.Fingerprint == "" {
		t.Error("the error has no fingerprint")
	}
	// In a full cgroup the kernel may kill the helper after its program: then
	// nobody saw the end, and the next command has found it.
	unseen := c.by == memory && c.mode == inside && got.status == recorder.Lost && got.kind == "lost" && run.Info().Recovered
	if !want.fits(got) && !unseen {
		t.Errorf("%s\nwant %s\n%.400q", got, want, c.shown)
	}
	if c.code != code {
		t.Errorf("the exit code is %d, and %d without Exprec: %.400q", c.code, code, c.shown)
	}
	// As long as a timer of the recorder is in the runtime's heap, such as that of
	// the heartbeats, a deadlock goes unnoticed.
	if c.how == "goexit" && c.took > 20*time.Second {
		t.Errorf("the deadlock was noticed after %v", c.took)
	}
	c.checkOutput(t, run)
}

// toldBy is what a record says of an end.
func toldBy(run *recorder.Run) told {
	info := run.Info()
	got := told{status: run.Status(), exit: unknown, signal: info.Signal}
	if info.ExitCode != nil {
		got.exit = *info.ExitCode
	}
	if info.Error != nil {
		got.kind, got.message = info.Error.Type, info.Error.Message
	}
	return got
}

// checkOutput wants the program's words in the record, the last ones too.
func (c *endTrial) checkOutput(t *testing.T, run *recorder.Run) {
	text := ""
	for _, stream := range []string{"stdout", "stderr"} {
		o, err := run.Output(stream)
		if err != nil {
			t.Fatal(err)
		}
		r, err := o.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text += string(data)
	}
	for _, words := range []string{"first words\n", "ready ", "last words\n"} {
		if !strings.Contains(text, words) {
			t.Errorf("the record's output is %q, without %q", text, words)
		}
	}
}
