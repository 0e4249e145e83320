package recorder_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// TestCapture records real programs that print and end in every way.
func TestCapture(t *testing.T) {
	s := newStage(t)
	for name, test := range map[string]func(*testing.T, *stage){
		"endings":                 testEndings,
		"order on a terminal":     testOrder,
		"much":                    testMuch,
		"bytes":                   testBytes,
		"helper killed in pipes":  testHelperKilledInPipes,
		"helper killed on pty":    testHelperKilledOnTerminal,
		"helper killed appending": testHelperKilledAppending,
		"helper killed at once":   testHelperKilledBeforeTheEnd,
		"no exprec":               testTee,
		"no reader at all":        testNothing,
		"not exprec":              testWrongHelper,
		"non-blocking":            testNonblocking,
		"closed":                  testClosed,
		"broken pipe":             testBrokenPipe,
		"held up":                 testHeldUp,
		"full disk":               testFullOutputDisk,
		"daemon":                  testDaemon,
		"daemon and exit":         testDaemonAndExit,
		"two experiments":         testTwoExperiments,
		"recovered panic":         testRecoveredPanic,
		"messages":                testMessages,
		"joined":                  testJoinedRun,
		"asked at once":           testAskedAtOnce,
		"all killed":              testAllKilled,
		"keys and hangup":         testTerminalSignals,
	} {
		t.Run(name, func(t *testing.T) {
			s := &stage{bin: s.bin, dir: repository(t)}
			defer gitstoretest.Unchanged(t, s.dir)()
			test(t, s)
		})
	}
}

// However a program ends, the terminal or the pipes show what they show
// without recording, its exit is the same, and the record has its last words
// and the truth.
func testEndings(t *testing.T, s *stage) {
	const said = "words on stdout\nwords on stderr\n"
	for act, want := range map[string]struct {
		status recorder.Status
		code   int
		signal string
		error  string // part of the message
		words  string // part of the last words
	}{
		"finish":             {recorder.Succeeded, 0, "", "", "words on stderr"},
		"returns":            {recorder.Succeeded, 0, "", "", "words on stderr"},
		"fatal":              {recorder.Failed, 1, "", "log.Fatal was called", "log.Fatal was called"},
		"exit":               {recorder.Failed, 7, "", "words on stderr", "words on stderr"},
		"exit 0":             {recorder.Succeeded, 0, "", "", "words on stderr"},
		"panic":              {recorder.Failed, 2, "", "out of cheese", "panic: out of cheese"},
		"panic in goroutine": {recorder.Failed, 2, "", "out of cheese", "panic: out of cheese"},
		"panic and finish":   {recorder.Failed, 2, "", "out of cheese", "panic: out of cheese"},
		"kill":               {recorder.Lost, 137, "SIGKILL", "killed by SIGKILL", "words on stderr"},
		"int":                {recorder.Stopped, 130, "SIGINT", "interrupt", "words on stderr"},
		"exec":               {recorder.Failed, 3, "", "", "from another program"},
	} {
		for where, run := range map[string]func(testing.TB, *exec.Cmd) ended{"pipes": inPipes, "terminal": onTerminal} {
			t.Run(act+" in "+where, func(t *testing.T) {
				s := &stage{bin: s.bin, dir: repository(t)}
				defer gitstoretest.Unchanged(t, s.dir)()
				without := run(t, s.command(act, "EXPREC=off"))
				with := run(t, s.command(act))
				equal(t, "the exit", with.how(), without.how())
				r := s.only(t)
				shown, out, errs := with.out+with.errs, recorded(t, r, "stdout"), recorded(t, r, "stderr")
				if where == "terminal" {
					contains(t, "shown", shown, said)
					equal(t, "recorded", out, shown)
					equal(t, "recorded of stderr", errs, "")
				} else {
					equal(t, "recorded of stdout", out, with.out)
					equal(t, "recorded of stderr", errs, with.errs)
				}
				contains(t, "last words", shown, want.words)
				if !strings.Contains(act, "panic") {
					equal(t, "shown", shown, without.out+without.errs)
				}
				info := r.Info()
				equal(t, "status", info.Status, want.status)
				if info.ExitCode == nil || *info.ExitCode != want.code {
					t.Errorf("exit code %v, want %d", info.ExitCode, want.code)
				}
				equal(t, "signal", info.Signal, want.signal)
				switch {
				case want.error == "" && want.status == recorder.Succeeded && info.Error != nil:
					t.Errorf("error %+v", info.Error)
				case want.error != "" && info.Error == nil:
					t.Error("no error")
				case want.error != "":
					contains(t, "error", info.Error.Message, want.error)
				}
			})
		}
	}
}

