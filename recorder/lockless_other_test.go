//go:build !linux

package recorder_test

func withoutLocks() {}
