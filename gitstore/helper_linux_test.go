package gitstore_test

import (
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// mark makes a system call that nothing else here makes: between two of them
// lies what a test looks at.
func mark() { unix.Getpriority(unix.PRIO_PROCESS, 0) }

// helper is a command that does a job in a process of its own.
func helper(t testing.TB, job string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(os.Environ(), helperVariable+"="+job)
	return command
}