// What goes to stdout and stderr of one terminal keeps its order.
func testOrder(t *testing.T, s *stage) {
	with := onTerminal(t, s.command("order"))
	without := onTerminal(t, s.command("order", "EXPREC=off"))
	equal(t, "shown", with.out, without.out)
	equal(t, "recorded", recorded(t, s.only(t), "stdout"), without.out)
}

// 100 MB pass unchanged, and the record has their head and their tail.
func testMuch(t *testing.T, s *stage) {
	s = &stage{bin: s.bin, dir: repository(t)}
	gitstoretest.Git(t, s.dir, "config", "exprec.maxOutputSize", "1m")
	const size = 100_000_000
	with := inPipes(t, s.command("much", "MUCH="+strconv.Itoa(size)))
	without := inPipes(t, s.command("much", "MUCH="+strconv.Itoa(size), "EXPREC=off"))
	equal(t, "the bytes are the same", with.out == without.out, true)
	t.Logf("took %v, without recording %v", with.took, without.took)
	r := s.only(t)
	o, err := r.Output("stdout")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "size", o.Size, size)
	text := recorded(t, r, "stdout")
	if len(text) > 1<<20+100 || !strings.HasPrefix(text, with.out[:1<<19]) || !strings.HasSuffix(text, with.out[size-1<<18:]) {
		t.Errorf("%d bytes are kept, and not the first half and the last quarter of the limit", len(text))
	}
}

func testBytes(t *testing.T, s *stage) {
	for _, act := range []string{"binary", "endless line", "children"} {
		s := &stage{bin: s.bin, dir: repository(t)}
		with := inPipes(t, s.command(act))
		without := inPipes(t, s.command(act, "EXPREC=off"))
		r := s.only(t)
		equal(t, act+": shown", with.out+with.errs, without.out+without.errs)
		equal(t, act+": recorded", recorded(t, r, "stdout")+recorded(t, r, "stderr"), without.out+without.errs)
	}
}

// lines is what the act slowly prints.
func lines() string {
	var all strings.Builder
	for i := range 20_000 {
		fmt.Fprintln(&all, "line", i)
	}
	return all.String()
}

