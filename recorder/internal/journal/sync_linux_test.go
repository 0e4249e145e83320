package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const syncPoints = 5000

// syncAndSay logs, syncs and says so, under strace.
func syncAndSay(args []string) error {
	w, err := create(args[0], newHeader(), args[1] == "direct")
	if err != nil {
		return err
	}
	id := w.Series("loss")
	for i := range int64(syncPoints) {
		w.Scalar(id, float64(i), i)
	}
	if err := w.Sync(); err != nil {
		return err
	}
	_, err = os.Stdout.WriteString("acknowledged\n")
	return err
}

// TestSyncOrder: before Sync returns, the file, its folder and its folder's
// folder were synced.
func TestSyncOrder(t *testing.T) {
	for _, mode := range []string{"mapped", "direct"} {
		run, trace := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "trace")
		cmd := exec.Command("strace", "-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,write", os.Args[0], filepath.Join(run, "journal"), mode)
		cmd.Env = append(os.Environ(), childVariable+"=sync")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		before, _, ok := strings.Cut(string(text), `"acknowledged\n"`)
		if !ok {
			t.Fatal("nothing was acknowledged")
		}
		for _, want := range []string{regexp.QuoteMeta(run) + `/journal/[0-9a-f]{16}\.bin`, regexp.QuoteMeta(run) + `/journal`, regexp.QuoteMeta(run)} {
			if !regexp.MustCompile(`(fsync|fdatasync)\(\d+<` + want + `>`).MatchString(before) {
				t.Errorf("%s: %s was not synced before Sync returned:\n%s", mode, want, before)
			}
		}
	}
}

// syncAndSpin logs onto a disk of its own, syncs, says so, and goes on logging
// until it is told to end.
func syncAndSpin(args []string) error {
	image, disk := args[0], filepath.Join(filepath.Dir(args[0]), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if out, err := exec.Command("mount", "-o", "loop", image, disk).CombinedOutput(); err != nil {
		return fmt.Errorf("cannot mount: %w: %s", err, out)
	}
	defer exec.Command("umount", disk).Run()
	w, err := create(filepath.Join(disk, "run", "journal"), newHeader(), args[1] == "direct")
	if err != nil {
		return err
	}
	id := w.Series("loss")
	for i := range int64(syncPoints) {
		w.Scalar(id, float64(i), i)
	}
	if err := w.Sync(); err != nil {
		return err
	}
	for i := range int64(syncPoints) {
		w.Scalar(id, float64(syncPoints+i), syncPoints+i)
	}
	fmt.Println("acknowledged")
	bufio.NewReader(os.Stdin).ReadString('\n')
	return w.Close()
}

// TestPowerLoss is promise P2 on a real file system: a copy of the disk, taken
// after Sync and without unmounting, is what a power cut leaves; all that was
// acknowledged is on it.
func TestPowerLoss(t *testing.T) {
	for _, mode := range []string{"mapped", "direct"} {
		folder := t.TempDir()
		image, copied := filepath.Join(folder, "image"), filepath.Join(folder, "copied")
		mustRun(t, "truncate", "-s", "16M", image)
		mustRun(t, "mkfs.ext4", "-q", "-F", image)
		cmd := child(t, "power", image, mode)
		inOwnMounts(cmd)
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
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || line != "acknowledged\n" {
			t.Fatalf("the child said %q, %v", line, err)
		}
		mustRun(t, "cp", image, copied)
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		readAfterPowerLoss(t, folder, copied, mode)
	}
}

// readAfterPowerLoss mounts the copied disk, replaying its own journal as a
// computer does when it starts again.
func readAfterPowerLoss(t *testing.T, folder, copied, mode string) {
	t.Helper()
	again := filepath.Join(folder, "again")
	if err := os.Mkdir(again, 0o700); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "mount", "-o", "loop", copied, again)
	defer mustRun(t, "umount", again)
	names, err := filepath.Glob(filepath.Join(again, "run", "journal", "*.bin"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: journals %v, %v", mode, names, err)
	}
	frames, _ := readDamaged(names[0])
	if len(frames) < syncPoints+1 {
		t.Fatalf("%s: %d frames are left, %d were acknowledged", mode, len(frames), syncPoints+1)
	}
	for i, f := range frames[1:] {
		if f.Step != int64(i) || f.Value != float64(i) {
			t.Fatalf("%s: frame %d is %+v", mode, i+1, f)
		}
	}
}

func mustRun(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}
