package recorder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The counters of both versions of control groups, in a folder that looks like
// /sys/fs/cgroup.
func TestMemoryWatchFiles(t *testing.T) {
	const v2, v1 = "low 0\noom 1\noom_kill %\noom_group_kill 0\n", "oom_kill_disable 0\nunder_oom 0\noom_kill %\n"
	for _, test := range []struct {
		name, groups string
		before       map[string]string // file: content, with the count for %
		after        map[string]string // empty: the file is gone
		killed       bool
	}{
		{"version 2", "0::/a/b\n", map[string]string{"a/b/memory.events": v2 + "3"}, map[string]string{"a/b/memory.events": v2 + "4"}, true},
		{"no kill", "0::/a/b\n", map[string]string{"a/b/memory.events": v2 + "3"}, nil, false},
		{"a neighbour's kill", "0::/a/b\n", map[string]string{"a/b/memory.events": v2 + "0", "a/memory.events": v2 + "0"}, map[string]string{"a/memory.events": v2 + "1"}, false},
		{"the group is gone", "0::/a/b\n", map[string]string{"a/b/memory.events": v2 + "0", "a/memory.events": v2 + "0"}, map[string]string{"a/b/memory.events": "", "a/memory.events": v2 + "1"}, true},
		{"a name of another namespace", "0::/../x\n", map[string]string{"memory.events": v2 + "0"}, map[string]string{"memory.events": v2 + "1"}, true},
		{"version 1", "5:cpu:/\n4:memory:/j\n0::/\n", map[string]string{"memory/j/memory.oom_control": v1 + "0"}, map[string]string{"memory/j/memory.oom_control": v1 + "1"}, true},
		{"hybrid", "0::/a\n", map[string]string{"unified/a/memory.events": v2 + "0"}, map[string]string{"unified/a/memory.events": v2 + "2"}, true},
		{"machine", "0::/\n", map[string]string{"vmstat": "nr_x 3\noom_kill %\n" + "7"}, map[string]string{"vmstat": "nr_x 3\noom_kill %\n" + "8"}, true},
		{"machine, but the group counts", "0::/a\n", map[string]string{"a/memory.events": v2 + "0", "vmstat": "oom_kill %\n" + "7"}, map[string]string{"vmstat": "oom_kill %\n" + "8"}, false},
		{"nothing", "x\n:::\n", nil, nil, false},
	} {
		root := t.TempDir()
		put := func(files map[string]string) {
			for name, content := range files {
				file := filepath.Join(root, name)
				if content == "" {
					os.Remove(file)
					continue
				}
				at := len(content) - 1
				os.MkdirAll(filepath.Dir(file), 0o700)
				if err := os.WriteFile(file, []byte(strings.Replace(content[:at], "%", content[at:], 1)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		put(test.before)
		m := watchGroups(root, test.groups, filepath.Join(root, "vmstat"))
		put(test.after)
		if m.killed() != test.killed {
			t.Errorf("%s: killed %v, want %v", test.name, m.killed(), test.killed)
		}
	}
}

// The kernel kills a process that eats more than its group may have, and the
// counter tells. Where no group can be made the test of the files stands
// alone.
func TestMemoryWatchSeesTheKernel(t *testing.T) {
	group, err := memoryGroup(t, 64<<20)
	if err != nil {
		t.Logf("no control group can be made here: %v", err)
		return
	}
	for _, test := range []struct {
		script string
		killed bool
	}{
		{"exit 3", false},
		{`kill -KILL $$`, false},
		{"exec tail /dev/zero", true}, // it keeps the last line: all of it
	} {
		cmd := exec.Command("sh", "-c", "echo $$ > "+group+"/cgroup.procs; echo in; read go; "+test.script)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 3)); err != nil {
			t.Fatal(err)
		}
		m := watchMemory(cmd.Process.Pid)
		in.Write([]byte("go\n"))
		cmd.Wait()
		if len(m.counters) == 0 || m.killed() != test.killed {
			t.Errorf("%s: %v, killed %v, counters %v", test.script, cmd.ProcessState, m.killed(), m.counters)
		}
	}
}

// memoryGroup makes a control group of limited memory, of whichever version.
func memoryGroup(t *testing.T, limit int) (folder string, err error) {
	t.Helper()
	for _, file := range []string{"/sys/fs/cgroup/memory/*/memory.limit_in_bytes", "/sys/fs/cgroup/*/memory.max"} {
		file = strings.Replace(file, "*", "exprec-test-"+strconv.Itoa(os.Getpid()), 1)
		folder = filepath.Dir(file)
		if err = os.Mkdir(folder, 0o755); err != nil {
			continue
		}
		t.Cleanup(func() { os.Remove(folder) })
		if err = os.Chmod(file, 0o600); err == nil {
			return folder, os.WriteFile(file, []byte(strconv.Itoa(limit)), 0o600)
		}
	}
	return "", err
}