// killHelper kills the helper of a program that prints, when it has printed
// some.
func killHelper(t *testing.T, cmd *exec.Cmd, printed func() int64) {
	t.Helper()
	waitUntil(t, "the program prints", func() bool { return printed() > 20_000 })
	if err := syscall.Kill(helperOf(t, cmd.Process.Pid), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func waitUntil(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// A helper that is killed takes nothing along: the program goes on, and
// everything it prints arrives once, in order.
func testHelperKilledInPipes(t *testing.T, s *stage) {
	for range 5 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		testHelperKilled(t, &stage{bin: s.bin, dir: repository(t)}, r, w)
	}
}

func testHelperKilledOnTerminal(t *testing.T, s *stage) {
	terminal, end := openPTY(t)
	testHelperKilled(t, s, terminal, end)
}

func testHelperKilled(t *testing.T, s *stage, from, to *os.File) {
	t.Helper()
	cmd := s.command("slowly")
	errs, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	cmd.Stdout, cmd.Stderr = to, errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	to.Close()
	shown := &lockedText{}
	done := make(chan struct{})
	go func() {
		io.Copy(shown, from)
		close(done)
	}()
	killHelper(t, cmd, shown.size)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	<-done
	from.Close()
	equal(t, "shown", shown.String() == lines(), true)
	r := s.only(t)
	equal(t, "status", r.Status(), recorder.Succeeded)
	contains(t, "warnings", strings.Join(r.Info().Warnings, "\n"), "the output is no longer recorded")
	if text := recorded(t, r, "stdout"); len(text) < 20_000 || !strings.HasPrefix(lines(), text) {
		t.Errorf("%d bytes are recorded, which are no beginning of what was printed", len(text))
	}
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
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killHelper(t, cmd, func() int64 { info, _ := log.Stat(); return info.Size() })
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
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
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, len("goes on\n"))
	if _, err := io.ReadFull(out, buf); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(helperOf(t, cmd.Process.Pid), syscall.SIGKILL)
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

	s = &stage{bin: s.bin, dir: repository(t)}
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
		s := &stage{bin: s.bin, dir: repository(t)}
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

// A stdout that does not wait stays one, and loses nothing.
func testNonblocking(t *testing.T, s *stage) {
	for _, path := range []string{s.bin + ":" + os.Getenv("PATH"), "/usr/bin:/bin"} {
		s := &stage{bin: s.bin, dir: repository(t)}
		var ends [2]int
		if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		if err := unix.SetNonblock(ends[1], true); err != nil {
			t.Fatal(err)
		}
		// A file that exec would make blocking is not used: the shell's is.
		cmd := exec.Command("sh", "-c", `exec "$0" much >&3`, filepath.Join(s.bin, "printer"))
		cmd.Dir, cmd.Env = s.dir, append(withPath(path), "MUCH=2000000")
		pid, err := syscall.ForkExec("/bin/sh", cmd.Args, &syscall.ProcAttr{
			Dir: s.dir, Env: cmd.Env, Files: []uintptr{0, 1, 2, uintptr(ends[1])},
		})
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(ends[1])
		from := os.NewFile(uintptr(ends[0]), "pipe")
		buf, size := make([]byte, 4096), 0
		for {
			n, err := from.Read(buf)
			size += n
			if err != nil {
				break
			}
			if size < 400_000 {
				time.Sleep(100 * time.Microsecond) // so that the pipe is full at times
			}
		}
		from.Close()
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, 0, nil); err != nil || status.ExitStatus() != 0 {
			t.Errorf("%v, %v", status, err)
		}
		equal(t, "bytes that arrived", size, 2_000_000)
		r := s.only(t)
		if path != "/usr/bin:/bin" {
			equal(t, "bytes that are recorded", len(recorded(t, r, "stdout")), 2_000_000)
			continue
		}
		equal(t, "bytes that are recorded", len(recorded(t, r, "stdout")), 0)
		contains(t, "warnings", strings.Join(r.Info().Warnings, "\n"), "non-blocking")
	}
}

// A program whose stdout and stderr are closed ends as ever.
func testClosed(t *testing.T, s *stage) {
	for redirect, stderr := range map[string]string{">&-": "words on stderr\n", "2>&-": "", ">&- 2>&-": ""} {
		s := &stage{bin: s.bin, dir: repository(t)}
		cmd := s.command("exit")
		cmd.Args = []string{"sh", "-c", `exec "$0" exit ` + redirect, cmd.Path}
		cmd.Path = "/bin/sh"
		with := inPipes(t, cmd)
		equal(t, redirect+": the exit", with.code, 7)
		equal(t, redirect+": stderr", with.errs, stderr)
		equal(t, redirect+": status", s.only(t).Status(), recorder.Failed)
	}
}

// A reader that goes away does not end the recording.
func testBrokenPipe(t *testing.T, s *stage) {
	cmd := s.command("slowly")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 10))
	out.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	equal(t, "recorded", recorded(t, s.only(t), "stdout") == lines(), true)
}

