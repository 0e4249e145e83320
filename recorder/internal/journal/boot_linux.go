package journal

import (
	"time"

	"golang.org/x/sys/unix"
)

// BootTime is when this machine was started, by its clock of now; zero where
// it cannot be told.
func BootTime() time.Time {
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return time.Time{}
	}
	return time.Now().Add(-time.Duration(up.Nano()))
}

// OnOwnDisk says whether a path lies on a file system that one kernel alone
// can have mounted, so that whoever wrote there before this boot ran on this
// machine. What is not known to be one is none.
func OnOwnDisk(path string) bool {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC,
		0x2FC12FC1: // ZFS
		return true
	}
	return false
}
