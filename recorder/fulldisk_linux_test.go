package recorder_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// On a full disk the program goes on and Err says why the record is not whole;
// with room again the run is recovered.
func TestFullDisk(t *testing.T) {
	_, dir := smallDisk(t)
	gitstoretest.Git(t, dir, "init", "-q")
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	e := recorder.Start(recorder.Options{Dir: dir, Quiet: true})
	e.AddScalar("loss", 1, 0)
	fill(t, filepath.Join(dir, "fill"))
	for step := range 100_000 {
		e.AddScalar("loss", 2, step+1)
	}
	e.Finish()
	if e.Err() == nil {
		t.Error("Err says nothing of the full disk")
	}
	if err := os.Remove(filepath.Join(dir, "fill")); err != nil {
		t.Fatal(err)
	}
	p := open(t, dir)
	if recovery, err := p.Recover(t.Context(), false); err != nil || len(recovery.Failed) > 0 {
		t.Fatalf("recover: %+v, %v", recovery, err)
	}
	run := onlyRun(t, p)
	if !run.Status().Final() {
		t.Errorf("status %s, want a final one", run.Status())
	}
	series, err := run.Series("loss")
	if err != nil || len(series.Values) == 0 || series.Values[0] != 1 {
		t.Errorf("series %v, %v; want the value from before the disk was full", series, err)
	}
	if out := gitstoretest.Git(t, dir, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
}

// smallDisk is a repository, and in it a folder that is a disk of 2 MiB.
func smallDisk(t *testing.T) (outer, dir string) {
	t.Helper()
	outer = repository(t)
	dir = filepath.Join(outer, "small")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return outer, dir
}

// fill writes until there is no room.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, endlessZeros{}); err == nil {
		t.Fatal("the disk never became full")
	}
}

type endlessZeros struct{}

func (endlessZeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// On a full disk runs are neither pushed nor fetched, what is there stays whole,
// and with room again all comes.
func TestSharingOnAFullDisk(t *testing.T) {
	outer, dir := smallDisk(t)
	recorder.Start(recorder.Options{Dir: outer, Quiet: true}).Finish()
	gitstoretest.Git(t, dir, "init", "-q")
	gitstoretest.Git(t, dir, "remote", "add", "origin", outer)
	recorder.Start(recorder.Options{Dir: dir, Quiet: true}).Finish()
	p := open(t, dir)
	fill(t, filepath.Join(dir, "fill"))
	for _, share := range []func(context.Context, recorder.ShareOptions) (*recorder.Shared, error){p.Push, p.Fetch, p.FetchLight} {
		if _, err := share(t.Context(), recorder.ShareOptions{}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%v, want that there is no room", err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "fill")); err != nil {
		t.Fatal(err)
	}
	if fetched, err := p.Fetch(t.Context(), recorder.ShareOptions{}); err != nil || len(fetched.New) != 1 {
		t.Errorf("fetched with room: %+v, %v", fetched, err)
	}
	if out := gitstoretest.Git(t, dir, "fsck", "--strict", "--no-dangling"); out != "" {
		t.Errorf("git fsck: %s", out)
	}
}
