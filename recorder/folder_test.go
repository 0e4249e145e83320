package recorder_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// The links below .exprec lead to the runs after the project's folder has moved,
// with a repository and without.
func TestLinksMoveWithTheProject(t *testing.T) {
	repo := repository(t)
	unchanged := gitstoretest.Unchanged(t, repo)
	runs := map[string]string{}
	for _, dir := range []string{repo, t.TempDir()} {
		e := recorder.Start(recorder.Options{Dir: dir, Quiet: true})
		e.Finish()
		runs[dir] = e.ID()
	}
	unchanged()
	for dir, id := range runs {
		moved := filepath.Join(t.TempDir(), "moved")
		if err := os.Rename(dir, moved); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(moved, ".exprec", id)); err != nil || !info.IsDir() {
			t.Errorf("the link leads nowhere: %v", err)
		}
	}
}
