package recorder_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// A child that keeps the pipe holds up neither Finish nor the end of the run,
// and what it prints later arrives.
func testDaemon(t *testing.T, s *stage) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command("daemon")
	cmd.Stdout, cmd.Stderr = w, w
	release := held(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	limit := time.AfterFunc(30*time.Second, release)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if !limit.Stop() {
		t.Error("Finish waited for the child")
	}
	run := s.only(t)
	equal(t, "status", run.Status(), recorder.Succeeded)
	equal(t, "recorded", recorded(t, run, "stdout"), "parent\n")
	release()
	data, _ := io.ReadAll(r)
	equal(t, "shown", string(data), "parent\ndaemon\n")
}

func testDaemonAndExit(t *testing.T, s *stage) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command("daemon and exit")
	cmd.Stdout, cmd.Stderr = w, w
	release := held(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	cmd.Wait()
	ended := time.Now()
	equal(t, "the exit", cmd.ProcessState.ExitCode(), 3)
	run := s.only(t)
	if took := time.Since(ended); took > 4*time.Second { // less than for children that print
		t.Errorf("the run was sealed %v after its program had ended", took)
	}
	equal(t, "exit code", *run.Info().ExitCode, 3)
	equal(t, "recorded", recorded(t, run, "stdout"), "parent\n")
	release()
	data, _ := io.ReadAll(r)
	equal(t, "shown", string(data), "parent\ndaemon\n")
}

// Of several experiments in one process the first has the output.
func testTwoExperiments(t *testing.T, s *stage) {
	with := inPipes(t, s.command("two"))
	equal(t, "shown", with.out, "of both\nof the first\nof the third\n")
	runs := s.sealed(t, 3)
	equal(t, "first", recorded(t, runs[""], "stdout"), "of both\nof the first\n")
	equal(t, "second", recorded(t, runs["second"], "stdout"), "")
	equal(t, "second points to", runs["second"].Info().OutputOf, runs[""].ID())
	equal(t, "third", recorded(t, runs["third"], "stdout"), "of the third\n")
	equal(t, "third points to", runs["third"].Info().OutputOf, "")
}

// A panic that is recovered ends the run with Finish, and not the output.
func testRecoveredPanic(t *testing.T, s *stage) {
	with := inPipes(t, s.command("recovered panic"))
	equal(t, "shown", with.how()+with.out+with.errs, "0 signal 0goes on\nthe end\n")
	r := s.only(t)
	equal(t, "status", r.Status(), recorder.Failed)
	equal(t, "recorded", recorded(t, r, "stdout"), "goes on\n")
}

// What exprec says goes to the terminal and not into the record.
func testMessages(t *testing.T, s *stage) {
	for _, act := range []string{"finish", "exit"} {
		s := s.again(t)
		with := inPipes(t, s.command(act, "LOUD=1"))
		r := s.only(t)
		contains(t, "said at the start", with.errs, "exprec: run "+r.Short())
		contains(t, "said at the end", with.errs, string(r.Status())+" after")
		equal(t, "recorded", recorded(t, r, "stderr"), "words on stderr\n")
	}
}

// A program that joins a run leaves its output to whoever started it.
func testJoinedRun(t *testing.T, s *stage) {
	cmd := exec.Command(filepath.Join(s.bin, "exprec"), "run", "--", filepath.Join(s.bin, "printer"), "exit")
	cmd.Dir, cmd.Env = s.dir, withPath(s.bin+":"+os.Getenv("PATH"))
	with := inPipes(t, cmd)
	equal(t, "the exit", with.code, 7)
	equal(t, "stdout", with.out, "words on stdout\n")
	r := s.only(t)
	equal(t, "recorded", recorded(t, r, "stdout"), "words on stdout\n")
	equal(t, "status", r.Status(), recorder.Failed)
}

// Whoever asks right after a program has died learns how, although its helper
// may still be at work.
func testAskedAtOnce(t *testing.T, s *stage) {
	for range 5 {
		inFiles := s.command("exit")
		inFiles.Run()
		show := exec.Command(filepath.Join(s.bin, "exprec"), "show", "@")
		show.Dir = s.dir
		out, err := show.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		first, _, _ := strings.Cut(string(out), "\n")
		contains(t, "shown", first, "failed")
	}
}

// Where the helper dies with the program, what it had passed on is in the
// record all the same; nobody saw the end.
func testAllKilled(t *testing.T, s *stage) {
	cmd := s.command("slowly")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	held(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	shown := make([]byte, 30_000)
	if _, err := io.ReadFull(out, shown); err != nil {
		t.Fatal(err)
	}
	helper := helperOf(t, cmd.Process.Pid)
	syscall.Kill(cmd.Process.Pid, syscall.SIGSTOP) // so that it does not outlive the helper
	syscall.Kill(helper, syscall.SIGKILL)
	syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
	cmd.Wait()
	poll.Until(t, "the run can be sealed", func() bool {
		r, err := open(t, s.dir).Recover(t.Context(), false)
		return err == nil && len(r.Sealed) == 1
	})
	r := s.only(t)
	equal(t, "status", r.Status(), recorder.Lost)
	text := recorded(t, r, "stdout")
	if !strings.HasPrefix(text, string(shown)) || !strings.HasPrefix(lines(), text) {
		t.Errorf("%d bytes are recorded, %d were seen", len(text), len(shown))
	}
	marks, err := r.Marks()
	if err != nil || len(marks) == 0 {
		t.Errorf("%d marks, %v", len(marks), err)
	}
	report, err := open(t, s.dir).Check(t.Context())
	if err != nil || len(report.Findings) > 0 {
		t.Errorf("check: %+v, %v", report, err)
	}
}

// The interrupt key and a terminal that goes away end the program alone, and
// its helper records that.
func testTerminalSignals(t *testing.T, s *stage) {
	for name, end := range map[string]struct {
		act    func(terminal *os.File)
		signal string
	}{
		"interrupt": {func(terminal *os.File) { terminal.Write([]byte{3}) }, "SIGINT"},
		"hangup":    {func(terminal *os.File) { terminal.Close() }, "SIGHUP"},
	} {
		s := s.again(t)
		terminal, side := openPTY(t)
		cmd := s.command("waits")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = side, side, side
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		side.Close()
		if _, err := io.ReadFull(terminal, make([]byte, len("words on stdout\nwords on stderr\n"))); err != nil {
			t.Fatal(err)
		}
		end.act(terminal)
		cmd.Wait()
		terminal.Close()
		r := s.only(t)
		equal(t, name+": status", r.Status(), recorder.Stopped)
		equal(t, name+": signal", r.Info().Signal, end.signal)
		contains(t, name+": recorded", recorded(t, r, "stdout"), "words on stderr\n")
	}
}
