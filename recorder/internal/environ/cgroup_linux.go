package environ

import (
	"bytes"
	"math"
	"path"
	"strconv"
	"strings"
)

// cgroupRoot is where control groups are shown.
const cgroupRoot = "/sys/fs/cgroup"

// containerLimits is how many processors, rounded up, and how many bytes of
// memory the control group of this process may use; 0 where there is no limit.
func containerLimits() (cpus int, memory uint64) {
	return groupLimits(cgroupRoot, string(readProc("/proc/self/cgroup", maxProc)))
}

// groupLimits reads the limits of the groups that /proc/self/cgroup names, and
// of all above them: the lowest holds.
func groupLimits(root, groups string) (cpus int, memory uint64) {
	for line := range strings.Lines(groups) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, ok := strings.Cut(rest, ":")
		if !ok || !strings.HasPrefix(group, "/") {
			continue
		}
		for at := path.Clean(group); ; at = path.Dir(at) {
			cpus = lower(cpus, groupCPUs(root, controllers, at))
			memory = lower(memory, groupMemory(root, controllers, at))
			if at == "/" {
				break
			}
		}
	}
	return cpus, memory
}

func lower[T int | uint64](a, b T) T {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// groupCPUs is how many processors one group may use.
func groupCPUs(root, controllers, group string) int {
	quota, period := "", ""
	switch {
	case controllers == "":
		quota, period, _ = strings.Cut(groupValue(root, group, "cpu.max"), " ")
	case has(controllers, "cpu"):
		quota, period = groupValue(root, controllers+group, "cpu.cfs_quota_us"), groupValue(root, controllers+group, "cpu.cfs_period_us")
	}
	q, qerr := strconv.ParseFloat(quota, 64)
	p, perr := strconv.ParseFloat(period, 64)
	if qerr != nil || perr != nil || q <= 0 || p <= 0 || q/p > math.MaxInt32 {
		return 0
	}
	return int(math.Ceil(q / p))
}

// groupMemory is how many bytes of memory one group may use.
func groupMemory(root, controllers, group string) uint64 {
	value := ""
	switch {
	case controllers == "":
		value = groupValue(root, group, "memory.max")
	case has(controllers, "memory"):
		value = groupValue(root, controllers+group, "memory.limit_in_bytes")
	}
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil || n > math.MaxInt64/2 { // version 1 says "none" by a great number
		return 0
	}
	return n
}

func has(controllers, name string) bool {
	for each := range strings.SplitSeq(controllers, ",") {
		if each == name {
			return true
		}
	}
	return false
}

func groupValue(root, group, file string) string {
	return string(bytes.TrimSpace(readProc(path.Join(root, group, file), maxProc)))
}
