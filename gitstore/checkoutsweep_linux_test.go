package gitstore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// A checkout removes what killed ones left beside it, and nothing that is at
// work, young, or not theirs.
func TestLeftoversOfCheckoutsAreSwept(t *testing.T) {
	repo, err := gitstore.Find(gitstoretest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := repo.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	head, err := repo.Head()
	if err != nil {
		t.Fatal(err)
	}
	commit, err := s.ReadCommit(head.Commit)
	if err != nil {
		t.Fatal(err)
	}
	parent, outside := t.TempDir(), t.TempDir()
	gitstoretest.Write(t, outside, "canary", "alive")
	old := time.Now().Add(-time.Hour)
	leave := func(name string, age bool) string {
		dir := filepath.Join(parent, ".exprec-checkout-"+name)
		gitstoretest.Write(t, dir, "deep/file", "left over")
		if age {
			if err := os.Chtimes(dir, old, old); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	dead, young, alive, foreign := leave("dead", true), leave("young", false), leave("alive", true), leave("foreign", true)
	if err := os.Chown(foreign, 12345, 12345); err != nil {
		t.Fatalf("give a folder away (this needs root): %v", err)
	}
	if err := os.Chtimes(foreign, old, old); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(parent, ".exprec-checkout-link")
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	holder := exec.Command("flock", alive, "-c", "echo held; cat")
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer holder.Wait()
	defer in.Close()
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Checkout(t.Context(), commit.Tree, nil, filepath.Join(parent, "new")); err != nil {
		t.Fatal(err)
	}
	for dir, stays := range map[string]bool{dead: false, young: true, alive: true, foreign: true, link: true, filepath.Join(outside, "canary"): true} {
		if _, err := os.Lstat(dir); (err == nil) != stays {
			t.Errorf("%s: %v, stays should be %v", dir, err, stays)
		}
	}
	left, _ := filepath.Glob(filepath.Join(parent, ".exprec-checkout-*"))
	if len(left) != 4 {
		t.Errorf("left are %v", left)
	}
}
