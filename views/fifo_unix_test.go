//go:build unix

package views

import (
	"syscall"
	"testing"
)

// makeFIFO makes a file that whoever opens it waits at.
func makeFIFO(t *testing.T, name string) {
	t.Helper()
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
}
