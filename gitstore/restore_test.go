package gitstore

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// recorded makes a repository, commits a snapshot of it, and then changes the
// work tree in every way that a restore has to deal with.
func recorded(t testing.TB) (dir string, source Hash) {
	t.Helper()
	dir = gitstoretest.New(t)
	gitstoretest.Write(t, dir, "folder/becomes/file", "1")
	gitstoretest.Write(t, dir, "file-becomes-folder", "2")
	check(t, os.Symlink("run.sh", filepath.Join(dir, "link2")))
	s := takeSnapshot(t, dir, SnapshotOptions{})
	commitSnapshot(t, dir, "refs/exprec/recorded", s)

	gitstoretest.Write(t, dir, "train.py", "print('edited since')\n")
	gitstoretest.Write(t, dir, "src/later.py", "made since\n")
	gitstoretest.Write(t, dir, "debug.log", "ignored, and changed since\n")
	check(t, os.Remove(filepath.Join(dir, "new.txt")))
	check(t, os.Chmod(filepath.Join(dir, "run.sh"), 0o644))
	check(t, os.Remove(filepath.Join(dir, "link2")))
	gitstoretest.Write(t, dir, "link2", "no link any more")
	check(t, os.RemoveAll(filepath.Join(dir, "folder")))
	gitstoretest.Write(t, dir, "folder", "a file")
	check(t, os.Remove(filepath.Join(dir, "file-becomes-folder")))
	gitstoretest.Write(t, dir, "file-becomes-folder/x", "x")
	return dir, s.Tree
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func planRestore(t testing.TB, dir string, tree Hash, paths ...string) *RestorePlan {
	t.Helper()
	store, repo := openStore(t, dir)
	p, err := store.PlanRestore(t.Context(), repo, dir, tree, nil, paths)
	check(t, err)
	return p
}

func TestRestoreGivesTheRecordedFilesAndUndoGivesThemBack(t *testing.T) {
	dir, tree := recorded(t)
	edited := describeFolder(t, dir, []string{".git"})
	p := planRestore(t, dir, tree)
	wantWrite := []string{"file-becomes-folder", "folder/becomes/file", "link2", "new.txt", "run.sh", "train.py"}
	wantRemove := []string{"file-becomes-folder/x", "folder", "src/later.py"}
	if !slices.Equal(p.Write, wantWrite) || !slices.Equal(p.Remove, wantRemove) {
		t.Fatalf("the plan writes %q and removes %q", p.Write, p.Remove)
	}
	ref, err := p.Apply(t.Context())
	check(t, err)
	if again := takeSnapshot(t, dir, SnapshotOptions{}); again.Tree != tree {
		t.Errorf("after the restore the tree is %s, want %s", again.Tree, tree)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "debug.log")); string(data) != "ignored, and changed since\n" {
		t.Errorf("the ignored file is %q", data)
	}
	gitstoretest.Fsck(t, dir)
	store, _ := openStore(t, dir)
	report, err := store.Undo(t.Context(), dir)
	check(t, err)
	if len(report.Warnings) > 0 {
		t.Errorf("undo warns: %q", report.Warnings)
	}
	gitstoretest.Compare(t, edited, describeFolder(t, dir, []string{".git"}))
	if _, err := store.Ref(ref); !errors.Is(err, ErrNotFound) {
		t.Errorf("the saved state is still there: %v", err)
	}
	if _, err := store.Undo(t.Context(), dir); !errors.Is(err, ErrNotFound) {
		t.Errorf("a second undo gives %v, want ErrNotFound", err)
	}
}

func TestRestoreLeavesHeadAndIndexAlone(t *testing.T) {
	dir, tree := recorded(t)
	before := gitFiles(t, dir)
	_, err := planRestore(t, dir, tree).Apply(t.Context())
	check(t, err)
	gitstoretest.Compare(t, before, gitFiles(t, dir))
}

// gitFiles is what restore must not touch in the git directory.
func gitFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	return describeFolder(t, filepath.Join(dir, ".git"), []string{"objects", "exprec", "refs/exprec", "refs/exprec-undo"})
}

