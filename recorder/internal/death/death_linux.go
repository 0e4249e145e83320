package death

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// patience is how long a dead process is asked for how it ended: who started
// it may wait for it late.
const patience = time.Second

// Process is a process that is watched.
type Process struct {
	pid int
	fd  int // a pidfd, which keeps meaning this process
}

// Open begins to watch a process that lives. It fails with os.ErrProcessDone
// when there is none with this id.
func Open(pid int) (*Process, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		err = os.ErrProcessDone
	}
	if err != nil {
		return nil, fmt.Errorf("watch the process %d: %w", pid, err)
	}
	return &Process{pid: pid, fd: fd}, nil
}

// Inherit begins to watch a process by a pidfd of it that this one was started
// with; false where fd is none.
func Inherit(pid, fd int) (*Process, bool) {
	unix.CloseOnExec(fd)
	p := &Process{pid: pid, fd: fd}
	err := unix.PidfdSendSignal(fd, 0, nil, 0)
	return p, err == nil || errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EPERM)
}

// Close ends the watch. Nobody may be waiting.
func (p *Process) Close() error { return unix.Close(p.fd) }

// Wait returns when the process has ended, and how, or with the context's
// error.
func (p *Process) Wait(ctx context.Context) (End, error) {
	for !p.ended(100 * time.Millisecond) {
		if err := ctx.Err(); err != nil {
			return End{}, err
		}
	}
	return p.End(), nil
}

// ended reports whether the process ends within a time.
func (p *Process) ended(within time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(within.Milliseconds()))
	return err == nil && n > 0
}

// End is how the process that has ended did so.
func (p *Process) End() End {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		status, ok := p.reaped()
		if !ok {
			status, ok = p.zombie()
		}
		if ok {
			return endOf(syscall.WaitStatus(status))
		}
		if time.Now().After(deadline) {
			return End{}
		}
	}
}

func endOf(status syscall.WaitStatus) End {
	code := status.ExitStatus()
	if !status.Signaled() {
		return End{Code: &code}
	}
	code = 128 + int(status.Signal())
	return End{Code: &code, Signal: SignalName(status.Signal())}
}

// SignalName is the name that POSIX gives a signal.
func SignalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(int(s))
}

// pidfdInfo is struct pidfd_info of linux/pidfd.h as of Linux 6.15.
type pidfdInfo struct {
	mask   uint64
	cgroup uint64
	_      [11]uint32 // ids and credentials
	exit   int32
}

const (
	infoExit    = 1 << 3
	pidfdIoctls = 0xFF
	getInfo     = 11
)

// reaped asks the kernel how the process ended, which it tells once somebody
// has waited for the process.
func (p *Process) reaped() (status int32, ok bool) {
	info := pidfdInfo{mask: infoExit}
	request := uintptr(3<<30) | unsafe.Sizeof(info)<<16 | pidfdIoctls<<8 | getInfo // _IOWR
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), request, uintptr(unsafe.Pointer(&info)))
	return info.exit, errno == 0 && info.mask&infoExit != 0
}

// zombie reads how the process ended, which /proc tells its owner as long as
// nobody has waited for it.
func (p *Process) zombie() (status int32, ok bool) {
	name := fmt.Sprintf("/proc/%d/stat", p.pid)
	data, err := os.ReadFile(name)
	info, serr := os.Stat(name)
	if err != nil || serr != nil || !owned(info) || !p.current() {
		return 0, false
	}
	// Field 2, the name, is in parentheses and may hold any byte.
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	if len(fields) < 50 || fields[0] != "Z" {
		return 0, false
	}
	n, err := strconv.ParseInt(fields[49], 10, 32)
	return int32(n), err == nil
}

// current reports whether the process still has its id, because nobody has
// waited for it.
func (p *Process) current() bool {
	return unix.PidfdSendSignal(p.fd, 0, nil, 0) == nil
}

func owned(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (os.Geteuid() == 0 || int(stat.Uid) == os.Geteuid())
}
