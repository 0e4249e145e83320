package system

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// ticksPerSecond is in what the kernel counts processor time for user space
	// (USER_HZ), on every architecture that Go knows.
	ticksPerSecond = 100
	// forgetAfter is after how many looks the processes that are no part of the
	// tree are looked at again: an id may have got to another process.
	forgetAfter = 12
)

// tree is a process and what came of it. A process stays part of the tree when
// its parent ends before it.
type tree struct {
	proc    string
	root    int
	members map[int]uint64 // by id, when they started
	others  map[int]bool   // processes that were found to be no part
	looks   int
	except  []int // processes that are no part, whoever started them
}

func newTree(proc string, root int) *tree { return &tree{proc: proc, root: root} }

func (t *tree) leaveOut(pids []int) { t.except = pids }

// process is what the kernel says of one.
type process struct {
	parent int
	start  uint64 // in ticks since the boot: with the id it names a process
	ticks  uint64 // processor time, of its own and of the children it has waited for
	pages  int64  // of memory
	dead   bool   // nobody has waited for it yet
}

// read adds the tree's figures. It reports whether the root lives.
func (t *tree) read(r reading) bool {
	processes := t.look()
	if root, ok := processes[t.root]; !ok || root.dead {
		return false
	}
	var ticks, read, written uint64
	var pages int64
	disk := false
	for pid, p := range processes {
		ticks += p.ticks
		pages += p.pages
		if in, out, ok := t.disk(pid); ok {
			read, written, disk = read+in, written+out, true
		}
	}
	r.counters["cpu"] = float64(ticks) / ticksPerSecond * 100
	r.levels["memory"] = float64(pages) * float64(os.Getpagesize())
	if disk {
		r.counters["disk/read"], r.counters["disk/written"] = float64(read), float64(written)
	}
	return true
}

// look finds the processes of the tree. Those that are no part of it are asked
// only when they are new.
func (t *tree) look() map[int]process {
	if t.looks%forgetAfter == 0 {
		t.others = map[int]bool{}
	}
	t.looks++
	seen, others := map[int]process{}, map[int]bool{}
	for _, pid := range pids(t.proc) {
		if t.others[pid] {
			others[pid] = true
		} else if p, ok := parseStat(readFile(filepath.Join(t.proc, strconv.Itoa(pid), "stat"))); ok {
			seen[pid] = p
		}
	}
	for _, pid := range t.except {
		delete(seen, pid)
		others[pid] = true
	}
	members := map[int]uint64{}
	for pid, p := range seen {
		switch inside, known := t.inside(pid, seen); {
		case inside:
			members[pid] = p.start
		case known:
			others[pid] = true
		}
	}
	for pid := range seen {
		if _, ok := members[pid]; !ok {
			delete(seen, pid)
		}
	}
	t.members, t.others = members, others
	return seen
}

// inside follows a process's parents up to the root, or to a member of the
// last look. It is not known where a parent has just come or gone.
func (t *tree) inside(pid int, seen map[int]process) (inside, known bool) {
	for range len(seen) + 1 {
		p, ok := seen[pid]
		switch {
		case pid == t.root:
			return true, true
		case !ok:
			return false, pid == 0 || t.others[pid]
		}
		if start, member := t.members[pid]; member && start == p.start {
			return true, true
		}
		pid = p.parent
	}
	return false, false
}

// pids lists the processes of the machine, as far as they can be seen.
func pids(proc string) []int {
	dir, err := os.Open(proc)
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var found []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// The fields of /proc/<pid>/stat that count, from the one after the name on;
// see proc_pid_stat(5).
const (
	statState  = 0
	statParent = 1
	statTimes  = 11 // utime, stime, cutime, cstime
	statStart  = 19
	statPages  = 21
)

func parseStat(stat []byte) (process, bool) {
	// The name is in parentheses and may hold any byte.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) <= statPages {
		return process{}, false
	}
	p := process{dead: fields[statState] == "Z" || fields[statState] == "X"}
	p.parent, _ = strconv.Atoi(fields[statParent])
	p.start, _ = strconv.ParseUint(fields[statStart], 10, 64)
	p.pages, _ = strconv.ParseInt(fields[statPages], 10, 64)
	for _, field := range fields[statTimes : statTimes+4] {
		ticks, _ := strconv.ParseUint(field, 10, 64)
		p.ticks += ticks
	}
	return p, true
}

// disk is what a process and the children it has waited for have read from
// disks and written to them, in bytes. Only a process of the same user tells.
func (t *tree) disk(pid int) (read, written uint64, ok bool) {
	for line := range bytes.Lines(readFile(filepath.Join(t.proc, strconv.Itoa(pid), "io"))) {
		name, number, _ := strings.Cut(strings.TrimSpace(string(line)), ": ")
		switch name {
		case "read_bytes":
			read, _ = strconv.ParseUint(number, 10, 64)
			ok = true
		case "write_bytes":
			written, _ = strconv.ParseUint(number, 10, 64)
		}
	}
	return read, written, ok
}

// readFile is a file's content, nil where it cannot be had.
func readFile(path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return content
}
