package system

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be a process that is looked at: the variable
// names one of the programs below.
func TestMain(m *testing.M) {
	if name := os.Getenv("SYSTEM_TEST_PROGRAM"); name != "" {
		map[string]func(){"burn": burn, "hold": hold, "sample": sampleForEver}[name]()
		return
	}
	os.Exit(m.Run())
}

func program(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "SYSTEM_TEST_PROGRAM="+name)
	cmd.Stderr = os.Stderr
	return cmd
}

// burned is how much processor time burn uses.
const burned = 300 * time.Millisecond

func burn() {
	for {
		var used syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &used)
		if time.Duration(used.Utime.Nano()+used.Stime.Nano()) >= burned {
			return
		}
	}
}

// held is how much memory hold takes.
const held = 64 << 20

// hold takes memory, says so, and keeps it until its input ends.
func hold() {
	memory := make([]byte, held)
	for i := range memory {
		memory[i] = byte(i)
	}
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadByte()
	runtime.KeepAlive(memory)
}

func look(t *testing.T, tr *tree) reading {
	t.Helper()
	r := reading{levels: map[string]float64{}, counters: map[string]float64{}}
	if !tr.read(r) {
		t.Fatal("the tree is gone")
	}
	return r
}

// The time of a child that came and went between two looks is counted.
func TestTimeOfAChildThatIsGone(t *testing.T) {
	tr := newTree("/proc", os.Getpid())
	before := look(t, tr).counters["cpu"]
	if err := program(t, "burn").Run(); err != nil {
		t.Fatal(err)
	}
	// The kernel counts in ticks of 10 ms, rounded down for each of the times.
	least := (burned - 30*time.Millisecond).Seconds() * 100
	if grown := look(t, tr).counters["cpu"] - before; grown < least {
		t.Errorf("the processor time grew by %.0f percent seconds, a child used %.0f", grown, least)
	}
}

// The memory of a child counts while it lives; a tree ends with its root.
func TestMemoryOfAChild(t *testing.T) {
	tr := newTree("/proc", os.Getpid())
	cmd := program(t, "hold")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(line, err)
	}
	if memory := look(t, tr).levels["memory"]; memory < held+1<<20 {
		t.Errorf("with a child that holds %d bytes the tree has %.0f", held, memory)
	}
	whole := look(t, tr).levels["memory"]
	tr.leaveOut([]int{cmd.Process.Pid})
	if memory := look(t, tr).levels["memory"]; memory > whole-held/2 {
		t.Errorf("without the child, which holds %d bytes, the tree has %.0f of %.0f", held, memory, whole)
	}
	child := newTree("/proc", cmd.Process.Pid)
	if memory := look(t, child).levels["memory"]; memory < held || memory > 4*held {
		t.Errorf("the child has %.0f bytes, it holds %d", memory, held)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if child.read(reading{levels: map[string]float64{}, counters: map[string]float64{}}) {
		t.Error("the child is gone and can still be read")
	}
}

// fakeProc is a /proc of processes that are told.
type fakeProc struct {
	*testing.T
	dir string
}

func (f fakeProc) set(pid, parent int, start uint64, ticks, pages int) {
	f.Helper()
	dir := filepath.Join(f.dir, strconv.Itoa(pid))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		f.Fatal(err)
	}
	fields := strings.Fields(strings.Repeat("0 ", 50))
	fields[statState], fields[statParent] = "S", strconv.Itoa(parent)
	fields[statTimes+1], fields[statTimes+2] = strconv.Itoa(ticks), "1"
	fields[statStart], fields[statPages] = strconv.FormatUint(start, 10), strconv.Itoa(pages)
	stat := fmt.Sprintf("%d (a) R (9 9) %s\n", pid, strings.Join(fields, " "))
	io := fmt.Sprintf("rchar: 99\nwchar: 99\nread_bytes: %d\nwrite_bytes: %d\ncancelled_write_bytes: 5\n", pid, 2*pid)
	for name, content := range map[string]string{"stat": stat, "io": io} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			f.Fatal(err)
		}
	}
}

func (f fakeProc) end(pid int) {
	f.Helper()
	if err := os.RemoveAll(filepath.Join(f.dir, strconv.Itoa(pid))); err != nil {
		f.Fatal(err)
	}
}

// An orphan stays in the tree of its dead parent, and nobody else gets in: not
// what init started, and not who got an id of the tree later.
func TestWhoBelongsToATree(t *testing.T) {
	f := fakeProc{t, t.TempDir()}
	tr := newTree(f.dir, 100)
	pages := func() float64 { t.Helper(); return look(t, tr).levels["memory"] / float64(os.Getpagesize()) }
	f.set(1, 0, 1, 0, 1)
	f.set(50, 1, 1, 0, 1)
	f.set(100, 50, 10, 7, 10)
	f.set(101, 100, 11, 0, 100)
	f.set(102, 101, 12, 0, 1000)
	f.set(103, 50, 13, 0, 1)
	if got := pages(); got != 1110 {
		t.Errorf("the tree has %.0f pages, want 1110", got)
	}
	r := look(t, tr)
	if got := r.counters["cpu"]; got != 7+3 { // and one of children each
		t.Errorf("the processor time is %.0f, want 10", got)
	}
	if in, out := r.counters["disk/read"], r.counters["disk/written"]; in != 303 || out != 606 {
		t.Errorf("read %.0f and written %.0f, want 303 and 606", in, out)
	}
	f.end(101)
	f.set(102, 1, 12, 0, 1000)
	if got := pages(); got != 1010 {
		t.Errorf("with an orphan the tree has %.0f pages, want 1010", got)
	}
	f.set(102, 1, 99, 0, 1000)
	if got := pages(); got != 10 {
		t.Errorf("another process with the orphan's id makes it %.0f pages, want 10", got)
	}
	// The id of one that was none of ours comes to a child of ours.
	f.set(103, 100, 200, 0, 500)
	for range forgetAfter {
		pages()
	}
	if got := pages(); got != 510 {
		t.Errorf("with a child under a known id the tree has %.0f pages, want 510", got)
	}
	f.end(100)
	if tr.read(look(t, newTree("/proc", os.Getpid()))) {
		t.Error("the root is gone and the tree can still be read")
	}
}

func TestCutStatIsNoProcess(t *testing.T) {
	for _, stat := range []string{"", "1 (x", "1 (x)", "1 (x) S 1", "1 (x) S 1 2 3 4 5 6 7 8 9"} {
		if p, ok := parseStat([]byte(stat)); ok {
			t.Errorf("%q is taken for %+v", stat, p)
		}
	}
}
