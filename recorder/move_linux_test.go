package recorder_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// recoverIn runs the program "recover" and gives what it did.
func recoverIn(t *testing.T, dir string, arg string) (o outcome) {
	t.Helper()
	cmd := program(t, dir, "recover", arg)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// setting is a project whose runs are kept outside of its repository, and what
// makes the repository fit for them.
type setting struct {
	name        string
	spoil, mend func(t *testing.T, dir string)
}

func settings() []setting {
	git := func(args ...string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { gitstoretest.Git(t, dir, args...) }
	}
	owner := func(uid int) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			gitstoretest.Git(t, dir, "status") // with the owner's index
			if out, err := exec.Command("chown", "-R", fmt.Sprint(uid), dir).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	}
	return []setting{
		{"asked for a private store", git("config", "exprec.store", "private"), git("config", "--unset", "exprec.store")},
		{"owned by another user", owner(12345), func(t *testing.T, dir string) {
			if out, err := exec.Command("chown", "-R", fmt.Sprint(os.Geteuid()), dir).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}},
		{"on a disk that cannot be written", func(t *testing.T, dir string) {
			if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
				t.Fatalf("mount a folder over itself (this needs root): %v", err)
			}
			t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
			if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
				t.Fatal(err)
			}
		}, func(t *testing.T, dir string) {
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Fatal(err)
			}
		}},
	}
}

// outside records two runs outside of the repository: one with a source that
// is not committed, large files and notes, and one that joins its objects. It
// gives their tips.
func outside(t *testing.T, dir string, spoil func(*testing.T, string)) map[string]string {
	t.Helper()
	large := strings.Repeat("weights\n", 3000)
	gitstoretest.Write(t, dir, "data.bin", strings.Repeat("untracked and large\n", 2000))
	spoil(t, dir)
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "exprec.lfsThreshold")
	t.Setenv("GIT_CONFIG_VALUE_0", "16k")
	for n := range 2 {
		e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Name: fmt.Sprint("run", n)})
		e.AddScalar("loss", float64(n), 1)
		f, err := e.Create("model.bin")
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(large)
		f.Close()
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
	}
	p := open(t, dir)
	run, err := p.Run(t.Context(), "run0")
	if err != nil {
		t.Fatal(err)
	}
	title := "said later"
	if err := p.Edit(t.Context(), run, recorder.Edit{Title: &title}); err != nil {
		t.Fatal(err)
	}
	return tips(t, open(t, dir))
}

func tips(t *testing.T, p *recorder.Project) map[string]string {
	t.Helper()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	tips := map[string]string{}
	for _, r := range runs {
		if r.Err() != nil {
			t.Fatalf("%s: %v", r.Short(), r.Err())
		}
		tips[r.ID()] = r.Commit().String()
	}
	return tips
}

// checkMoved checks that all is in the repository, and only there.
func checkMoved(t *testing.T, dir string, want map[string]string, large int) {
	t.Helper()
	// What only git says counts: without the private stores.
	refs := gitstoretest.Git(t, dir, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/exprec")
	got := map[string]string{}
	for line := range strings.Lines(refs + "\n") {
		if id, hash, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			got[id] = hash
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("in the repository are %v, want %v", got, want)
	}
	gitstoretest.Fsck(t, dir)
	p := open(t, dir)
	report, err := p.Check(t.Context())
	if err != nil || report.Err() != nil || report.Runs != len(want) || report.Large < large {
		t.Errorf("check: %+v, %v", report, err)
	}
	for id := range want {
		folder := filepath.Join(dir, ".git", "exprec", "runs", id)
		if data, err := os.ReadFile(filepath.Join(folder, "files", "model.bin")); err != nil || len(data) != 24000 {
			t.Errorf("its folder: %d bytes, %v", len(data), err)
		}
		if link, err := filepath.EvalSymlinks(filepath.Join(dir, ".exprec", id)); err != nil || link != folder {
			t.Errorf("its link leads to %q, %v", link, err)
		}
	}
}

// Runs that were kept outside of the repository move into it with the next
// command of the owner, under the same commits, with all that they reach.
func TestRunsMoveIntoTheRepository(t *testing.T) {
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) {
			dir := repository(t)
			want := outside(t, dir, s.spoil)
			if o := recoverIn(t, dir, "2s"); len(o.Moved) != 0 || len(o.Runs) != 2 {
				t.Fatalf("moved too early: %+v", o)
			}
			s.mend(t, dir)
			unchanged := gitstoretest.Unchanged(t, dir)
			if o := recoverIn(t, dir, "2s"); len(o.Moved) != 2 || len(o.Failed) != 0 || len(o.Runs) != 2 {
				t.Errorf("recovery: %+v", o)
			}
			checkMoved(t, dir, want, 2)
			if o := recoverIn(t, dir, "2s"); len(o.Moved) != 0 || len(o.Failed) != 0 {
				t.Errorf("a second time: %+v", o)
			}
			unchanged()
			// Nothing that the runs stand on may go with the user's next commit.
			gitstoretest.Git(t, dir, "-c", "gc.auto=0", "gc", "-q", "--prune=now")
			checkMoved(t, dir, want, 2)
		})
	}
}

