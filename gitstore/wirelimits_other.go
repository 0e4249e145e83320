//go:build !linux

package gitstore

func boundMemory(int, uint64) {}
