package journal

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// childVariable names the part that a process of the test binary plays when a
// test starts it; its arguments follow.
const childVariable = "EXPREC_JOURNAL_CHILD"

// TestMain plays a part where a test asked for one, else runs the tests.
func TestMain(m *testing.M) {
	part := os.Getenv(childVariable)
	if part == "" {
		os.Exit(m.Run())
	}
	play, ok := parts()[part]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such part:", part)
		os.Exit(2)
	}
	if err := play(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child gives the command that plays a part in a process of its own.
func child(t testing.TB, part string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childVariable+"="+part)
	cmd.Stderr = os.Stderr
	return cmd
}
