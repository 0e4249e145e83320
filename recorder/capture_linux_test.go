package recorder_test

import (
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
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// TestCapture records real programs that print and end in every way.
func TestCapture(t *testing.T) {
	s := newStage(t)
	isolate(t)
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
			t.Parallel()
			s := s.again(t)
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
				t.Parallel()
				s := s.again(t)
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
	s = s.again(t)
	gitstoretest.Git(t, s.dir, "config", "exprec.maxOutputSize", "1m")
	size := 20_000_000
	if full() {
		size = 100_000_000
	}
	with := inPipes(t, s.command("much", "MUCH="+strconv.Itoa(size)))
	without := inPipes(t, s.command("much", "MUCH="+strconv.Itoa(size), "EXPREC=off"))
	equal(t, "the bytes are the same", with.out == without.out, true)
	t.Logf("took %v, without recording %v", with.took, without.took)
	r := s.only(t)
	o, err := r.Output("stdout")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "size", o.Size, int64(size))
	text := recorded(t, r, "stdout")
	if len(text) > 1<<20+100 || !strings.HasPrefix(text, with.out[:1<<19]) || !strings.HasSuffix(text, with.out[size-1<<18:]) {
		t.Errorf("%d bytes are kept, and not the first half and the last quarter of the limit", len(text))
	}
}

func testBytes(t *testing.T, s *stage) {
	for _, act := range []string{"binary", "endless line", "children"} {
		s := s.again(t)
		with := inPipes(t, s.command(act))
		without := inPipes(t, s.command(act, "EXPREC=off"))
		r := s.only(t)
		equal(t, act+": shown", with.out+with.errs, without.out+without.errs)
		equal(t, act+": recorded", recorded(t, r, "stdout")+recorded(t, r, "stderr"), without.out+without.errs)
	}
}

// A stdout that does not wait stays one, and loses nothing.
func testNonblocking(t *testing.T, s *stage) {
	for _, path := range []string{s.bin + ":" + os.Getenv("PATH"), "/usr/bin:/bin"} {
		s := s.again(t)
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
		s := s.again(t)
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
	if err != nil {
		t.Error(err)
	}
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
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=32m"); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	gitstoretest.Git(t, dir, "init", "-q")
	gitstoretest.Git(t, dir, "config", "exprec.maxOutputSize", "32m") // more than there is room for
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	other := filepath.Join(t.TempDir(), "fill") // no part of the snapshot
	if err := os.Symlink(filepath.Join(dir, ".git", "fill"), other); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, make([]byte, 20<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s = &stage{bin: s.bin, dir: dir}
	with := inPipes(t, s.command("much", "MUCH=16000000"))
	equal(t, "the exit", with.code, 0)
	equal(t, "bytes that arrived", len(with.out), 16_000_000)
	if err := os.Remove(filepath.Join(dir, ".git", "fill")); err != nil {
		t.Fatal(err)
	}
	poll.Until(t, "the run can be sealed", func() bool {
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
