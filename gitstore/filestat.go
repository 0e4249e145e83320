package gitstore

import (
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// fileKind is what a name in a folder is.
type fileKind uint8

const (
	kindUnknown fileKind = iota // the folder does not tell
	kindFile
	kindFolder
	kindLink
	kindOther // FIFO, socket, device
)

// fileStat is what the index keeps about a file. Where the system does not
// tell everything, whole is false.
type fileStat struct {
	kind         fileKind
	executable   bool
	size         int64 // bytes
	mtime, ctime fileTime
	ino          uint64
	uid, gid     uint32
	whole        bool
}

type fileTime struct {
	seconds int64
	nanos   uint32
}

func (t fileTime) time() time.Time { return time.Unix(t.seconds, int64(t.nanos)) }

func (t fileTime) before(u fileTime) bool {
	return t.seconds < u.seconds || t.seconds == u.seconds && t.nanos < u.nanos
}

// statRules say when a file is taken for the one in the index: git's
// core.trustctime, core.checkStat, core.fileMode and core.symlinks.
type statRules struct {
	written   fileTime // when the index was
	ctime     bool
	identity  bool // inode and owner too
	fileMode  bool
	symlinks  bool
	wholeHash bool // the index holds sha1 hashes
}

func newStatRules(c *Config, x *index) statRules {
	r := statRules{ctime: true, identity: true, fileMode: true, symlinks: true, wholeHash: x.hashSize == len(Hash{})}
	r.written = fileTime{x.written.Unix(), uint32(x.written.Nanosecond())}
	if c == nil {
		return r
	}
	check, _ := c.Get("core.checkstat")
	r.identity = check != "minimal"
	r.ctime = r.identity && c.Bool("core.trustctime", true)
	r.fileMode = c.Bool("core.filemode", true)
	r.symlinks = c.Bool("core.symlinks", true)
	return r
}

// mode is that of a file in the snapshot. Where the file system keeps no
// executable bit or no links, the index knows better.
func (r *statRules) mode(st *fileStat, e *indexEntry) filemode.FileMode {
	if st.kind == kindLink {
		return filemode.Symlink
	}
	if e != nil && !r.symlinks && e.mode() == filemode.Symlink {
		return filemode.Symlink
	}
	if !r.fileMode {
		if e != nil && e.mode() == filemode.Executable {
			return filemode.Executable
		}
		return filemode.Regular
	}
	if st.executable {
		return filemode.Executable
	}
	return filemode.Regular
}

// clean reports whether the file is, by its stat alone, the one that was last
// compared with the index. Times are compared to the nanosecond where both
// sides have them: stricter than git, which costs a hash at worst.
func (r *statRules) clean(st *fileStat, e *indexEntry) bool {
	if e.intentToAdd() || e.stage() != 0 {
		return false
	}
	if (e.mode() == filemode.Symlink) != (st.kind == kindLink) {
		return false
	}
	size := e.uint32(indexSize)
	if size != uint32(st.size) || size == 0 && r.wholeHash && e.hash() != emptyBlob() {
		return false
	}
	mtime := fileTime{int64(e.uint32(8)), e.uint32(12)}
	if !sameTime(st.mtime, mtime) || r.racy(mtime) {
		return false
	}
	if r.ctime && st.whole && !sameTime(st.ctime, fileTime{int64(e.uint32(0)), e.uint32(4)}) {
		return false
	}
	if r.identity && st.whole && (uint32(st.ino) != e.uint32(20) || st.uid != e.uint32(28) || st.gid != e.uint32(32)) {
		return false
	}
	return true
}

func sameTime(a, b fileTime) bool {
	return uint32(a.seconds) == uint32(b.seconds) && (a.nanos == b.nanos || a.nanos == 0 || b.nanos == 0)
}

// racy: the file could have been changed after it was compared, within the
// time stamp that the index has of it.
func (r *statRules) racy(mtime fileTime) bool {
	if mtime.nanos == 0 || r.written.nanos == 0 {
		return mtime.seconds >= r.written.seconds
	}
	return !mtime.before(r.written)
}

// emptyBlob is the hash of a file without content.
func emptyBlob() Hash {
	return Hash{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}
}
