//go:build !linux && !darwin

package environ

// hardware is not known here.
func hardware() (model string, memory uint64) { return "", 0 }

func containerLimits() (cpus int, memory uint64) { return 0, 0 }
