package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/exprec/exprec/internal/poll"
)

// holdLock takes the lock as a writer does and keeps it until its input ends.
func holdLock(args []string) error {
	l, err := LockShared(args[0])
	if err != nil {
		return err
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	return l.Unlock()
}

// sealRace is one of many writers that end at the same moment: the last one
// seals, by adding a line to the record.
func sealRace(args []string) error {
	lock, record := args[0], args[1]
	l, err := LockShared(lock)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	last, err := Upgrade(l)
	if err != nil || !last {
		return err
	}
	f, err := os.OpenFile(record, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	fmt.Fprintln(f, os.Getpid())
	if err := errors.Join(f.Close(), l.MarkSealed()); err != nil {
		return err
	}
	return l.Unlock()
}

// TestTwentyRaceToSeal: of 20 processes that end together exactly one seals.
func TestTwentyRaceToSeal(t *testing.T) {
	for range 5 {
		folder := t.TempDir()
		lock, record := filepath.Join(folder, "lock"), filepath.Join(folder, "record")
		var all []*exec.Cmd
		var inputs []io.WriteCloser
		for range 20 {
			cmd := child(t, "seal", lock, record)
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
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
				t.Fatal(line, err)
			}
			all, inputs = append(all, cmd), append(inputs, in)
		}
		for _, in := range inputs {
			in.Close()
		}
		for _, cmd := range all {
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		}
		text, err := os.ReadFile(record)
		if err != nil {
			t.Fatalf("nobody sealed: %v", err)
		}
		if n := strings.Count(string(text), "\n"); n != 1 {
			t.Errorf("%d processes sealed", n)
		}
		if _, err := LockShared(lock); !errors.Is(err, ErrSealed) {
			t.Errorf("joining a sealed run gave %v, want ErrSealed", err)
		}
		if _, _, err := TryLockExclusive(lock); !errors.Is(err, ErrSealed) {
			t.Errorf("sealing a sealed run gave %v, want ErrSealed", err)
		}
	}
}

// TestLookingDisturbsNobody: 20,000 starts beside a checker that never stops.
func TestLookingDisturbsNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := LockShared(path)
	if err != nil {
		t.Fatal(err)
	}
	first.Unlock()
	var stop atomic.Bool
	var looks atomic.Int64
	var checkers sync.WaitGroup
	for range 2 {
		checkers.Go(func() {
			for !stop.Load() {
				if _, err := Alive(path); err != nil {
					t.Error(err)
					return
				}
				looks.Add(1)
			}
		})
	}
	for i := range 20_000 {
		take := LockShared
		if i%2 == 1 {
			take = func(path string) (*Lock, error) {
				l, ok, err := TryLockExclusive(path)
				if err == nil && !ok {
					err = errors.New("somebody else held it")
				}
				return l, err
			}
		}
		l, err := take(path)
		if err != nil {
			t.Fatalf("start %d failed: %v", i, err)
		}
		l.Unlock()
	}
	stop.Store(true)
	checkers.Wait()
	if looks.Load() == 0 {
		t.Error("nobody looked")
	}
}

func mustAlive(t *testing.T, path string, want bool) {
	t.Helper()
	poll.Until(t, fmt.Sprintf("Alive gives %v", want), func() bool {
		got, err := Alive(path)
		return err == nil && got == want
	})
}

// TestChildDoesNotInherit: a program that a writer started and that outlives
// it does not keep the run alive.
func TestChildDoesNotInherit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	l, err := LockShared(path)
	if err != nil {
		t.Fatal(err)
	}
	sleep := exec.Command("sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer sleep.Wait()
	defer sleep.Process.Kill()
	mustAlive(t, path, true)
	l.Unlock()
	if alive, err := Alive(path); alive || err != nil {
		t.Errorf("Alive gave %v, %v while only a child of the writer lives", alive, err)
	}
}

// startHolder starts a process that holds the lock, as attr says.
func startHolder(t *testing.T, path string, attr *syscall.SysProcAttr) (*exec.Cmd, io.Closer) {
	t.Helper()
	cmd := child(t, "hold", path)
	cmd.SysProcAttr = attr
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
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatal(line, err)
	}
	return cmd, in
}

// TestDeathIsSeen: the kernel lets go of the lock when the process is killed.
func TestDeathIsSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	cmd, _ := startHolder(t, path, nil)
	mustAlive(t, path, true)
	if _, ok, err := TryLockExclusive(path); ok || err != nil {
		t.Errorf("the run of a living process could be sealed: %v, %v", ok, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if alive, err := Alive(path); alive || err != nil {
		t.Errorf("Alive gave %v, %v for a dead process", alive, err)
	}
}

// TestLockFileRemoved: a lock on a file that has lost its name means nothing.
func TestLockFileRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if alive, err := Alive(path); alive || err != nil {
		t.Errorf("Alive gave %v, %v without a file", alive, err)
	}
	l, err := openLock(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := l.take(func() error { return lockExclusive(l.f) }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("locking a removed file gave %v", err)
	}
}
