package gitstoretest

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Daemon serves the repositories below a folder by git daemon as long as the test
// runs, and gives its address. With write anybody may push.
func Daemon(t testing.TB, root string, write bool) string {
	t.Helper()
	port := freePort(t)
	args := []string{"daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1", fmt.Sprintf("--port=%d", port), "--base-path=" + root}
	if write {
		args = append(args, "--enable=receive-pack")
	}
	ctx, cancel := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, "git", append(args, root)...)
	// git starts the daemon as a program of its own: both are to end.
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	server.Cancel = func() error { return syscall.Kill(-server.Process.Pid, syscall.SIGTERM) }
	server.WaitDelay = 5 * time.Second
	check(t, server.Start())
	t.Cleanup(func() { cancel(); server.Wait() })
	awaitPort(t, port)
	return fmt.Sprintf("git://127.0.0.1:%d", port)
}
