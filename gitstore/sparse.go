package gitstore

import (
	"encoding/binary"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// expand replaces the one entry that a sparse index has for a folder by what
// the folder's tree holds, marked as left out of the work tree: some of it is
// there after all.
func (w *walk) expand(f *indexFolder, path string) {
	entries, err := w.source.ReadTree(f.sparse.hash())
	if err != nil {
		w.notes.note("the folder %q, which the sparse checkout leaves out, cannot be read: %v", path, err)
		return
	}
	for _, e := range entries {
		entry := &indexEntry{path: path + e.Name, fixed: fixedEntry(e.Mode, e.Hash), flags: flagSkipWorktree}
		if e.Mode == filemode.Dir {
			f.folder(e.Name, f.prefix+len(e.Name)+1).sparse = entry
			continue
		}
		f.entries = append(f.entries, entry)
	}
	sortBy(f.entries, func(e *indexEntry) string { return e.path })
	f.sparse = nil
}

// fixedEntry is the fixed part of an index entry whose file was never seen.
func fixedEntry(mode filemode.FileMode, h Hash) string {
	var fixed [indexHash + len(h)]byte
	binary.BigEndian.PutUint32(fixed[indexMode:], uint32(mode))
	copy(fixed[indexHash:], h[:])
	return string(fixed[:])
}
