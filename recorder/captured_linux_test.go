package recorder_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
)

// stage is where real programs print: a repository, and a folder with exprec
// and the program of testdata/printer.
type stage struct {
	bin string
	dir string
}

// newStage builds both programs. Tests get repositories of their own.
func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{bin: t.TempDir()}
	for _, pkg := range []string{"../cmd/exprec", "./testdata/printer"} {
		cmd := exec.Command("go", "build", "-o", s.bin, pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as other tests build it: the packages are compiled once
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", pkg, err, out)
		}
	}
	return s
}

// again is the stage with another repository.
func (s *stage) again(t testing.TB) *stage {
	t.Helper()
	return &stage{bin: s.bin, dir: someRepository(t)}
}

// withPath is the environment with another search path.
func withPath(path string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PATH=") {
			env = append(env, v)
		}
	}
	return append(env, "PATH="+path)
}

// command is the printer with an act, with exprec on its PATH.
func (s *stage) command(act string, env ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, "printer"), act)
	cmd.Dir = s.dir
	cmd.Env = append(withPath(s.bin+":"+os.Getenv("PATH")), env...)
	return cmd
}

// held gives a command a stdin that is open until release is called.
func held(t testing.TB, cmd *exec.Cmd) (release func()) {
	t.Helper()
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = from
	t.Cleanup(func() { from.Close(); to.Close() })
	return func() { to.Close() }
}

// ended is how a program ended and what the terminal, or both pipes, showed.
type ended struct {
	code   int // -1 where a signal killed it
	signal syscall.Signal
	out    string
	errs   string // empty on a terminal
	took   time.Duration
}

func (e ended) how() string { return fmt.Sprint(e.code, " ", e.signal) }

func endOf(cmd *exec.Cmd) ended {
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	e := ended{code: status.ExitStatus()}
	if status.Signaled() {
		e.signal = status.Signal()
	}
	return e
}

// inPipes runs a program whose stdout and stderr are pipes, until nobody has
// them open any more.
func inPipes(t testing.TB, cmd *exec.Cmd) ended {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	_ = cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal("the program did not start")
	}
	e := endOf(cmd)
	e.out, e.errs, e.took = out.String(), errs.String(), time.Since(began)
	return e
}

// onTerminal runs a program on a terminal until it has hung up.
func onTerminal(t testing.TB, cmd *exec.Cmd) ended {
	t.Helper()
	terminal, end := openPTY(t)
	defer terminal.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = end, end, end
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end.Close()
	shown := make(chan []byte)
	go func() {
		data, _ := io.ReadAll(terminal) // ends with EIO when nobody has the terminal open
		shown <- data
	}()
	_ = cmd.Wait()
	e := endOf(cmd)
	e.took = time.Since(began)
	e.out = string(<-shown)
	return e
}

// openPTY gives both ends of a new terminal that passes output on as it is.
func openPTY(t testing.TB) (terminal, end *os.File) {
	t.Helper()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(terminal.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		end, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	mode, err := unix.IoctlGetTermios(int(end.Fd()), unix.TCGETS)
	if err == nil {
		mode.Oflag &^= unix.OPOST
		mode.Lflag &^= unix.ECHO
		err = unix.IoctlSetTermios(int(end.Fd()), unix.TCSETS, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	return terminal, end
}

// sealed waits until all runs of the project are sealed, and gives them by
// name.
func (s *stage) sealed(t *testing.T, count int) map[string]*recorder.Run {
	t.Helper()
	var named map[string]*recorder.Run
	poll.Until(t, fmt.Sprintf("%d runs are sealed", count), func() bool {
		runs, err := open(t, s.dir).Runs(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		named = map[string]*recorder.Run{}
		for _, r := range runs {
			if r.Status().Final() && r.Info().Status.Final() {
				named[r.Info().Name] = r
			}
		}
		return len(named) == count
	})
	return named
}

// only is the one run of the project, when it is sealed.
func (s *stage) only(t *testing.T) *recorder.Run {
	t.Helper()
	return s.sealed(t, 1)[""]
}

// recorded is what the record has of a stream.
func recorded(t testing.TB, r *recorder.Run, stream string) string {
	t.Helper()
	o, err := r.Output(stream)
	if err != nil {
		t.Fatal(err)
	}
	from, err := o.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	data, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// helperOf is the process that relays the output of another one.
func helperOf(t testing.TB, pid int) int {
	t.Helper()
	names, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		if fields[1] != strconv.Itoa(pid) {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		if bytes.Contains(line, []byte("output-helper")) {
			helper, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			if err != nil {
				t.Fatal(err)
			}
			return helper
		}
	}
	t.Fatalf("the process %d has no helper", pid)
	return 0
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %.300v, want %.300v", what, got, want)
	}
}

func contains(t testing.TB, what, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%s: %q does not contain %q", what, text, part)
	}
}

// lockedText is written and read by several goroutines.
type lockedText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedText) size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(l.text.Len())
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
