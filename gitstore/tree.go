package gitstore

import (
	"crypto/sha1"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Hash is the name of a git object.
type Hash = plumbing.Hash

// NewObject is an object that a commit must write. Its content is Data, or
// that of a file on disk, whose hash and size were taken before.
type NewObject struct {
	Type plumbing.ObjectType
	Hash Hash
	Data []byte
	File string
	Size int64 // bytes
}

// hashObject is the name of an object with this content.
func hashObject(kind plumbing.ObjectType, data []byte) Hash {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	return Hash(h.Sum(nil))
}

// Tree is the content of a commit to be written. Paths are slash separated. A
// path that is given twice has what was given last.
type Tree struct {
	root     *treeNode
	err      error     // the first one
	pointers []Pointer // whose content must be in the LFS store
}

// treeNode is a folder, or an entry of one.
type treeNode struct {
	children map[string]*treeNode // of a folder that is written anew
	mode     filemode.FileMode
	hash     Hash      // zero until it is known
	data     []byte    // of a blob in memory
	file     string    // of a blob on disk
	snapshot *Snapshot // of a folder that is one

	parent Hash // what the commit's parent has at the same path
	known  bool // the parent has it, so it is not written
}

// NewTree is an empty tree.
func NewTree() *Tree { return &Tree{root: newFolder()} }

func newFolder() *treeNode {
	return &treeNode{children: map[string]*treeNode{}, mode: filemode.Dir}
}

// AddBytes adds a regular file with this content.
func (t *Tree) AddBytes(path string, data []byte) {
	t.put(path, &treeNode{mode: filemode.Regular, data: data})
}

// AddPointer adds a Git LFS pointer, whose content [LFS.Put] has stored.
func (t *Tree) AddPointer(path string, p Pointer) {
	t.AddBytes(path, p.Bytes())
	t.pointers = append(t.pointers, p)
}

// AddFile adds the content of a file on disk, read while the commit is
// written, in constant memory.
func (t *Tree) AddFile(path, file string, executable bool) {
	mode := filemode.Regular
	if executable {
		mode = filemode.Executable
	}
	t.put(path, &treeNode{mode: mode, file: file})
}

// AddObject adds an object that the store holds.
func (t *Tree) AddObject(path string, mode filemode.FileMode, h Hash) {
	t.put(path, &treeNode{mode: mode, hash: h})
}

// AddSnapshot adds a snapshot and all of it that the store does not hold.
func (t *Tree) AddSnapshot(path string, s *Snapshot) {
	t.put(path, &treeNode{mode: filemode.Dir, hash: s.Tree, snapshot: s})
	t.pointers = append(t.pointers, s.pointers...)
}

// put keeps the first error for the commit.
func (t *Tree) put(path string, node *treeNode) {
	at := t.root
	parts := strings.Split(path, "/")
	for i, name := range parts {
		if err := ValidName(name); err != nil {
			if t.err == nil {
				t.err = fmt.Errorf("store the path %.200q: %w", path, err)
			}
			return
		}
		if i == len(parts)-1 {
			at.children[name] = node
			return
		}
		next := at.children[name]
		if next == nil || next.children == nil {
			next = newFolder()
			at.children[name] = next
		}
		at = next
	}
}

// encode is the tree object of a folder whose children are all hashed.
func (n *treeNode) encode() []byte {
	entries := make([]TreeEntry, 0, len(n.children))
	for name, child := range n.children {
		entries = append(entries, TreeEntry{name, child.mode, child.hash})
	}
	return encodeTree(entries)
}

// names are the names in a folder, sorted.
func (n *treeNode) names() []string { return slices.Sorted(maps.Keys(n.children)) }
