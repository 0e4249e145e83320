package gitstore

import (
	"crypto/sha1"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// takeMode says which files of a folder a snapshot takes.
type takeMode uint8

const (
	takeAll     takeMode = iota // tracked ones, and those that are not ignored
	takeTracked                 // tracked ones: the folder is ignored
	takeSome                    // tracked ones and included ones: ignored, but something in it is included
	takeEvery                   // all: the ignored folder itself is included
	takeGhost                   // nothing is on disk; only what the index says of absent files counts
)

// snapshotFolder is one folder of a snapshot.
type snapshotFolder struct {
	path       string // below the top, "" or ending in a slash
	mode       takeMode
	index      *indexFolder // nil: nothing in it is tracked
	ignore     *ignoreRules
	attributes *attributeRules
	items      []snapshotItem
	module     bool // it turned out to be a repository of its own
	hash       Hash
}

// itemState says what is still to be done for an item.
type itemState uint8

const (
	itemKnown   itemState = iota // its hash is known
	itemClean                    // known by its stat; the file holds the content
	itemIndexed                  // known from the index; no file is there
	itemToHash                   // its content is to be read
	itemLeftOut                  // not in the snapshot
)

// snapshotItem is one name of a folder.
type snapshotItem struct {
	name   string
	mode   filemode.FileMode
	state  itemState
	lfs    bool // the attributes want a pointer
	fresh  bool // untracked
	hash   Hash
	size   int64 // bytes; of a pointer's content
	mtime  fileTime
	data   []byte // what was read, where memory allows
	folder *snapshotFolder
}

// sort puts the items into git's order: a folder as if it ended in a slash.
func (f *snapshotFolder) sort() {
	sorted := func(a, b *snapshotItem) int { return compareTreeNames(a.name, a.isFolder(), b.name, b.isFolder()) }
	for i := 1; i < len(f.items); i++ {
		if sorted(&f.items[i-1], &f.items[i]) > 0 {
			slices.SortFunc(f.items, func(a, b snapshotItem) int { return sorted(&a, &b) })
			return
		}
	}
}

func (i *snapshotItem) isFolder() bool { return i.mode == filemode.Dir }

// compareTreeNames is the order of names in a tree object.
func compareTreeNames(a string, aFolder bool, b string, bFolder bool) int {
	n := min(len(a), len(b))
	if c := strings.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	return int(endByte(a, n, aFolder)) - int(endByte(b, n, bFolder))
}

func endByte(name string, at int, folder bool) byte {
	switch {
	case at < len(name):
		return name[at]
	case folder:
		return '/'
	}
	return 0
}

// seal drops what is left out, hashes the folder after those in it, and
// reports whether anything is in it.
func (f *snapshotFolder) seal(buffer *[]byte) bool {
	resort := false
	kept := f.items[:0]
	for _, item := range f.items {
		switch {
		case item.state == itemLeftOut:
			continue
		case item.folder != nil && item.folder.module:
			resort = true
			item.folder = nil
		case item.folder != nil:
			if !item.folder.seal(buffer) {
				continue
			}
			item.hash = item.folder.hash
		}
		kept = append(kept, item)
	}
	f.items = kept
	if resort {
		f.sort()
	}
	*buffer = f.encode((*buffer)[:0])
	f.hash = hashTree(*buffer)
	return len(f.items) > 0
}

func hashTree(data []byte) Hash {
	var head [32]byte
	h := sha1.New()
	h.Write(append(strconv.AppendInt(append(head[:0], "tree "...), int64(len(data)), 10), 0))
	h.Write(data)
	var out Hash
	h.Sum(out[:0])
	return out
}

// encode appends the tree object.
func (f *snapshotFolder) encode(out []byte) []byte {
	for i := range f.items {
		item := &f.items[i]
		out = strconv.AppendUint(out, uint64(item.mode), 8)
		out = append(out, ' ')
		out = append(out, item.name...)
		out = append(out, 0)
		out = append(out, item.hash[:]...)
	}
	return out
}

func (f *snapshotFolder) object() NewObject {
	data := f.encode(nil)
	return NewObject{Type: plumbing.TreeObject, Hash: f.hash, Data: data, Size: int64(len(data))}
}
