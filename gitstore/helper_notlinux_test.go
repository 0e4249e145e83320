//go:build !linux

package gitstore_test

// mark does nothing where no test looks at system calls.
func mark() {}
