//go:build !linux

package environ

// SeesProcesses says whether Observe can look at processes here.
const SeesProcesses = false

func readProcess(int) (Process, bool) { return Process{}, false }

func exeOf(int) string { return "" }

func children(int) []int { return nil }
