package recorder

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// A fetch that the disk has no room for says so and leaves nothing; with room
// it goes on.
func TestFetchOnAFullDisk(t *testing.T) {
	tm := newTeam(t, 1)
	small := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(small, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(small, syscall.MNT_DETACH) })
	gitstoretest.Git(t, small, "clone", "-q", tm.server, "clone")
	tm.dirs = append(tm.dirs, filepath.Join(small, "clone"))
	mine := tm.record(1, "mine")
	noise := make([]byte, 9<<20)
	rand.NewChaCha8([32]byte{}).Read(noise)
	e := Start(Options{Dir: tm.dirs[0], Name: "large", Quiet: true, NoOutput: true, NoSystem: true})
	gitstoretest.Write(t, e.Dir(), "files/noise", string(noise))
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	tm.push(0)
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	_, err := tm.open(1).Fetch(t.Context(), ShareOptions{})
	if err == nil || !strings.Contains(err.Error(), "room") && !strings.Contains(err.Error(), "No space left") {
		t.Errorf("the error is %v", err)
	}
	if left := must(os.ReadDir(filepath.Join(tm.dirs[1], ".git", "exprec", "wire"))); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if got := refsIn(t, tm.dirs[1]); !strings.Contains(got, mine) || strings.Contains(got, e.ID()) {
		t.Errorf("the refs are\n%s", got)
	}
	gitstoretest.Fsck(t, tm.dirs[1])
	if err := syscall.Mount("tmpfs", small, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if shared := tm.fetch(1); !slices.Equal(shared.New, []string{e.ID()}) {
		t.Errorf("with room: %+v", shared)
	}
	gitstoretest.Fsck(t, tm.dirs[1])
}
