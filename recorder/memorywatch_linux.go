package recorder

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// watchMemory begins to count the kills in the control group of a process, 0
// being this one, whose children begin in the same.
func watchMemory(pid int) memoryWatch {
	process := "self"
	if pid > 0 {
		process = strconv.Itoa(pid)
	}
	groups, err := os.ReadFile(filepath.Join("/proc", process, "cgroup"))
	if err != nil {
		return memoryWatch{}
	}
	return watchGroups("/sys/fs/cgroup", string(groups), "/proc/vmstat")
}

// watchGroups takes, of the files that count kills, those of the group and of
// all above it, the lowest first; only where no group counts, the machine's.
func watchGroups(root, groups, machine string) (m memoryWatch) {
	for _, folder := range memoryGroups(root, groups) {
		for _, name := range []string{"memory.events", "memory.oom_control"} {
			m.add(filepath.Join(folder, name))
		}
	}
	if len(m.counters) == 0 {
		m.add(machine)
	}
	return m
}

func (m *memoryWatch) add(path string) {
	if n, ok := killsIn(path); ok {
		m.counters = append(m.counters, killCounter{path, n})
	}
}

// memoryGroups are the folders of the groups that /proc/<pid>/cgroup names and
// of all above, the lowest first. A group of another namespace has a name that
// leads nowhere here; the ones above may be there.
func memoryGroups(root, groups string) (folders []string) {
	for line := range strings.Lines(groups) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, ok := strings.Cut(rest, ":")
		if !ok || !strings.HasPrefix(group, "/") {
			continue
		}
		mounts := []string{root, filepath.Join(root, "unified")}
		if controllers != "" {
			if !slices.Contains(strings.Split(controllers, ","), "memory") {
				continue
			}
			mounts = []string{filepath.Join(root, controllers)}
		}
		for at := path.Clean(group); ; at = path.Dir(at) {
			for _, mount := range mounts {
				folders = append(folders, filepath.Join(mount, at))
			}
			if at == "/" {
				break
			}
		}
	}
	return folders
}

// killed reports whether there was a kill since the watch began. The lowest
// group that is still there tells: a group that was made for the program alone
// may be gone with it, and those above count its kills in version 2.
func (m memoryWatch) killed() bool {
	for _, c := range m.counters {
		if now, ok := killsIn(c.path); ok {
			return now > c.before
		}
	}
	return false
}

// killsIn reads the line oom_kill of a file of counters.
func killsIn(path string) (n uint64, ok bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(data)) {
		if _, err := fmt.Sscanf(line, "oom_kill %d\n", &n); err == nil {
			return n, true
		}
	}
	return 0, false
}
