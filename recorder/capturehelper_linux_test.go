package recorder_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// lines is what the act slowly prints.
func lines() string { return linesUntil(20_000) }

func linesUntil(end int) string {
	var all strings.Builder
	for i := range end {
		fmt.Fprintln(&all, "line", i)
	}
	return all.String()
}

// When the act slowly has printed so many bytes it goes on, or waits for its stdin.
var (
	whilePrinting = int64(20_000)
	whileWaiting  = int64(len(linesUntil(15_001)))
)

// runWithoutHelper runs a program that prints, and kills its helper when it has
// printed so much.
func runWithoutHelper(t *testing.T, cmd *exec.Cmd, much int64, printed func() int64) {
	t.Helper()
	release := held(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	poll.Until(t, "the program prints", func() bool { return printed() >= much })
	killHelper(t, cmd)
	release()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// killHelper kills the helper of a program, which buries it.
func killHelper(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	helper := helperOf(t, cmd.Process.Pid)
	if err := syscall.Kill(helper, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	poll.Until(t, "the helper is gone", func() bool { return syscall.Kill(helper, 0) != nil })
}

// A helper that is killed takes nothing along: the program goes on, and
// everything it prints arrives once, in order. Only what it prints just while its
// descriptors are given back may come late.
func testHelperKilledInPipes(t *testing.T, s *stage) {
	for _, much := range []int64{whilePrinting, whileWaiting, whilePrinting, whileWaiting, whilePrinting} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		testHelperKilled(t, s.again(t), r, w, much)
	}
}

func testHelperKilledOnTerminal(t *testing.T, s *stage) {
	for _, much := range []int64{whilePrinting, whileWaiting} {
		terminal, end := openPTY(t)
		testHelperKilled(t, s.again(t), terminal, end, much)
	}
}

func testHelperKilled(t *testing.T, s *stage, from, to *os.File, much int64) {
	t.Helper()
	cmd := s.command("slowly")
	errs, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	cmd.Stdout, cmd.Stderr = to, errs
	shown := &lockedText{}
	done := make(chan struct{})
	go func() {
		io.Copy(shown, from)
		close(done)
	}()
	runWithoutHelper(t, cmd, much, shown.size)
	to.Close()
	<-done
	from.Close()
	if much == whileWaiting {
		equal(t, "shown", shown.String() == lines(), true)
	} else {
		equal(t, "lines that are shown", slices.Equal(sortedLines(shown.String()), sortedLines(lines())), true)
		equal(t, "their order, but for one piece", inOrderButOnePiece(t, shown.String()), true)
	}
	r := s.only(t)
	equal(t, "status", r.Status(), recorder.Succeeded)
	contains(t, "warnings", strings.Join(r.Info().Warnings, "\n"), "the output is no longer recorded")
	if text := recorded(t, r, "stdout"); len(text) < 20_000 || !strings.HasPrefix(lines(), text) {
		t.Errorf("%d bytes are recorded, which are no beginning of what was printed", len(text))
	}
}

func sortedLines(text string) []string { return slices.Sorted(strings.Lines(text)) }

// inOrderButOnePiece reports whether the lines that come after later ones are one
// piece of what was printed, itself in order.
func inOrderButOnePiece(t *testing.T, text string) bool {
	t.Helper()
	highest, late := -1, []int{}
	for line := range strings.Lines(text) {
		var n int
		if _, err := fmt.Sscanf(line, "line %d\n", &n); err != nil {
			t.Errorf("%q is no line of the program: %v", line, err)
		}
		if n < highest {
			late = append(late, n)
		}
		highest = max(highest, n)
	}
	for i, n := range late {
		if n != late[0]+i {
			return false
		}
	}
	return true
}

// A log that is appended to takes no bytes from a pipe: where the helper is
// killed, at most one write of it is missing.
func testHelperKilledAppending(t *testing.T, s *stage) {
	name := filepath.Join(t.TempDir(), "log")
	log, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := s.command("slowly")
	cmd.Stdout = log
	runWithoutHelper(t, cmd, whilePrinting, func() int64 { info, _ := log.Stat(); return info.Size() })
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if missing := len(lines()) - len(data); missing < 0 || missing > 64<<10 {
		t.Errorf("%d bytes are missing", missing)
	}
	equal(t, "the end is there", strings.HasSuffix(string(data), "line 19999\n"), true)
}

// A helper that is killed while the program sleeps is noticed before the
// program prints again.
func testHelperKilledBeforeTheEnd(t *testing.T, s *stage) {
	cmd := s.command("recovered panic")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	release := held(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, len("goes on\n"))
	if _, err := io.ReadFull(out, buf); err != nil {
		t.Fatal(err)
	}
	killHelper(t, cmd)
	release()
	rest, _ := io.ReadAll(out)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	equal(t, "shown", string(buf)+string(rest), "goes on\nthe end\n")
}

// Without exprec on PATH tee does it; nobody sees the end of the program then,
// but it tells itself.
func testTee(t *testing.T, s *stage) {
	cmd := s.command("finish")
	cmd.Env = withPath("/usr/bin:/bin")
	with := inPipes(t, cmd)
	equal(t, "shown", with.how()+with.out+with.errs, "0 signal 0words on stdout\nwords on stderr\n")
	r := s.only(t)
	equal(t, "stdout", recorded(t, r, "stdout"), "words on stdout\n")
	equal(t, "stderr", recorded(t, r, "stderr"), "words on stderr\n")
	equal(t, "warnings", len(r.Info().Warnings), 0)
	equal(t, "without sizes", r.Info().Outputs[0].Size, int64(len("words on stdout\n")))

	s = s.again(t)
	cmd = s.command("panic in goroutine")
	cmd.Env = withPath("/usr/bin:/bin")
	with = onTerminal(t, cmd)
	equal(t, "the exit", with.code, 2)
	contains(t, "shown", with.out, "panic: out of cheese")
	p := open(t, s.dir)
	if _, err := p.Recover(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	r = s.only(t)
	equal(t, "status", r.Status(), recorder.Failed)
	contains(t, "error", r.Info().Error.Message, "out of cheese")
	equal(t, "recorded", recorded(t, r, "stdout"), with.out)
}

// Without exprec and tee the program prints as ever, and the run says why its
// output is missing.
func testNothing(t *testing.T, s *stage) {
	cmd := s.command("exit")
	cmd.Env = withPath(t.TempDir())
	with := inPipes(t, cmd)
	equal(t, "shown", with.how()+with.out+with.errs, "7 signal 0words on stdout\nwords on stderr\n")
	if _, err := open(t, s.dir).Recover(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	r := s.only(t)
	equal(t, "stdout", recorded(t, r, "stdout"), "")
	contains(t, "warnings", strings.Join(r.Info().Warnings, "\n"), "the output is not recorded")

	cmd = s.command("finish", "LOUD=1")
	cmd.Env = append(withPath(t.TempDir()), "LOUD=1")
	with = inPipes(t, cmd)
	equal(t, "said", strings.Count(with.errs, "exprec: the output is not recorded"), 1)
}

// Something else that is called exprec, or an exprec that is too old, is no
// helper.
func testWrongHelper(t *testing.T, s *stage) {
	for script, why := range map[string]string{"exit 2": "ended early", "exec sleep 60": "does not answer"} {
		s := s.again(t)
		bin := t.TempDir()
		if err := os.WriteFile(filepath.Join(bin, "exprec"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := s.command("finish")
		cmd.Env = withPath(bin + ":" + os.Getenv("PATH"))
		with := inPipes(t, cmd)
		equal(t, "shown", with.how()+with.out+with.errs, "0 signal 0words on stdout\nwords on stderr\n")
		contains(t, "warnings", strings.Join(s.only(t).Info().Warnings, "\n"), why)
		if with.took > 15*time.Second {
			t.Errorf("the program took %v", with.took)
		}
	}
}
