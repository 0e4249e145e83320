package gitstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// crashStep is how many calls a sweep goes on at a time: with EXPREC_CRASH=full
// it stops at every one.
func crashStep() int {
	if os.Getenv("EXPREC_CRASH") == "full" {
		return 1
	}
	return 6
}

// crashRepo makes the repository that a sweep starts from each time: a user's
// commit, a loose run and a packed one.
func crashRepo(t *testing.T) string {
	t.Helper()
	dir := gitstoretest.Init(t, "--template=")
	gitstoretest.Write(t, dir, "train.py", "print()\n")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-q", "-m", "first")
	for _, ref := range []string{packedRun, looseRun} {
		if err := helperCommit(dir, ref, gitstore.Hash{}); err != nil {
			t.Fatal(err)
		}
		if ref == packedRun {
			gitstoretest.Git(t, dir, "pack-refs", "--all")
		}
	}
	gitstoretest.Git(t, dir, "update-ref", "refs/other/x", "HEAD")
	return dir
}

const (
	newRun    = "refs/exprec/11111111-0f5c-4f0c-9d49-5b1d4d1c2f10"
	looseRun  = "refs/exprec/22222222-0f5c-4f0c-9d49-5b1d4d1c2f10"
	packedRun = "refs/exprec/33333333-0f5c-4f0c-9d49-5b1d4d1c2f10"
	laterRun  = "refs/exprec/44444444-0f5c-4f0c-9d49-5b1d4d1c2f10"
)

// clone gives a copy of the repository as it is.
func clone(t *testing.T, dir string) string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "repo")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return copied
}

// jobs are what is killed, each with the ref it is about and with what must
// hold of that ref before and after.
func crashJobs() map[string]string {
	return map[string]string{
		"create": newRun, "update": looseRun, "update packed": packedRun, "delete": looseRun, "delete packed": packedRun,
	}
}

func TestKilledAtEveryCallTheRefIsAbsentOrWhole(t *testing.T) {
	template := crashRepo(t)
	for name, ref := range crashJobs() {
		t.Run(name, func(t *testing.T) {
			job, _, _ := strings.Cut(name, " ")
			all := &tracer{}
			dir := clone(t, template)
			if code := all.run(t, helper(t, job+" "+dir+" "+ref)); code != helperDone || len(all.calls) < 6 {
				t.Fatalf("the helper ends with %d after %q", code, all.calls)
			}
			after := refValue(t, dir, ref)
			before := refValue(t, template, ref)
			seen := map[string]bool{}
			for at := 1; at <= len(all.calls); at += crashStep() {
				dir := clone(t, template)
				tr := &tracer{killAt: at}
				tr.run(t, helper(t, job+" "+dir+" "+ref))
				now := refValue(t, dir, ref)
				if now != before && now != after {
					t.Errorf("killed at call %d (%s) the ref is %q, not %q or %q", at, all.calls[at-1], now, before, after)
				}
				seen[now] = true
				checkAfterCrash(t, dir, ref)
			}
			if crashStep() == 1 && !seen[before] || len(seen) == 0 {
				t.Errorf("the kills left only %v", seen)
			}
		})
	}
}

// refValue is what git says a ref stands for, "" where there is none.
func refValue(t *testing.T, dir, ref string) string {
	t.Helper()
	out, err := gitstoretest.Run(dir, "", "for-each-ref", "--format=%(objectname)", ref)
	if err != nil || strings.Contains(out, "broken") {
		t.Errorf("git for-each-ref: %v %s", err, out)
	}
	return strings.TrimSpace(out)
}

// checkAfterCrash proves that nothing is broken, and that the next commit
// removes what was left.
func checkAfterCrash(t *testing.T, dir, ref string) {
	t.Helper()
	gitstoretest.Fsck(t, dir)
	checkRun(t, dir, ref)
	makeOld(t, dir)
	if err := helperCommit(dir, laterRun, gitstore.Hash{}); err != nil {
		t.Errorf("the next commit fails: %v", err)
	}
	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("after the next commit there are still %q", left)
	}
	s := open(t, dir)
	for _, run := range []string{ref, laterRun} {
		if checkRun(t, dir, run) {
			tip, _ := s.Ref(run)
			if err := helperCommit(dir, run, tip); err != nil {
				t.Errorf("a commit on %s fails: %v", run, err)
			}
		}
	}
	if other := refValue(t, dir, "refs/other/x"); other == "" {
		t.Error("a ref of somebody else is gone")
	}
	gitstoretest.Fsck(t, dir)
}

// makeOld gives every file in the git directory an old time, as if the crash
// had been a while ago.
func makeOld(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	walkGit(t, dir, func(file string) { os.Chtimes(file, old, old) })
}

