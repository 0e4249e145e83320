//go:build unix

package divert

import "golang.org/x/sys/unix"

// plan says which descriptors go through which pipe: both through one where
// they are the same file, none that is closed.
func plan() [][]int {
	var open []int
	for _, fd := range []int{1, 2} {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil {
			open = append(open, fd)
		}
	}
	if len(open) == 2 && Shared() {
		return [][]int{open}
	}
	var each [][]int
	for _, fd := range open {
		each = append(each, []int{fd})
	}
	return each
}

// Shared reports whether descriptors 1 and 2 are the same file. Where that is
// the null device there is no order to keep, and two streams say more.
func Shared() bool {
	var out, errs, null unix.Stat_t
	if unix.Fstat(1, &out) != nil || unix.Fstat(2, &errs) != nil {
		return false
	}
	if out.Dev != errs.Dev || out.Ino != errs.Ino {
		return false
	}
	return unix.Stat("/dev/null", &null) != nil || out.Dev != null.Dev || out.Ino != null.Ino
}

// nonblocking reports whether writes to fd may give EAGAIN.
func nonblocking(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_NONBLOCK != 0
}
