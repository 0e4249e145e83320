package recorder_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// grownOn makes a project with a run that was sealed by force on another
// machine, went on for 5 points, and was killed.
func grownOn(t *testing.T) (dir, id string) {
	t.Helper()
	dir = repository(t)
	d := drive(t, dir, world{})
	d.do("param lr")
	d.do("log 10")
	other := world{boot: "11111111-2222-4333-8444-555555555555", host: "gpu-3", blind: true}
	if o := recoverFrom(t, dir, "force", other); len(o.Failed) > 0 {
		t.Fatal(o)
	}
	d.do("log 5")
	d.kill()
	return dir, d.id
}

// A recovery that is killed while it makes a continuation loses nothing and
// doubles nothing, and the next one ends it.
func TestContinuingKilledAtEverySystemCall(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("strace is needed: %v", err)
	}
	dir, id := grownOn(t)
	template := filepath.Join(t.TempDir(), "repo")
	copyTree(t, dir, template)
	for call, stride := range map[string]int{"fsync": 4, "renameat": 2, "linkat": 1, "unlinkat": 3, "write": 4, "mkdirat": 1} {
		if full() {
			stride = 1
		}
		t.Run(call, func(t *testing.T) {
			for when := 1; when < 500; when += stride {
				copyTree(t, template, dir)
				unchanged := gitstoretest.Unchanged(t, dir)
				cmd := program(t, dir, "recover", "2s")
				cmd.Args = append([]string{
					strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
					"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, when), cmd.Path,
				}, cmd.Args[1:]...)
				cmd.Path = strace
				killed := cmd.Run() != nil
				if o := recoverIn(t, dir, "2s"); len(o.Failed) > 0 || len(o.Runs) != 2 {
					t.Fatalf("after %s %d: %+v", call, when, o)
				}
				checkDriven(t, dir, id, 15)
				if o := recoverIn(t, dir, ""); len(o.Failed)+len(o.Sealed)+len(o.Continued) > 0 {
					t.Fatalf("after %s %d nothing is left to do: %+v", call, when, o)
				}
				unchanged()
				if t.Failed() {
					t.Fatalf("killed at %s %d", call, when)
				}
				if !killed {
					return
				}
			}
			t.Error("the recovery never gets to its end")
		})
	}
}

// Journals that earlier versions put beside a sealed run become a run too.
func TestKeptJournalsBecomeARun(t *testing.T) {
	dir, id := grownOn(t)
	folder := filepath.Join(dir, ".git", "exprec", "runs", id)
	kept := filepath.Join(folder, "kept-20260301T120000.000000000")
	if err := os.Rename(filepath.Join(folder, "journal"), kept); err != nil {
		t.Fatal(err)
	}
	gitstoretest.Write(t, kept, "0000000000000000.bin", "this is no journal")
	if o := recoverIn(t, dir, ""); len(o.Continued) != 1 || len(o.Failed) > 0 {
		t.Fatalf("%+v", o)
	}
	checkDriven(t, dir, id, 15)
	left, err := os.ReadDir(kept)
	if err != nil || len(left) != 1 {
		t.Errorf("what is no journal should stay: %v, %v", left, err)
	}
	if o := recoverIn(t, dir, ""); len(o.Continued)+len(o.Failed) != 0 {
		t.Errorf("a second time: %+v", o)
	}
}
