package environ

import (
	"path/filepath"
	"testing"
)

func TestGroupLimits(t *testing.T) {
	root := t.TempDir()
	for name, value := range map[string]string{
		"a/cpu.max": "max 100000\n", "a/b/cpu.max": "150000 100000\n", "a/memory.max": "1000000\n", "a/b/memory.max": "max\n",
		"none/cpu.max": "max 100000\n", "none/memory.max": "max\n", "bad/cpu.max": "x y\n", "bad/memory.max": "-3\n", "zero/cpu.max": "1000 0\n",
		"cpu,cpuacct/j/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/j/cpu.cfs_period_us": "100000\n",
		"memory/j/memory.limit_in_bytes": "2000000\n", "memory/memory.limit_in_bytes": "9223372036854771712\n",
	} {
		write(t, filepath.Join(root, name), value, 0o644)
	}
	for _, c := range []struct {
		groups string
		cpus   int
		memory uint64
	}{
		{"0::/a/b\n", 2, 1000000},
		{"0::/none\n", 0, 0},
		{"0::/bad\n", 0, 0},
		{"0::/zero\n", 0, 0},
		{"0::/../../etc\n", 0, 0},
		{"5:cpu,cpuacct:/j\n6:memory:/j\n7:pids:/j\n0::/\n", 4, 2000000},
		{"", 0, 0},
		{"x", 0, 0},
	} {
		if cpus, memory := groupLimits(root, c.groups); cpus != c.cpus || memory != c.memory {
			t.Errorf("%q: %d processors, %d bytes, want %d and %d", c.groups, cpus, memory, c.cpus, c.memory)
		}
	}
}
