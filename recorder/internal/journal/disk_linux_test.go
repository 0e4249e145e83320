package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inOwnMounts makes a child's mounts its own: they go when it ends. Who is not
// root becomes so in a namespace.
func inOwnMounts(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
	}
}

// TestFullDisk is D6: on a full disk the program goes on, what finds no room
// is counted and told of, and recording goes on when space returns.
func TestFullDisk(t *testing.T) {
	for _, mode := range []string{"mapped", "direct"} {
		t.Run(mode, func(t *testing.T) {
			cmd := child(t, "full", t.TempDir(), mode)
			inOwnMounts(cmd)
			out, err := cmd.Output()
			if err != nil || !strings.Contains(string(out), "recovered") {
				t.Errorf("the child ended with %v and said %q", err, out)
			}
		})
	}
}

// fillDisk runs in the child of TestFullDisk.
func fillDisk(args []string) error {
	folder, mode := args[0], args[1]
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=2m"); err != nil {
		return fmt.Errorf("cannot mount a small disk: %w", err)
	}
	ballast := filepath.Join(folder, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		return err
	}
	w, err := create(filepath.Join(folder, "journal"), newHeader(), mode == "direct")
	if err != nil {
		return err
	}
	id := w.Series("loss")
	i := int64(0)
	for ; w.Dropped() < 1000; i++ {
		w.Scalar(id, float64(i), i)
	}
	w.Scalar(w.Series("named while full"), 1, 1)
	if err := w.Err(); !errors.Is(err, ErrFull) {
		return fmt.Errorf("Err is %v, want ErrFull", err)
	}
	if err := w.Sync(); !errors.Is(err, ErrFull) {
		return fmt.Errorf("Sync gave %v although frames were dropped", err)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	before := w.Dropped()
	for deadline := time.Now().Add(30 * time.Second); w.Dropped() > before-1; i++ {
		before = w.Dropped() + 1
		w.Scalar(id, float64(i), i)
		if w.Dropped() < before {
			break
		}
		if time.Now().After(deadline) {
			return errors.New("recording did not go on when space returned")
		}
		time.Sleep(time.Millisecond)
	}
	late := w.Series("named while full")
	w.Scalar(late, 2, 2)
	w.Append(End, []byte("end"))
	dropped := w.Dropped()
	if err := w.Close(); !errors.Is(err, ErrFull) {
		return fmt.Errorf("Close gave %v, want ErrFull", err)
	}
	return checkGap(w.Path(), dropped, i)
}

// checkGap reads what fillDisk wrote: a prefix, a frame that counts what is
// missing, and the rest.
func checkGap(path string, dropped uint64, last int64) error {
	r, err := Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	next, gap, named, ended := int64(0), uint64(0), 0, false
	for {
		f, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		name, _ := r.Name(f.Series)
		switch {
		case f.Kind == Gap:
			gap = binary.LittleEndian.Uint64(f.Payload)
		case f.Kind == End:
			ended = true
		case f.Kind == Scalar && name == "named while full":
			named++
		case f.Kind == Scalar && f.Value != float64(f.Step):
			return fmt.Errorf("step %d has value %v", f.Step, f.Value)
		case f.Kind == Scalar && gap == 0 && f.Step != next:
			return fmt.Errorf("step %d, want %d: lost before the disk was full", f.Step, next)
		case f.Kind == Scalar:
			next = f.Step + 1
		}
	}
	if gap != dropped || !ended || named == 0 || next != last+1 {
		return fmt.Errorf("gap of %d (%d dropped), end %v, %d values named late, last step %d of %d", gap, dropped, ended, named, next-1, last)
	}
	fmt.Println("recovered")
	return nil
}

// devFull is a file on which writing finds no room, cutting works.
type devFull struct{ *os.File }

func (d devFull) Truncate(int64) error           { return nil }
func (d devFull) Seek(int64, int) (int64, error) { return math.MaxInt64, nil }

// TestDeviceFull: each write fails as it does on a full disk.
func TestDeviceFull(t *testing.T) {
	w := newWriter(t, true)
	id := w.Series("loss")
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	w.mu.Lock()
	out := w.out.(*direct)
	file := out.f
	out.f = devFull{full}
	w.mu.Unlock()
	for i := range 100 {
		w.Scalar(id, 1, int64(i))
	}
	if w.Dropped() != 100 || !errors.Is(w.Err(), ErrFull) || !errors.Is(w.Err(), unix.ENOSPC) {
		t.Errorf("%d dropped, Err %v", w.Dropped(), w.Err())
	}
	w.mu.Lock()
	out.f = file
	w.retry = 0
	w.mu.Unlock()
	w.Scalar(id, 1, 100)
	if w.Dropped() != 100 {
		t.Errorf("%d dropped after space came back", w.Dropped())
	}
	if frames := readAll(t, w.Path()); len(frames) != 3 || frames[1].Kind != Gap || frames[2].Step != 100 {
		t.Errorf("frames %+v", frames)
	}
}
