package environ

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// SeesProcesses says whether Observe can look at processes here.
const SeesProcesses = true

// readProcess is a process as the system shows it, false where it is gone, or
// where it sees other files than this one does, as in a container.
func readProcess(pid int) (Process, bool) {
	dir := fmt.Sprintf("/proc/%d", pid)
	exe, err := os.Readlink(dir + "/exe")
	if err != nil || strings.HasSuffix(exe, " (deleted)") || !sameFiles(dir) {
		return Process{}, false
	}
	p := Process{PID: pid, Exe: exe, Args: texts(readProc(dir+"/cmdline", maxProc)), Env: map[string]string{}}
	if p.Args[0] == "" {
		return Process{}, false // it is about to begin
	}
	p.Dir, _ = os.Readlink(dir + "/cwd")
	for _, pair := range texts(readProc(dir+"/environ", maxProc)) {
		if name, value, ok := strings.Cut(pair, "="); ok {
			p.Env[name] = value
		}
	}
	return p, true
}

// sameFiles reports whether a process has the root and the mounts of this one.
func sameFiles(dir string) bool {
	for _, name := range []string{"ns/mnt", "root"} {
		own, err := os.Readlink("/proc/self/" + name)
		if err != nil {
			return false
		}
		if other, err := os.Readlink(filepath.Join(dir, name)); err != nil || other != own {
			return false
		}
	}
	return true
}

// exeOf is the file that a process runs, empty where that cannot be told.
func exeOf(pid int) string {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return ""
	}
	return exe
}

// maxTasks bounds how many threads of a process are asked for its children.
const maxTasks = 64

// children are the processes that a process started and that still run.
func children(pid int) []int {
	tasks, err := os.Open(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	defer tasks.Close()
	names, _ := tasks.Readdirnames(maxTasks)
	var pids []int
	for _, task := range names {
		for word := range strings.FieldsSeq(string(readProc(filepath.Join(tasks.Name(), task, "children"), maxProc))) {
			if child, err := strconv.Atoi(word); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// texts are the texts of a list whose entries end with a zero byte.
func texts(data []byte) []string {
	var all []string
	for text := range bytes.SplitSeq(bytes.TrimSuffix(data, []byte{0}), []byte{0}) {
		all = append(all, string(text))
	}
	return all
}
