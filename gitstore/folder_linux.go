package gitstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// openFolder is a folder that is being read. Names and stats come from the
// open descriptor, so that no path is resolved again.
type openFolder struct{ fd int }

func openFolderAt(path string) (openFolder, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return openFolder{}, &os.PathError{Op: "open", Path: path, Err: err}
		}
		return openFolder{fd}, nil
	}
}

func (f openFolder) close() { unix.Close(f.fd) }

// names appends the folder's names to a list, of which at most limit are
// kept; the rest are counted.
func (f openFolder) names(list *nameList, limit int) error {
	for {
		n, err := unix.Getdents(f.fd, list.buffer())
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n <= 0 {
			return err
		}
		for entries := list.buf[:n]; len(entries) >= direntName; {
			length := int(binary.NativeEndian.Uint16(entries[direntLength:]))
			if length < direntName || length > len(entries) {
				return unix.EIO
			}
			name := entries[direntName:length]
			if end := bytes.IndexByte(name, 0); end >= 0 {
				name = name[:end]
			}
			list.add(name, kindOfDirent(entries[direntKind]), limit)
			entries = entries[length:]
		}
	}
}

// Places in struct linux_dirent64.
const (
	direntLength = 16
	direntKind   = 18
	direntName   = 19
)

func kindOfDirent(kind byte) fileKind {
	switch kind {
	case unix.DT_REG:
		return kindFile
	case unix.DT_DIR:
		return kindFolder
	case unix.DT_LNK:
		return kindLink
	case unix.DT_UNKNOWN:
		return kindUnknown
	}
	return kindOther
}

// stat is lstat of a name in the folder.
func (f openFolder) stat(name string, st *fileStat) error {
	var raw unix.Stat_t
	for {
		err := unix.Fstatat(f.fd, name, &raw, unix.AT_SYMLINK_NOFOLLOW)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		break
	}
	*st = fileStat{
		executable: raw.Mode&0o100 != 0, size: raw.Size, ino: raw.Ino, uid: raw.Uid, gid: raw.Gid, whole: true,
		mtime: fileTime{int64(raw.Mtim.Sec), uint32(raw.Mtim.Nsec)},
		ctime: fileTime{int64(raw.Ctim.Sec), uint32(raw.Ctim.Nsec)},
	}
	switch raw.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		st.kind = kindFile
	case unix.S_IFDIR:
		st.kind = kindFolder
	case unix.S_IFLNK:
		st.kind = kindLink
	default:
		st.kind = kindOther
	}
	return nil
}

// viewString gives bytes as a string without copying; they must not change
// while it is used.
func viewString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
