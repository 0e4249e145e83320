package examples

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordingSendsNothing is promise P7: a run is recorded, in a repository
// with a remote, without a single socket that could leave the machine.
func TestRecordingSendsNothing(t *testing.T) {
	dir := project(t)
	run(t, dir, "git", "remote", "add", "origin", "https://example.invalid/team/project.git")
	program := filepath.Join(t.TempDir(), "quickstart")
	run(t, ".", "go", "build", "-o", program, "./quickstart")
	trace := filepath.Join(t.TempDir(), "trace")
	run(t, dir, "strace", "-f", "-e", "trace=socket,execve", "-o", trace, program)
	calls, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(calls), "execve(") {
		t.Fatalf("strace saw nothing:\n%s", calls)
	}
	for line := range strings.Lines(string(calls)) {
		if strings.Contains(line, "socket(AF_INET") {
			t.Errorf("a network socket was made: %s", line)
		}
	}
	newest(t, dir) // it was recorded
}