// Where nobody reads what is passed on, Finish does not wait for ever, the
// program ends, and everything arrives and is recorded in the end.
func testHeldUp(t *testing.T, s *stage) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command("much", "MUCH=96000")
	cmd.Stdout = w
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the program took %v", took)
	}
	data, err := io.ReadAll(r)
	equal(t, "bytes that arrived", len(data), 96_000)
	run := s.only(t)
	equal(t, "status", run.Status(), recorder.Succeeded)
	equal(t, "bytes that are recorded", len(recorded(t, run, "stdout")), 96_000)
}

// On a full disk the program goes on and its output arrives; with room again
// the run is sealed, and says what is missing.
func testFullOutputDisk(t *testing.T, s *stage) {
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	gitstoretest.Git(t, dir, "init", "-q")
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	other := filepath.Join(t.TempDir(), "fill") // no part of the snapshot
	if err := os.Symlink(filepath.Join(dir, ".git", "fill"), other); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, make([]byte, 40<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s = &stage{bin: s.bin, dir: dir}
	with := inPipes(t, s.command("much", "MUCH=32000000"))
	equal(t, "the exit", with.code, 0)
	equal(t, "bytes that arrived", len(with.out), 32_000_000)
	if err := os.Remove(filepath.Join(dir, ".git", "fill")); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the run can be sealed", func() bool {
		r, err := open(t, dir).Recover(t.Context(), false)
		return err == nil && len(r.Sealed) == 1
	})
	r := s.only(t)
	text := recorded(t, r, "stdout")
	if len(text) < 1<<20 || !strings.HasPrefix(with.out, text[:1<<20]) {
		t.Errorf("%d bytes are recorded, which are no beginning of what was printed", len(text))
	}
	contains(t, "warnings", strings.Join(r.Info().Warnings, "\n"), "of the program's stdout could not be kept")
}

// A child that keeps the pipe holds up neither Finish nor the end of the run,
// and what it prints later arrives.
func testDaemon(t *testing.T, s *stage) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command("daemon")
	cmd.Stdout, cmd.Stderr = w, w
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > daemonWaits*time.Second {
		t.Errorf("Finish waited for the child: %v", took)
	}
	run := s.only(t)
	equal(t, "status", run.Status(), recorder.Succeeded)
	equal(t, "recorded", recorded(t, run, "stdout"), "parent\n")
	data, _ := io.ReadAll(r)
	equal(t, "shown", string(data), "parent\ndaemon\n")
}

// daemonWaits is how many seconds the child of the act daemon waits.
const daemonWaits = 3

func testDaemonAndExit(t *testing.T, s *stage) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command("daemon and exit")
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	cmd.Wait()
	ended := time.Now()
	equal(t, "the exit", cmd.ProcessState.ExitCode(), 3)
	run := s.only(t)
	if took := time.Since(ended); took > (daemonWaits-1)*time.Second {
		t.Errorf("the run was sealed %v after its program had ended", took)
	}
	equal(t, "exit code", *run.Info().ExitCode, 3)
	equal(t, "recorded", recorded(t, run, "stdout"), "parent\n")
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
		s := &stage{bin: s.bin, dir: repository(t)}
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
	waitUntil(t, "the run can be sealed", func() bool {
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
		s := &stage{bin: s.bin, dir: repository(t)}
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

// BenchmarkAddScalarCaptured is AddScalar in a program that prints, with its
// output recorded and without.
func BenchmarkAddScalarCaptured(b *testing.B) {
	s := newStage(b)
	for name, env := range map[string]string{"captured": "NONE=1", "alone": "ALONE=1"} {
		b.Run(name, func(b *testing.B) {
			s := &stage{bin: s.bin, dir: b.TempDir()}
			cmd := s.command("add scalars", "MUCH="+strconv.Itoa(max(b.N, 1_000_000)), env)
			with := inPipes(b, cmd)
			ns, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimPrefix(with.errs, "ns/op:")), 64)
			if err != nil {
				b.Fatalf("%v: %s", err, with.errs)
			}
			b.ReportMetric(ns, "ns/op")
		})
	}
}
