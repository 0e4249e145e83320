package system

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/internal/poll"
)

func write(t *testing.T, name, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func levels(t *testing.T, m *machine) reading {
	t.Helper()
	r := reading{levels: map[string]float64{}, counters: map[string]float64{}}
	m.read(r)
	return r
}

const netDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9000      30    0    0    0     0          0         0     9000      30    0    0    0     0       0          0
docker0: 700       0    0    0    0     0          0         0      70       0    0    0    0     0       0          0
  eth0:100      5015    0    0    0     0          0         0   10    2923    0    0    0     0       0          0
  eth1:  5         1    0    0    0     0          0         0    2       1    0    0    0     0       0          0
`

// Bytes that go through a bridge and a real device count once.
func TestNetwork(t *testing.T) {
	proc, sys := t.TempDir(), t.TempDir()
	write(t, filepath.Join(proc, "net/dev"), netDev, 0o600)
	m := newMachine(proc, sys)
	if received, sent, ok := m.network(); received != 805 || sent != 82 || !ok {
		t.Errorf("of virtual devices alone %.0f and %.0f, %v, want 805 and 82", received, sent, ok)
	}
	for _, name := range []string{"eth0", "eth1"} {
		write(t, filepath.Join(sys, "class/net", name, "device/vendor"), "", 0o600)
	}
	if received, sent, ok := m.network(); received != 105 || sent != 12 || !ok {
		t.Errorf("of real devices %.0f and %.0f, %v, want 105 and 12", received, sent, ok)
	}
	if _, _, ok := newMachine(t.TempDir(), sys).network(); ok {
		t.Error("a machine that tells nothing has a network")
	}
}

func TestMachineMemory(t *testing.T) {
	proc := t.TempDir()
	m := newMachine(proc, t.TempDir())
	if _, ok := m.memory(); ok {
		t.Error("a machine that tells nothing has memory")
	}
	write(t, filepath.Join(proc, "meminfo"), "MemTotal:  8000 kB\nMemFree:  10 kB\nMemAvailable:  3000 kB\nBuffers: 1 kB\n", 0o600)
	if used, ok := m.memory(); used != 5000*1024 || !ok {
		t.Errorf("%.0f bytes in use, %v", used, ok)
	}
	total := levels(t, newMachine("/proc", "/sys")).levels["machine/memory"]
	if total < 1<<20 || total > 1<<50 {
		t.Errorf("this machine uses %.0f bytes", total)
	}
}

func TestAMD(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	sys := t.TempDir()
	for card, content := range map[string][2]string{"card0": {"7\n", "1048576\n"}, "card2": {"100\n", "5\n"}, "card10": {"50\n", "6\n"}} {
		write(t, filepath.Join(sys, "class/drm", card, "device/gpu_busy_percent"), content[0], 0o600)
		write(t, filepath.Join(sys, "class/drm", card, "device/mem_info_vram_used"), content[1], 0o600)
	}
	write(t, filepath.Join(sys, "class/drm/card1/device/vendor"), "0x8086\n", 0o600) // another maker's
	r := levels(t, newMachine("/proc", sys))
	for name, want := range map[string]float64{
		"gpu/0/utilization": 7, "gpu/0/memory": 1048576, "gpu/1/utilization": 100, "gpu/2/utilization": 50, "gpu/2/memory": 6,
	} {
		if got, ok := r.levels[name]; got != want || !ok {
			t.Errorf("%s is %v, %v, want %v", name, got, ok, want)
		}
	}
	if len(r.levels) != 7 {
		t.Errorf("more than three devices: %v", r.levels)
	}
}

// nvidiaSMI stands for NVIDIA's program: it takes the same arguments, prints
// lines as it does, and goes on until it is killed.
const nvidiaSMI = `#!/bin/sh
echo $$ >"$FAKE_PID"
echo "$*" >"$FAKE_PID.args"
echo '0, 87, 40321'
echo '1, [N/A], 5'
echo '2, 3, 12'
exec sleep 1000
`

func fakeNvidia(t *testing.T) (pidFile string) {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "nvidia-smi"), nvidiaSMI, 0o700)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	pidFile = filepath.Join(dir, "pid")
	t.Setenv("FAKE_PID", pidFile)
	return pidFile
}

// gone reports whether the process whose id a file holds has ended.
func gone(t *testing.T, pidFile string) bool {
	t.Helper()
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := parseStat(readFile(filepath.Join("/proc", strconv.Itoa(pid), "stat")))
	return !ok || p.dead
}

func TestNvidia(t *testing.T) {
	pidFile := fakeNvidia(t)
	m := newMachine("/proc", t.TempDir())
	levels(t, m)
	poll.Until(t, "two devices", func() bool { return len(m.gpus.read()) == 2 })
	r := levels(t, m)
	for name, want := range map[string]float64{"gpu/0/utilization": 87, "gpu/0/memory": 40321 << 20, "gpu/2/utilization": 3, "gpu/2/memory": 12 << 20} {
		if got := r.levels[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if arguments, _ := os.ReadFile(pidFile + ".args"); !strings.Contains(string(arguments), "--query-gpu=index,utilization.gpu,memory.used") {
		t.Errorf("it was asked %q", arguments)
	}
	m.close()
	if !gone(t, pidFile) {
		t.Error("nvidia-smi goes on after the end")
	}
}

// sampleForEver samples until it is killed, and says when it has begun.
func sampleForEver() {
	s := New(os.Getpid(), All)
	for said := false; ; time.Sleep(5 * time.Millisecond) {
		for _, v := range s.Sample() {
			if v.Name == "gpu/0/memory" && !said {
				os.Stdout.WriteString("sampled\n")
				said = true
			}
		}
	}
}

// A process that is killed takes its nvidia-smi along.
func TestNvidiaDoesNotOutliveUs(t *testing.T) {
	pidFile := fakeNvidia(t)
	cmd := program(t, "sample")
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
	if gone(t, pidFile) {
		t.Fatal("nvidia-smi does not run")
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	poll.Until(t, "the end of nvidia-smi", func() bool { return gone(t, pidFile) })
}

// Rates count from one look to the next; what vanished does not count down.
func TestRates(t *testing.T) {
	began := time.Now()
	first := reading{at: began, levels: map[string]float64{"memory": 5}, counters: map[string]float64{"cpu": 100, "sent": 50}}
	second := reading{at: began.Add(2 * time.Second), levels: map[string]float64{"memory": 4}, counters: map[string]float64{"cpu": 500, "sent": 20, "new": 1}}
	if got := first.since(reading{}); len(got) != 1 || got[0] != (Value{"memory", 5}) {
		t.Errorf("the first look gives %v", got)
	}
	want := []Value{{"cpu", 200}, {"memory", 4}, {"sent", 0}}
	if got := second.since(first); len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}
}
