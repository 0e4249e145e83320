package gitstore_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// tracer runs a helper and stops at each of its system calls that change files
// between its two marks, counted over all of its threads: strace counts for
// each thread by itself, and so could not reach every one.
type tracer struct {
	killAt int           // kill the process before its n-th call, from 1; 0: never
	failAt int           // let the n-th call fail; 0: never
	errno  syscall.Errno // with which error

	calls   []string // what was called, with the path where it has one
	marks   int
	failing map[int]bool // threads whose call is to fail when it ends
	pid     int
}

// names of the system calls that change files.
func changing(nr uint64, args [6]uint64) string {
	switch nr {
	case unix.SYS_OPENAT:
		if args[2]&unix.O_CREAT != 0 {
			return "create"
		}
	case unix.SYS_WRITE, unix.SYS_PWRITE64:
		return "write"
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		return "fsync"
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_RENAME:
		return "rename"
	case unix.SYS_LINKAT, unix.SYS_LINK:
		return "link"
	case unix.SYS_UNLINKAT, unix.SYS_UNLINK, unix.SYS_RMDIR:
		return "unlink"
	case unix.SYS_FTRUNCATE:
		return "truncate"
	case unix.SYS_FCHMOD, unix.SYS_FCHMODAT:
		return "chmod"
	case unix.SYS_MKDIRAT, unix.SYS_MKDIR:
		return "mkdir"
	case unix.SYS_FLOCK:
		return "flock"
	}
	return ""
}

// syscallInfo is the kernel's struct ptrace_syscall_info at the entry of a call.
type syscallInfo struct {
	op          uint8
	_           [3]uint8
	arch        uint32
	instruction uint64
	stack       uint64
	nr          uint64
	args        [6]uint64
}

const (
	ptraceGetSyscallInfo = 0x420e
	ptraceSyscallEntry   = 1
)

// run traces a command to its end and gives its exit code, -1 when it was
// killed.
func (tr *tracer) run(t *testing.T, command *exec.Cmd) int {
	t.Helper()
	runtime.LockOSThread() // all requests must come from the thread that began
	defer runtime.UnlockOSThread()
	tr.failing = map[int]bool{}
	command.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	tr.pid = command.Process.Pid
	var status unix.WaitStatus
	if _, err := unix.Wait4(tr.pid, &status, 0, nil); err != nil {
		t.Fatal(err)
	}
	options := unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(tr.pid, options); err != nil {
		t.Fatal(err)
	}
	unix.PtraceSyscall(tr.pid, 0)
	for {
		thread, err := unix.Wait4(-1, &status, unix.WALL, nil)
		if err != nil {
			t.Fatalf("wait for the helper: %v", err)
		}
		if code, ended := tr.stop(t, thread, status); ended {
			return code
		}
	}
}

// stop handles one stop of one thread.
func (tr *tracer) stop(t *testing.T, thread int, status unix.WaitStatus) (code int, ended bool) {
	switch {
	case status.Exited() && thread == tr.pid:
		return status.ExitStatus(), true
	case status.Signaled() && thread == tr.pid:
		return -1, true
	case !status.Stopped():
		return 0, false
	}
	signal := 0
	switch got := status.StopSignal(); {
	case got == syscall.SIGTRAP|0x80:
		tr.call(thread)
	case got != syscall.SIGTRAP && got != syscall.SIGSTOP:
		signal = int(got)
	}
	unix.PtraceSyscall(thread, signal) // an error says that it is dead by now
	return 0, false
}

// call handles the beginning or the end of a system call.
func (tr *tracer) call(thread int) {
	var info syscallInfo
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, ptraceGetSyscallInfo, uintptr(thread), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return
	}
	if info.op != ptraceSyscallEntry {
		if tr.failing[thread] {
			delete(tr.failing, thread)
			setRegister(thread, func(r *unix.PtraceRegs) { r.Rax = uint64(-int64(tr.errno)) })
		}
		return
	}
	if info.nr == unix.SYS_GETPRIORITY {
		tr.marks++
	}
	name := changing(info.nr, info.args)
	path := tr.path(thread, name, info.args)
	if tr.marks != 1 || name == "" || path == "" {
		return
	}
	tr.calls = append(tr.calls, name+" "+path)
	switch len(tr.calls) {
	case tr.killAt:
		unix.Kill(tr.pid, unix.SIGKILL)
	case tr.failAt:
		tr.failing[thread] = true
		setRegister(thread, func(r *unix.PtraceRegs) { r.Orig_rax = ^uint64(0) })
	}
}

func setRegister(thread int, set func(*unix.PtraceRegs)) {
	var regs unix.PtraceRegs
	if unix.PtraceGetRegs(thread, &regs) == nil {
		set(&regs)
		unix.PtraceSetRegs(thread, &regs)
	}
}

// path is what a call is about, "" for what is no file: the runtime writes to
// an event descriptor.
func (tr *tracer) path(thread int, name string, args [6]uint64) string {
	switch name {
	case "":
		return ""
	case "write", "fsync", "truncate", "flock":
		target, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tr.pid, args[0]))
		return absolutePath(target)
	case "chmod":
		if target, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tr.pid, args[0])); absolutePath(target) != "" {
			return target
		}
		return tr.text(thread, args[1])
	case "rename", "link":
		return tr.text(thread, args[1]) + " " + tr.text(thread, args[3])
	}
	return tr.text(thread, args[1])
}

func absolutePath(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return ""
}

// text reads a string out of the memory of the helper.
func (tr *tracer) text(thread int, at uint64) string {
	data := make([]byte, 4096)
	n, _ := unix.PtracePeekData(thread, uintptr(at), data)
	text, _, _ := strings.Cut(string(data[:n]), "\x00")
	return text
}
