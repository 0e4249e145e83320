package journal

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/internal/poll"
)

// parts are what child processes do in the tests of this package.
func parts() map[string]func([]string) error {
	return map[string]func([]string) error{
		"log":   logForever,
		"full":  fillDisk,
		"seal":  sealRace,
		"hold":  holdLock,
		"world": tellWorld,
		"sync":  syncAndSay,
		"power": syncAndSpin,
	}
}

const killGoroutines = 3

// counters maps a file of acknowledged counts, one for each goroutine, which
// outlives the process that stores them.
func counters(path string) ([]uint64, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Truncate(4096); err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(&mem[0])), 4096/8), nil
}

// logForever logs until it is killed: each goroutine values of its own series,
// value = step, and now and then a payload that tells both.
func logForever(args []string) error {
	folder, mode := args[0], args[1]
	acknowledged, err := counters(filepath.Join(folder, "acknowledged"))
	if err != nil {
		return err
	}
	w, err := create(filepath.Join(folder, "journal"), newHeader(), mode == "direct")
	if err != nil {
		return err
	}
	for g := range killGoroutines {
		go func() {
			id := w.Series(fmt.Sprint("series ", g))
			for i := int64(0); ; i++ {
				if i%1000 == 999 {
					w.Append(Parameter, payloadOf(g, i))
				} else {
					w.Scalar(id, float64(i), i)
				}
				atomic.StoreUint64(&acknowledged[g], uint64(i+1))
			}
		}()
	}
	select {}
}

func payloadOf(g int, i int64) []byte {
	return bytes.Repeat([]byte(fmt.Sprintf("%d %d;", g, i)), 1+int(i/1000)%700)
}

// TestKill is promise P1: what was acknowledged before SIGKILL is there, as a
// contiguous prefix, and a reader beside the writer never saw anything else.
func TestKill(t *testing.T) {
	rounds, longest := 40, 60
	if os.Getenv("EXPREC_CRASH") == "full" {
		rounds, longest = 300, 200
	}
	total := int64(0)
	for round := range rounds {
		mode := "mapped"
		if round%4 == 3 {
			mode = "direct"
		}
		total += killOnce(t, mode, time.Duration(1+rand.IntN(longest))*time.Millisecond)
	}
	t.Logf("%d rounds, %d frames", rounds, total)
	if total < int64(rounds) {
		t.Errorf("only %d frames were logged in %d rounds", total, rounds)
	}
}

func killOnce(t *testing.T, mode string, after time.Duration) int64 {
	t.Helper()
	folder := t.TempDir()
	acknowledged, err := counters(filepath.Join(folder, "acknowledged"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := child(t, "log", folder, mode)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var follower sync.WaitGroup
	dead := make(chan struct{})
	path := waitForJournal(t, folder)
	follower.Go(func() { follow(t, path, dead) })
	time.Sleep(after)
	cmd.Process.Signal(syscall.SIGKILL)
	cmd.Wait()
	close(dead)
	follower.Wait()

	found := countFrames(t, path)
	sum := int64(0)
	for g, n := range found {
		if want := int64(atomic.LoadUint64(&acknowledged[g])); n < want {
			t.Errorf("%s: goroutine %d: %d frames acknowledged, %d recovered", mode, g, want, n)
		}
		sum += n
	}
	if err := unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(&acknowledged[0])), 4096)); err != nil {
		t.Error(err)
	}
	return sum
}

// waitForJournal waits until the child has begun its journal.
func waitForJournal(t *testing.T, folder string) string {
	t.Helper()
	var names []string
	poll.Until(t, "the child begins a journal", func() bool {
		var err error
		if names, err = filepath.Glob(filepath.Join(folder, "journal", "*.bin")); err != nil {
			t.Fatal(err)
		}
		if len(names) != 1 {
			return false
		}
		r, err := Open(names[0])
		if err == nil {
			r.Close()
		}
		return err == nil
	})
	return names[0]
}

// follow reads a growing journal as fast as it can.
func follow(t *testing.T, path string, dead <-chan struct{}) {
	c := newCounter(t)
	r, err := Open(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	for {
		select {
		case <-dead:
			return
		default:
		}
		f, err := r.Next()
		if err == io.EOF {
			continue
		}
		if err != nil {
			t.Errorf("a reader beside the writer saw: %v", err)
			return
		}
		c.add(r, f)
	}
}

func countFrames(t *testing.T, path string) []int64 {
	t.Helper()
	c := newCounter(t)
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		f, err := r.Next()
		if err == io.EOF {
			return c.next
		}
		if err != nil {
			t.Fatal(err)
		}
		c.add(r, f)
	}
}

// counter checks that the frames of logForever come in order and unchanged.
type counter struct {
	t    *testing.T
	next []int64
}

func newCounter(t *testing.T) *counter { return &counter{t: t, next: make([]int64, killGoroutines)} }

func (c *counter) add(r *Reader, f Frame) {
	c.t.Helper()
	switch f.Kind {
	case Series:
		return
	case Scalar:
		name, _ := r.Name(f.Series)
		g, err := strconv.Atoi(name[len("series "):])
		if err != nil || f.Step != c.next[g] || f.Value != float64(f.Step) {
			c.t.Errorf("%s: got step %d value %v, want step %d", name, f.Step, f.Value, c.next[g])
		}
		c.next[g] = f.Step + 1
	case Parameter:
		var g int
		var i int64
		if _, err := fmt.Sscanf(string(f.Payload), "%d %d;", &g, &i); err != nil {
			c.t.Errorf("payload %.40q: %v", f.Payload, err)
			return
		}
		if i != c.next[g] || !bytes.Equal(f.Payload, payloadOf(g, i)) {
			c.t.Errorf("goroutine %d: got payload %d, want %d", g, i, c.next[g])
		}
		c.next[g] = i + 1
	default:
		c.t.Errorf("a frame of kind %d that nobody wrote", f.Kind)
	}
}
