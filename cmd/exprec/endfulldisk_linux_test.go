package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// On a full disk the program ends as it does without Exprec and shows all that
// it prints; with room again the run has an end and the last that there was
// room for.
func testFullDisk(t *testing.T, bin string) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	for _, mode := range []mode{alone, helped, inside} {
		for _, terminal := range []bool{false, true} {
			c := &endTrial{endCase: endCase{how: "full disk"}, mode: mode, terminal: terminal, bin: bin}
			t.Run(c.String(), func(t *testing.T) {
				dir := smallDisk(t)
				defer gitstoretest.Unchanged(t, dir)()
				c.run(t, dir)
				if c.code != 0 {
					t.Errorf("exit code %d: %.400q", c.code, c.shown)
				}
				// On a terminal what exprec itself says may come amid a line, or
				// a line amid that, which then goes with it here.
				amid := 0
				if terminal {
					amid = strings.Count(c.shown, "exprec: ")
				}
				shown := ownWords.ReplaceAllString(c.shown, "")
				for _, words := range []string{"first words\n", "last words\n", "step 0\n", "step 9999\n"} {
					if !strings.Contains(shown, words) {
						t.Errorf("%q was not shown", words)
					}
				}
				if n := strings.Count(shown, "\nstep "); n > 10_000 || n < 10_000-amid {
					t.Errorf("%d of 10,000 lines were shown", n)
				}
				if err := os.Remove(filepath.Join(dir, "fill")); err != nil {
					t.Fatal(err)
				}
				runs := endedRuns(t, dir)
				if run := runs[c.String()]; run == nil || !run.Status().Final() {
					t.Fatalf("no ended run, but %v", runs)
				}
				gitstoretest.Fsck(t, dir)
			})
		}
	}
}

var ownWords = regexp.MustCompile(`exprec: .*\n`)

// smallDisk is a repository on a file system of 4 MB: this needs root.
func smallDisk(t *testing.T) string {
	t.Helper()
	gitstoretest.Isolate(t)
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", 4<<20)); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	gitstoretest.Git(t, dir, "init", "-q")
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	gitstoretest.Write(t, dir, ".gitignore", "fill\n")
	return dir
}
