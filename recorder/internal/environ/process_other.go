//go:build !linux

package environ

// Other processes cannot be looked at here.

func readProcess(int) (Process, bool) { return Process{}, false }

func exeOf(int) string { return "" }

func children(int) []int { return nil }
