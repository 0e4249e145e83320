package environ

import (
	"strconv"
	"strings"
)

// hardware is the model of the processor, and the memory in bytes.
func hardware() (model string, memory uint64) {
	kilobytes, _, _ := strings.Cut(field("/proc/meminfo", "MemTotal"), " ")
	n, _ := strconv.ParseUint(kilobytes, 10, 64)
	for _, name := range []string{"model name", "Model", "cpu model", "uarch"} {
		if model = field("/proc/cpuinfo", name); model != "" {
			break
		}
	}
	return model, n * 1024
}

// field is the value of the first line "name : value" near the begin of a file
// in /proc: to make the whole of cpuinfo takes the kernel milliseconds where
// there are many processors.
func field(file, name string) string {
	for line := range strings.Lines(string(readProc(file, 4096))) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
