//go:build !unix

package views

import "testing"

// makeFIFO cannot be: no file of this system is one.
func makeFIFO(t *testing.T, name string) {
	t.Helper()
	t.Fatalf("there can be no FIFO %s here", name)
}
