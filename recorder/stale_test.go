package recorder_test

import (
	"os"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// A project whose repository went, or was replaced, says so.
func TestStale(t *testing.T) {
	for name, dir := range map[string]string{"repository": gitstoretest.New(t), "plain folder": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoSystem: true, NoOutput: true})
			e.Finish()
			if err := e.Err(); err != nil {
				t.Fatal(err)
			}
			p, err := recorder.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			want := func(stale bool, when string) {
				t.Helper()
				if p.Stale() != stale {
					t.Errorf("%s: stale is %v", when, !stale)
				}
			}
			want(false, "untouched")
			if err := os.Rename(dir, dir+".away"); err != nil {
				t.Fatal(err)
			}
			want(true, "renamed")
			if err := os.CopyFS(dir, os.DirFS(dir+".away")); err != nil {
				t.Fatal(err)
			}
			want(true, "replaced")
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(dir+".away", dir); err != nil {
				t.Fatal(err)
			}
			want(false, "back")
		})
	}
}
