package recorder_test

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// locklessVariable asks a program of the tests to run as on a file system
// without locks.
const locklessVariable = "EXPREC_TEST_LOCKLESS"

// withoutLocks makes the kernel refuse this process the locks of open files,
// as it does on file systems that have none.
func withoutLocks() {
	if os.Getenv(locklessVariable) == "" {
		return
	}
	const (
		number, argument = 0, 24 // places of the call and its second argument in seccomp_data
		load             = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal            = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		give             = unix.BPF_RET | unix.BPF_K
		allow            = 0x7fff0000
		refuse           = 0x00050000 | uint32(unix.ENOLCK)
	)
	filter := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: unix.SYS_FCNTL, Jf: 4},
		{Code: load, K: argument},
		{Code: equal, K: unix.F_OFD_GETLK, Jt: 1},
		{Code: equal, K: unix.F_OFD_SETLK, Jf: 1},
		{Code: give, K: refuse},
		{Code: give, K: allow},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	const setFilter, everyThread = 1, 1
	if _, _, err := unix.Syscall(unix.SYS_SECCOMP, setFilter, everyThread, uintptr(unsafe.Pointer(&program))); err != 0 {
		panic(fmt.Sprint("seccomp: ", err))
	}
}