// Several commands at once move the runs once, and what the private store held
// of them goes.
func TestManyMoveTheSameRuns(t *testing.T) {
	dir := repository(t)
	s := settings()[1]
	want := outside(t, dir, s.spoil)
	s.mend(t, dir)
	packs, err := filepath.Glob(filepath.Join(os.Getenv("XDG_DATA_HOME"), "exprec", "*", "store.git", "objects", "pack", "*"))
	if err != nil || len(packs) == 0 {
		t.Fatal(packs, err)
	}
	old := time.Now().Add(-time.Hour)
	for _, pack := range packs {
		if err := os.Chtimes(pack, old, old); err != nil {
			t.Fatal(err)
		}
	}
	defer gitstoretest.Unchanged(t, dir)()
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if o := recoverIn(t, dir, "20s"); len(o.Failed) > 0 || len(o.Runs) != 2 {
				t.Errorf("%+v", o)
			}
		})
	}
	all.Wait()
	if o := recoverIn(t, dir, "20s"); len(o.Failed) > 0 {
		t.Errorf("%+v", o)
	}
	checkMoved(t, dir, want, 2)
	for _, pack := range packs {
		if _, err := os.Stat(pack); !os.IsNotExist(err) {
			t.Errorf("%s is left over: %v", pack, err)
		}
	}
}

// A folder that became a repository later takes its runs in.
func TestRunsOfAFolderMoveIntoItsRepository(t *testing.T) {
	gitstoretest.Isolate(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := t.TempDir()
	gitstoretest.Write(t, dir, "train.py", "lr = 0.3\n")
	want := outside(t, dir, func(*testing.T, string) {})
	gitstoretest.Git(t, dir, "init", "-q")
	gitstoretest.Git(t, dir, "add", "train.py")
	gitstoretest.Git(t, dir, "commit", "-qm", "Begin")
	defer gitstoretest.Unchanged(t, dir)()
	if o := recoverIn(t, dir, "2s"); len(o.Moved) != 2 || len(o.Failed) != 0 || len(o.Runs) != 2 {
		t.Errorf("recovery: %+v", o)
	}
	checkMoved(t, dir, want, 0) // a folder without a repository has no settings
}

// A move that is killed at any system call leaves each run whole, in one place
// or in both, shown once, and the next command ends it.
func TestMoveKilledAtEverySystemCall(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("strace is needed: %v", err)
	}
	for n, s := range settings() {
		dir := repository(t)
		want := outside(t, dir, s.spoil)
		s.mend(t, dir)
		xdg := os.Getenv("XDG_DATA_HOME")
		template := t.TempDir()
		copyTree(t, dir, filepath.Join(template, "repo"))
		copyTree(t, xdg, filepath.Join(template, "xdg"))
		for call, stride := range map[string]int{
			"fsync": 9, "renameat": 4, "linkat": 3, "unlinkat": 11, "write": 13, "mkdirat": 7, "symlinkat": 2,
		} {
			first := 1 + n%stride // each setting is killed at other calls
			if full() {
				first, stride = 1, 1
			}
			t.Run(s.name+"/"+call, func(t *testing.T) {
				for when := first; when < 500; when += stride {
					copyTree(t, filepath.Join(template, "repo"), dir)
					copyTree(t, filepath.Join(template, "xdg"), xdg)
					cmd := program(t, dir, "recover", "2s")
					cmd.Args = append([]string{
						strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
						"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, when), cmd.Path,
					}, cmd.Args[1:]...)
					cmd.Path = strace
					killed := cmd.Run() != nil
					if got := tips(t, open(t, dir)); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Fatalf("killed at %s %d: the runs are %v, want %v", call, when, got, want)
					}
					if o := recoverIn(t, dir, "2s"); len(o.Failed) > 0 || len(o.Runs) != 2 {
						t.Fatalf("after %s %d: %+v", call, when, o)
					}
					checkMoved(t, dir, want, 2)
					if !killed {
						return
					}
				}
				t.Error("the move never gets to its end")
			})
		}
	}
}

// copyTree makes a folder the copy of another one.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
