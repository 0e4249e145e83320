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
	write(t, dir, "train.py", "as it ran\n")
	e := recorder.Start(recorder.Options{Dir: dir, Title: "Über run/1 ..", Quiet: true})
	e.Finish()
	write(t, dir, "train.py", "changed since\n")
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
