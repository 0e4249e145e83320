package environ

import "golang.org/x/sys/unix"

// hardware is the model of the processor, and the memory in bytes.
func hardware() (model string, memory uint64) {
	model, _ = unix.Sysctl("machdep.cpu.brand_string")
	memory, _ = unix.SysctlUint64("hw.memsize")
	return model, memory
}

func containerLimits() (cpus int, memory uint64) { return 0, 0 }
