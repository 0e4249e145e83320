package recorder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

func TestCheckout(t *testing.T) {
	dir := repository(t)
	gitstoretest.Write(t, dir, "train.py", "as it ran\n")
	e := recorder.Start(recorder.Options{Dir: dir, Title: "Über run/1 ..", Quiet: true})
	e.Finish()
	gitstoretest.Write(t, dir, "train.py", "changed since\n")
	p := open(t, dir)
	run := onlyRun(t, p)
	defer gitstoretest.Unchanged(t, dir)()
	to, report, err := p.Checkout(t.Context(), run, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(to) })
	if filepath.Dir(to) != filepath.Dir(p.Top()) || filepath.Base(to) != "ber-run-1" || report.Files == 0 {
		t.Errorf("checked out into %q: %+v", to, report)
	}
	if data, err := os.ReadFile(filepath.Join(to, "train.py")); string(data) != "as it ran\n" {
		t.Errorf("train.py holds %q, %v", data, err)
	}
	if _, _, err := p.Checkout(t.Context(), run, to); !errors.Is(err, gitstore.ErrExists) {
		t.Error("a folder that exists gives", err)
	}
	without := filepath.Join(t.TempDir(), "out")
	none := recorder.Start(recorder.Options{Dir: dir, Name: "none", NoSource: true, Quiet: true})
	none.Finish()
	run, err = p.Run(t.Context(), "none")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Checkout(t.Context(), run, without); !errors.Is(err, recorder.ErrNoSource) {
		t.Error("a run without a source gives", err)
	}
	if _, err := os.Lstat(without); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was left behind:", err)
	}
}

func TestRestoreAndUndo(t *testing.T) {
	for _, store := range []string{"native", "private"} {
		t.Run(store, func(t *testing.T) {
			dir := repository(t)
			gitstoretest.Git(t, dir, "config", "exprec.store", store)
			gitstoretest.Write(t, dir, "train.py", "as it ran\n")
			gitstoretest.Write(t, dir, "lib/gone.py", "needed\n")
			e := recorder.Start(recorder.Options{Dir: dir, Quiet: true})
			e.Finish()
			gitstoretest.Write(t, dir, "train.py", "changed since\n")
			gitstoretest.Write(t, dir, "new.py", "not committed\n")
			gitstoretest.Write(t, dir, ".env", "KEY=never recorded, so never removed\n")
			if err := os.Remove(filepath.Join(dir, "lib", "gone.py")); err != nil {
				t.Fatal(err)
			}
			head, index := gitstoretest.Git(t, dir, "rev-parse", "HEAD"), gitstoretest.Git(t, dir, "ls-files", "-s")
			p := open(t, dir)
			plan, err := p.PlanRestore(t.Context(), onlyRun(t, p), nil)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, dir, map[string]string{"train.py": "changed since\n", "new.py": "not committed\n", "lib/gone.py": ""})
			if _, err := plan.Apply(t.Context()); err != nil {
				t.Fatal(err)
			}
			expect(t, dir, map[string]string{"train.py": "as it ran\n", "new.py": "", "lib/gone.py": "needed\n", ".env": "KEY=never recorded, so never removed\n"})
			if _, err := p.Undo(t.Context()); err != nil {
				t.Fatal(err)
			}
			expect(t, dir, map[string]string{"train.py": "changed since\n", "new.py": "not committed\n", "lib/gone.py": ""})
			if _, err := p.Undo(t.Context()); !errors.Is(err, gitstore.ErrNotFound) {
				t.Error("undoing what was undone gives", err)
			}
			if gitstoretest.Git(t, dir, "rev-parse", "HEAD") != head || gitstoretest.Git(t, dir, "ls-files", "-s") != index {
				t.Error("HEAD or the index was changed")
			}
		})
	}
}

// expect compares files of a work tree; an empty content means no file.
func expect(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, want := range files {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if string(data) != want || (want == "") != errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s holds %q (%v), want %q", name, data, err, want)
		}
	}
}
