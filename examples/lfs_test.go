package examples

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// TestGitLFSReadsALargeFile: a file too large for a git host is a pointer in
// the tree, and plain git-lfs gives its content back.
func TestGitLFSReadsALargeFile(t *testing.T) {
	dir := project(t)
	content := bytes.Repeat([]byte("weights of a large model\n"), 500_000)
	file := filepath.Join(t.TempDir(), "model.bin")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	exp := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoOutput: true, NoSystem: true})
	exp.AddFile("model.bin", file)
	exp.Finish()
	if err := exp.Err(); err != nil {
		t.Fatal(err)
	}
	pointer := run(t, dir, "git", "show", "refs/exprec/"+exp.ID()+":files/model.bin")
	command := exec.Command("git", "-c", "lfs.storage="+filepath.Join(dir, ".git", "exprec", "lfs"), "lfs", "smudge")
	command.Dir, command.Stdin = dir, bytes.NewReader([]byte(pointer))
	got, err := command.Output()
	if err != nil {
		t.Fatalf("git lfs smudge: %v\n%s", err, pointer)
	}
	if !bytes.Equal(got, content) {
		t.Errorf("git-lfs gives %d bytes back, recorded were %d", len(got), len(content))
	}
}
