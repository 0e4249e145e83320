package system

import (
	"bufio"
	"context"
	"io"
	"maps"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// nvidiaStale is how old a line of nvidia-smi may be: it prints one a
	// device every 5 s.
	nvidiaStale = 15 * time.Second
	// nvidiaPatience is how long the end of nvidia-smi is waited for: a driver
	// that hangs keeps even a killed process.
	nvidiaPatience = time.Second
)

// nvidia is nvidia-smi, started once: it takes most of a second to begin.
type nvidia struct {
	stop  context.CancelFunc
	ended chan struct{}

	mu     sync.Mutex
	latest map[int]gpu
	heard  time.Time
}

// startNvidia is nil where there is no nvidia-smi.
func startNvidia() *nvidia {
	path, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	n := &nvidia{stop: stop, ended: make(chan struct{}), latest: map[int]gpu{}}
	go n.listen(ctx, path)
	return n
}

// listen runs nvidia-smi until ctx ends. The kernel kills it when the thread
// that started it ends: so this goroutine keeps its thread, and nvidia-smi
// goes with the process even when that is killed.
func (n *nvidia) listen(ctx context.Context, path string) {
	defer close(n.ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command := exec.CommandContext(ctx, path, "--query-gpu=index,utilization.gpu,memory.used", "--format=csv,noheader,nounits", "-l", "5")
	command.Env = append(command.Environ(), "LC_ALL=C")
	// A session of its own: ^C on the terminal is not for it.
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	out, err := command.StdoutPipe()
	if err != nil || command.Start() != nil {
		return
	}
	n.take(out)
	n.stop() // so that one that closed its output does not stay
	command.Wait()
}

// take keeps the latest line of each device.
func (n *nvidia) take(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		g, ok := parseNvidia(lines.Text())
		if !ok {
			continue
		}
		n.mu.Lock()
		n.latest[g.number], n.heard = g, time.Now()
		n.mu.Unlock()
	}
}

// parseNvidia reads "number, percent, MiB"; "[N/A]" stands for what a device
// cannot tell.
func parseNvidia(line string) (gpu, bool) {
	fields := strings.Split(line, ",")
	if len(fields) != 3 {
		return gpu{}, false
	}
	number, nerr := strconv.Atoi(strings.TrimSpace(fields[0]))
	percent, perr := strconv.ParseFloat(strings.TrimSpace(fields[1]), 64)
	mebibytes, merr := strconv.ParseFloat(strings.TrimSpace(fields[2]), 64)
	ok := nerr == nil && perr == nil && merr == nil && number >= 0
	return gpu{number: number, utilization: percent, memory: mebibytes * (1 << 20)}, ok
}

func (n *nvidia) read() []gpu {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.heard) > nvidiaStale {
		return nil
	}
	return slices.Collect(maps.Values(n.latest))
}

func (n *nvidia) close() {
	n.stop()
	select {
	case <-n.ended:
	case <-time.After(nvidiaPatience):
	}
}
