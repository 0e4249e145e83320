package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// newOutput gives mapped memory where the file system can, else write(2).
func newOutput(f *os.File, off int64, preferDirect bool) output {
	if preferDirect || remote(f) {
		return newDirect(f)
	}
	m, err := newMapped(f, off)
	if err != nil {
		return newDirect(f)
	}
	return m
}

// remote says whether a file lies on a file system where mapped memory is not
// coherent or can fail at any time: those over a network, and those served by
// another process.
func remote(f *os.File) bool {
	var st unix.Statfs_t
	err := control(f, func(fd int) error { return unix.Fstatfs(fd, &st) })
	if err != nil {
		return true
	}
	switch uint32(st.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC,
		unix.FUSE_SUPER_MAGIC, unix.V9FS_MAGIC, unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC,
		unix.CEPH_SUPER_MAGIC, unix.CODA_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC,
		0x0BD00BD0, // Lustre
		0x47504653, // GPFS
		0x19830326, // BeeGFS
		0x786F4256, // VirtualBox shared folders
		0x01161970: // GFS2
		return true
	}
	return false
}

// control calls use with the file's descriptor, which stays open meanwhile.
func control(f *os.File, use func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = use(int(fd)) }); err != nil {
		return err
	}
	return inner
}
