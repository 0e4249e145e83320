//go:build !linux

package gitstore

func renameNew(from, to string) error { return renameChecked(from, to) }

func freeBytes(string) (uint64, bool) { return 0, false }
