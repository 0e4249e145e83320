package gitstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// maxIndex bounds the index file that is read, in bytes: far above that of a
// work tree of two million files.
const maxIndex = 1 << 30

// Places in the fixed part of an index entry, as git's
// Documentation/gitformat-index.txt gives them.
const (
	indexMode = 24
	indexSize = 36
	indexHash = 40
)

// Flags of an index entry. The extended ones are shifted above the others.
const (
	flagExtended     = 0x4000
	flagStage        = 0x3000
	flagSkipWorktree = 0x4000 << 16
	flagIntentToAdd  = 0x2000 << 16
)

// indexEntry is one tracked path. The fixed part stays encoded, so that
// reading a large index allocates little and decodes only what is asked for.
type indexEntry struct {
	path  string
	fixed string // ctime, mtime, dev, ino, mode, uid, gid, size, hash
	flags uint32
}

func (e *indexEntry) uint32(at int) uint32 {
	return beUint32(e.fixed[at : at+4])
}

func (e *indexEntry) mode() filemode.FileMode { return filemode.FileMode(e.uint32(indexMode)) }
func (e *indexEntry) stage() int              { return int(e.flags & flagStage >> 12) }
func (e *indexEntry) skipWorktree() bool      { return e.flags&flagSkipWorktree != 0 }
func (e *indexEntry) intentToAdd() bool       { return e.flags&flagIntentToAdd != 0 }

// hash is the object's name; that of a sha256 repository is cut off.
func (e *indexEntry) hash() (h Hash) {
	copy(h[:], e.fixed[indexHash:])
	return h
}

// index is what git knows of the tracked files.
type index struct {
	entries  []indexEntry // sorted by path, then stage
	written  time.Time    // when the file was; zero where there is none
	hashSize int

	split *splitLink
}

// readIndex reads the index of a work tree. A missing file is an empty index.
// hashSize is 20, or 32 in a sha256 repository.
func readIndex(file, gitDir string, hashSize int) (*index, error) {
	data, written, err := readIndexFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &index{hashSize: hashSize}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the index %q: %w", file, err)
	}
	x, err := parseIndex(data, hashSize)
	if err == nil && x.split != nil {
		err = x.joinShared(gitDir)
	}
	if err == nil {
		err = x.checkOrder()
	}
	if err != nil {
		return nil, fmt.Errorf("read the index %q: %w", file, err)
	}
	x.written = written
	return x, nil
}

func readIndexFile(file string) (string, time.Time, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", time.Time{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxIndex {
		return "", time.Time{}, fmt.Errorf("it is no regular file of at most %d bytes: %w", maxIndex, ErrTooLarge)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return "", time.Time{}, err
	}
	return viewString(data), info.ModTime(), nil
}

var errGitIndex = errors.New("the index is damaged; `git fsck` and `git reset` tell more and mend it")

func parseIndex(data string, hashSize int) (*index, error) {
	if len(data) < 12+hashSize || data[:4] != "DIRC" {
		return nil, errGitIndex
	}
	version, count := beUint32(data[4:]), beUint32(data[8:])
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("its version %d is not known here; `git update-index --index-version 2` helps", version)
	}
	p := indexParser{data: data[:len(data)-hashSize], at: 12, version: version, hashSize: hashSize}
	// An entry takes 63 bytes at least: the count is checked before memory is
	// taken for it.
	if int64(count)*int64(indexHash+hashSize+3) > int64(len(data)) {
		return nil, errGitIndex
	}
	x := &index{entries: make([]indexEntry, count), hashSize: hashSize}
	for i := range x.entries {
		if !p.entry(&x.entries[i]) {
			return nil, errGitIndex
		}
	}
	return x, p.extensions(x)
}

type indexParser struct {
	data     string
	at       int
	version  uint32
	hashSize int
	previous string // path, which version 4 builds on
}

func (p *indexParser) entry(e *indexEntry) bool {
	start, fixed := p.at, indexHash+p.hashSize
	if len(p.data)-p.at < fixed+2 {
		return false
	}
	e.fixed = p.data[p.at : p.at+fixed]
	e.flags = uint32(beUint16(p.data[p.at+fixed:]))
	p.at += fixed + 2
	if e.flags&flagExtended != 0 {
		if p.version < 3 || len(p.data)-p.at < 2 {
			return false
		}
		e.flags |= uint32(beUint16(p.data[p.at:])) << 16
		p.at += 2
	}
	if p.version == 4 {
		return p.shortened(e)
	}
	end := strings.IndexByte(p.data[p.at:], 0)
	if end < 0 {
		return false
	}
	e.path = p.data[p.at : p.at+end]
	p.at = start + (p.at+end-start+8)&^7
	return p.at <= len(p.data)
}

// shortened reads a path of version 4: how many bytes of the one before are
// dropped, and what comes instead.
func (p *indexParser) shortened(e *indexEntry) bool {
	drop, n := offsetVarint(p.data[p.at:])
	if n == 0 || drop > len(p.previous) {
		return false
	}
	p.at += n
	end := strings.IndexByte(p.data[p.at:], 0)
	if end < 0 || len(p.previous)-drop+end > math.MaxUint16 {
		return false
	}
	e.path = p.previous[:len(p.previous)-drop] + p.data[p.at:p.at+end]
	p.previous = e.path
	p.at += end + 1
	return true
}

// offsetVarint reads a number as pack files write offsets.
func offsetVarint(data string) (value, n int) {
	for n < len(data) && n < 5 {
		c := data[n]
		n++
		value |= int(c & 0x7f)
		if c&0x80 == 0 {
			return value, n
		}
		value = (value + 1) << 7
	}
	return 0, 0
}

// extensions reads what follows the entries. Of unknown ones only those with
// a capital first letter may be passed over.
func (p *indexParser) extensions(x *index) error {
	for p.at < len(p.data) {
		if len(p.data)-p.at < 8 {
			return errGitIndex
		}
		name, size := p.data[p.at:p.at+4], int64(beUint32(p.data[p.at+4:]))
		p.at += 8
		if size > int64(len(p.data)-p.at) {
			return errGitIndex
		}
		body := p.data[p.at : p.at+int(size)]
		p.at += int(size)
		switch {
		case name == "link":
			link, err := parseSplitLink(body, p.hashSize)
			if err != nil {
				return err
			}
			x.split = link
		case name == "sdir": // entries may be folders, which the walker knows
		case name[0] < 'A' || name[0] > 'Z':
			return fmt.Errorf("its extension %.4q is not known here", name)
		}
	}
	return nil
}

// checkOrder makes sure that paths may be searched for by halves, and that
// none is one that git would not have written.
func (x *index) checkOrder() error {
	for i := range x.entries {
		e := &x.entries[i]
		if e.path == "" || e.path[0] == '/' {
			return errGitIndex
		}
		if i == 0 {
			continue
		}
		before := &x.entries[i-1]
		order := strings.Compare(before.path, e.path)
		if order > 0 || order == 0 && before.stage() >= e.stage() {
			return errGitIndex
		}
	}
	return nil
}

func beUint32(s string) uint32 {
	return uint32(s[3]) | uint32(s[2])<<8 | uint32(s[1])<<16 | uint32(s[0])<<24
}

func beUint16(s string) uint16 { return uint16(s[1]) | uint16(s[0])<<8 }