func TestRestoreOfPathsTouchesNothingElse(t *testing.T) {
	dir, tree := recorded(t)
	p := planRestore(t, dir, tree, "src", "new.txt")
	if !slices.Equal(p.Write, []string{"new.txt"}) || !slices.Equal(p.Remove, []string{"src/later.py"}) {
		t.Errorf("the plan writes %q and removes %q", p.Write, p.Remove)
	}
	store, repo := openStore(t, dir)
	if _, err := store.PlanRestore(t.Context(), repo, dir, tree, nil, []string{"nowhere"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a path that is nowhere gives %v, want ErrNotFound", err)
	}
	if _, err := store.PlanRestore(t.Context(), repo, dir, tree, nil, []string{"../x"}); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a path outside gives %v, want ErrUnsafe", err)
	}
}

func TestRestoreKeepsWhatChangedMeanwhile(t *testing.T) {
	dir, tree := recorded(t)
	p := planRestore(t, dir, tree)
	p.interrupt = func(at int) {
		if at == len(p.Remove)+1 {
			gitstoretest.Write(t, dir, "train.py", "saved in the editor this moment\n")
		}
	}
	if _, err := p.Apply(t.Context()); !errors.Is(err, ErrChanged) {
		t.Errorf("apply gives %v, want ErrChanged", err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "train.py")); string(data) != "saved in the editor this moment\n" {
		t.Errorf("train.py is %q", data)
	}
}

func TestUndoKeepsWhatWasEditedSince(t *testing.T) {
	dir, tree := recorded(t)
	ref, err := planRestore(t, dir, tree).Apply(t.Context())
	check(t, err)
	gitstoretest.Write(t, dir, "train.py", "edited after the restore\n")
	gitstoretest.Write(t, dir, "new.txt", "edited after the restore\n")
	store, _ := openStore(t, dir)
	report, err := store.Undo(t.Context(), dir)
	check(t, err)
	if len(report.Warnings) != 3 {
		t.Errorf("undo warns: %q", report.Warnings)
	}
	for _, name := range []string{"train.py", "new.txt"} {
		if data, _ := os.ReadFile(filepath.Join(dir, name)); string(data) != "edited after the restore\n" {
			t.Errorf("%s is %q", name, data)
		}
	}
	if got := gitstoretest.Git(t, dir, "show", ref+":before/train.py"); got != "print('edited since')" {
		t.Errorf("the saved train.py is %q", got)
	}
}

// A restore is killed after each of its steps in turn; nothing may be lost.
func TestRestoreKilledAtEveryStepCanBeUndone(t *testing.T) {
	if at := os.Getenv("EXPREC_TEST_KILL_AT"); at != "" {
		killedRestore(t, at)
	}
	dir, tree := recorded(t)
	edited := describeFolder(t, dir, []string{".git"})
	for step := 1; ; step++ {
		child := exec.Command(os.Args[0], "-test.run=^TestRestoreKilledAtEveryStepCanBeUndone$")
		child.Env = append(os.Environ(), "EXPREC_TEST_KILL_AT="+strconv.Itoa(step), "EXPREC_TEST_DIR="+dir, "EXPREC_TEST_TREE="+tree.String())
		out, err := child.CombinedOutput()
		if err == nil {
			if step < 5 {
				t.Fatalf("the restore had only %d steps", step-1)
			}
			return
		}
		if child.ProcessState.ExitCode() != 77 {
			t.Fatalf("step %d: %v\n%s", step, err, out)
		}
		store, _ := openStore(t, dir)
		report, err := store.Undo(t.Context(), dir)
		check(t, err)
		if len(report.Warnings) > 0 {
			t.Errorf("step %d: undo warns: %q", step, report.Warnings)
		}
		gitstoretest.Compare(t, edited, describeFolder(t, dir, []string{".git"}))
	}
}

func killedRestore(t *testing.T, at string) {
	step, err := strconv.Atoi(at)
	check(t, err)
	tree, _ := parseHash(os.Getenv("EXPREC_TEST_TREE"))
	p := planRestore(t, os.Getenv("EXPREC_TEST_DIR"), tree)
	p.interrupt = func(at int) {
		if at == step {
			os.Exit(77)
		}
	}
	_, err = p.Apply(t.Context())
	check(t, err)
	os.Exit(0)
}