// leftovers are the files that only a commit at work should have.
func leftovers(t *testing.T, dir string) (left []string) {
	t.Helper()
	walkGit(t, dir, func(file string) {
		name := filepath.Base(file)
		end := filepath.Ext(name)
		if end == ".lock" || end == ".keep" || end == ".new" || strings.HasPrefix(name, "exprec-") ||
			filepath.Base(filepath.Dir(file)) == "locks" || end == ".pack" && !exists(strings.TrimSuffix(file, end)+".idx") {
			left = append(left, file)
		}
	})
	return left
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

func walkGit(t *testing.T, dir string, visit func(file string)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, ".git"), func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			visit(file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A disk that is full or broken gives an error and nothing else: the ref is as
// it was or whole, and all works again when the disk does.
func TestFailingCallsAreErrorsAndHarmNothing(t *testing.T) {
	template := crashRepo(t)
	for name, ref := range crashJobs() {
		for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EIO} {
			t.Run(fmt.Sprint(name, " ", errno), func(t *testing.T) {
				job, _, _ := strings.Cut(name, " ")
				for at, calls := 1, 99; at <= calls; at += crashStep() {
					dir := clone(t, template)
					before := refValue(t, dir, ref)
					tr := &tracer{failAt: at, errno: errno}
					command := helper(t, job+" "+dir+" "+ref)
					code, said := runSaying(t, tr, command)
					calls = len(tr.calls)
					now := refValue(t, dir, ref)
					if code == helperDone && now == before {
						t.Errorf("call %d (%s) fails, the commit says nothing and is not there", at, tr.calls[at-1])
					}
					if code == helperFailed && !strings.Contains(said, errno.Error()) {
						t.Errorf("call %d fails with %v and the error is %q", at, errno, said)
					}
					if code != helperDone && code != helperFailed {
						t.Errorf("call %d (%s) fails and the helper ends with %d: %s", at, tr.calls[at-1], code, said)
					}
					checkAfterCrash(t, dir, ref)
				}
			})
		}
	}
}

// runSaying runs a traced command and gives what it said on stderr: into a
// file, since nobody but the tracer may wait for the command.
func runSaying(t *testing.T, tr *tracer, command *exec.Cmd) (code int, said string) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	command.Stderr = f
	code = tr.run(t, command)
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(text)
}

// What a ref stands for must be on the disk before the ref is, and the names
// with it: power may fail at any moment.
func TestWhatIsWrittenIsSyncedBeforeItIsNamed(t *testing.T) {
	dir := crashRepo(t)
	tr := &tracer{}
	if code := tr.run(t, helper(t, "create "+dir+" "+newRun)); code != helperDone {
		t.Fatal("the helper ends with", code)
	}
	order := []func(string) bool{
		both("fsync", ".new"), both("fsync", ".idx.new"), both("rename", ".pack"), both("rename", ".idx"),
		func(call string) bool {
			return strings.HasPrefix(call, "fsync ") && strings.HasSuffix(call, "objects/pack")
		},
		both("link", newRun+".lock"),
		func(call string) bool { return strings.HasPrefix(call, "fsync ") && strings.Contains(call, "locks/") },
		func(call string) bool { return strings.HasPrefix(call, "rename ") && strings.HasSuffix(call, newRun) },
		func(call string) bool {
			return strings.HasPrefix(call, "fsync ") && strings.HasSuffix(call, "refs/exprec")
		},
		both("unlink", ".keep"),
	}
	at := -1
	for i, step := range order {
		found := slices.IndexFunc(tr.calls, step)
		if found < 0 || i != 1 && found < at { // the two fsyncs run side by side
			t.Errorf("step %d is call %d, after %d, in\n%s", i, found, at, strings.Join(tr.calls, "\n"))
		}
		at = max(at, found)
	}
	written := map[string]bool{}
	for _, call := range tr.calls {
		name, path, _ := strings.Cut(call, " ")
		switch name {
		case "write":
			written[path] = true
		case "fsync":
			delete(written, path)
		case "rename":
			if from, _, _ := strings.Cut(path, " "); written[from] {
				t.Errorf("%s is renamed before it is synced", from)
			}
		}
	}
}

func both(name, end string) func(string) bool {
	return func(call string) bool { return strings.HasPrefix(call, name+" ") && strings.HasSuffix(call, end) }
}

func TestKilledPutLeavesNoHalfContent(t *testing.T) {
	template := crashRepo(t)
	file := filepath.Join(t.TempDir(), "large")
	content := bytes.Repeat([]byte("large"), 100_000)
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	pointer, err := open(t, clone(t, template)).LFS().Put(t.Context(), file, false)
	if err != nil {
		t.Fatal(err)
	}
	for at, calls := 1, 99; at <= calls; at++ {
		dir := clone(t, template)
		tr := &tracer{killAt: at}
		tr.run(t, helper(t, "large "+dir+" "+file))
		if calls = len(tr.calls); tr.marks > 1 {
			break
		}
		lfs := open(t, dir).LFS()
		got, err := os.ReadFile(lfs.Path(pointer))
		if !errors.Is(err, fs.ErrNotExist) && !bytes.Equal(got, content) {
			t.Errorf("killed at call %d there are %d bytes, %v", at, len(got), err)
		}
		if p, err := lfs.Put(t.Context(), file, false); err != nil || p != pointer || !lfs.Has(p) {
			t.Errorf("after that Put gives %v, %v", p, err)
		}
	}
}
