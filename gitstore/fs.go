package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Limits of reading a tree as files.
const (
	maxLink        = 64 << 10 // bytes of a symbolic link's target
	maxLinksInARow = 40       // as in Linux
	maxCachedTrees = 256
)

// treeFS is a tree as files.
type treeFS struct {
	store *Store
	root  Hash
	large map[string]int64

	mu    sync.Mutex
	trees map[Hash][]TreeEntry
}

// FS is a tree as files: a ReadDirFS, StatFS, ReadFileFS and ReadLinkFS.
// Symbolic links are followed inside of the tree only. A submodule is an empty
// folder with the mode bit ModeIrregular. A path in large is a Git LFS pointer
// whose content is given instead, ErrMissing where it is not here. Files have
// no time.
func (s *Store) FS(tree Hash, large map[string]int64) fs.FS {
	return &treeFS{store: s, root: tree, large: large, trees: map[Hash][]TreeEntry{}}
}

// Open opens a file or folder; files are streamed.
func (f *treeFS) Open(name string) (fs.File, error) {
	e, at, err := f.find("open", name, true)
	if err != nil {
		return nil, err
	}
	info := &treeInfo{fs: f, name: path.Base(name), path: at, entry: e}
	if info.IsDir() {
		return &treeDir{treeInfo: info}, nil
	}
	content, err := f.content(info)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &treeFile{treeInfo: info, ReadCloser: content}, nil
}

// content opens what a file holds and notes its size.
func (f *treeFS) content(info *treeInfo) (io.ReadCloser, error) {
	if _, large := f.large[info.path]; large {
		pointer, err := f.pointer(info)
		if err != nil {
			return nil, err
		}
		info.size, info.sized = pointer.Size, true
		return f.store.lfs.open(pointer)
	}
	r, size, err := f.store.OpenBlob(info.entry.Hash)
	info.size, info.sized = size, err == nil
	return r, err
}

func (f *treeFS) pointer(info *treeInfo) (Pointer, error) {
	data, err := f.store.ReadBlob(info.entry.Hash, maxPointer)
	if err != nil {
		return Pointer{}, err
	}
	pointer, ok := ParsePointer(data)
	if !ok {
		return Pointer{}, fmt.Errorf("%q should be a Git LFS pointer and is none: %w", info.path, ErrCorrupt)
	}
	return pointer, nil
}

// find walks to a path. Links on the way are followed, the last one if follow
// says so; at is the path without links.
func (f *treeFS) find(op, name string, follow bool) (e TreeEntry, at string, err error) {
	if !fs.ValidPath(name) {
		return e, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	rest := strings.Split(name, "/")
	e = TreeEntry{Name: ".", Mode: filemode.Dir, Hash: f.root}
	stack := []TreeEntry{e}
	var names []string
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case ".":
			continue
		case "..":
			if len(names) == 0 {
				return e, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
			}
			names, stack = names[:len(names)-1], stack[:len(stack)-1]
			continue
		}
		next, err := f.child(stack[len(stack)-1], part)
		if err != nil {
			return e, "", &fs.PathError{Op: op, Path: name, Err: err}
		}
		if next.Mode == filemode.Symlink && (follow || len(rest) > 0) {
			target, err := f.link(next.Hash)
			if links++; err == nil && (links > maxLinksInARow || strings.HasPrefix(target, "/")) {
				err = fs.ErrNotExist
			}
			if err != nil {
				return e, "", &fs.PathError{Op: op, Path: name, Err: err}
			}
			rest = append(strings.Split(strings.Trim(target, "/"), "/"), rest...)
			continue
		}
		names, stack = append(names, part), append(stack, next)
	}
	return stack[len(stack)-1], strings.Join(names, "/"), nil
}

func (f *treeFS) child(folder TreeEntry, name string) (TreeEntry, error) {
	entries, err := f.list(folder)
	if err != nil {
		return TreeEntry{}, err
	}
	for _, e := range entries {
		if e.Name == name {
			return e, nil
		}
	}
	return TreeEntry{}, fs.ErrNotExist
}

// list is a folder's entries. A submodule has none.
func (f *treeFS) list(e TreeEntry) ([]TreeEntry, error) {
	switch e.Mode {
	case filemode.Submodule:
		return nil, nil
	case filemode.Dir:
	default:
		return nil, fs.ErrNotExist
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if entries, ok := f.trees[e.Hash]; ok {
		return entries, nil
	}
	entries, err := f.store.ReadTree(e.Hash)
	if err != nil {
		return nil, err
	}
	if len(f.trees) >= maxCachedTrees {
		clear(f.trees)
	}
	// git sorts folders as if their names ended with a slash, files are by name.
	slices.SortFunc(entries, func(a, b TreeEntry) int { return strings.Compare(a.Name, b.Name) })
	f.trees[e.Hash] = entries
	return entries, nil
}

func (f *treeFS) link(h Hash) (string, error) {
	data, err := f.store.ReadBlob(h, maxLink)
	return string(data), err
}

// ReadFile reads a whole file, in one allocation.
func (f *treeFS) ReadFile(name string) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	regular, ok := file.(*treeFile)
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory")}
	}
	if regular.size > math.MaxInt32 {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	var out bytes.Buffer
	out.Grow(int(min(regular.size, 1<<20)) + bytes.MinRead)
	if _, err := out.ReadFrom(regular); err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return out.Bytes(), nil
}

// ReadDir lists a folder.
func (f *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	e, at, err := f.find("readdir", name, true)
	if err != nil {
		return nil, err
	}
	dir := &treeDir{treeInfo: &treeInfo{fs: f, name: path.Base(name), path: at, entry: e}}
	return dir.ReadDir(-1)
}

// Stat describes what a path leads to.
func (f *treeFS) Stat(name string) (fs.FileInfo, error) { return f.stat("stat", name, true) }

// Lstat describes a path itself, also where it is a symbolic link.
func (f *treeFS) Lstat(name string) (fs.FileInfo, error) { return f.stat("lstat", name, false) }

func (f *treeFS) stat(op, name string, follow bool) (fs.FileInfo, error) {
	e, at, err := f.find(op, name, follow)
	if err != nil {
		return nil, err
	}
	info := &treeInfo{fs: f, name: path.Base(name), path: at, entry: e}
	if err := info.measure(); err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return info, nil
}

// ReadLink is the target of a symbolic link.
func (f *treeFS) ReadLink(name string) (string, error) {
	e, _, err := f.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if e.Mode != filemode.Symlink {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := f.link(e.Hash)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return target, nil
}

// treeInfo describes an entry: a FileInfo and a DirEntry. Its size is looked
// up when it is asked for.
type treeInfo struct {
	fs    *treeFS
	name  string
	path  string
	entry TreeEntry
	size  int64
	sized bool
}

func (i *treeInfo) Name() string               { return i.name }
func (i *treeInfo) IsDir() bool                { return i.Mode().IsDir() }
func (i *treeInfo) Type() fs.FileMode          { return i.Mode().Type() }
func (i *treeInfo) ModTime() time.Time         { return time.Time{} }
func (i *treeInfo) Sys() any                   { return i.entry }
func (i *treeInfo) Size() int64                { return i.size }
func (i *treeInfo) Stat() (fs.FileInfo, error) { return i, i.measure() }
func (i *treeInfo) Info() (fs.FileInfo, error) { return i, i.measure() }
func (i *treeInfo) String() string             { return fs.FormatFileInfo(i) }

func (i *treeInfo) Mode() fs.FileMode {
	switch i.entry.Mode {
	case filemode.Dir:
		return fs.ModeDir | 0o755
	case filemode.Submodule:
		return fs.ModeDir | fs.ModeIrregular | 0o755
	case filemode.Symlink:
		return fs.ModeSymlink | 0o777
	case filemode.Executable:
		return 0o755
	}
	return 0o644
}

func (i *treeInfo) measure() error {
	if i.sized || i.IsDir() {
		return nil
	}
	var err error
	if size, large := i.fs.large[i.path]; large {
		i.size = size
	} else {
		i.size, err = i.fs.store.BlobSize(i.entry.Hash)
	}
	i.sized = err == nil
	return err
}

// treeFile is an open file.
type treeFile struct {
	*treeInfo
	io.ReadCloser
}

func (f *treeFile) Stat() (fs.FileInfo, error) { return f.treeInfo.Stat() }

// treeDir is an open folder.
type treeDir struct {
	*treeInfo
	offset int
}

func (d *treeDir) Close() error { return nil }

func (d *treeDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.path, Err: errors.New("is a directory")}
}

// ReadDir gives the next n entries, all of them where n is not positive.
func (d *treeDir) ReadDir(n int) ([]fs.DirEntry, error) {
	entries, err := d.fs.list(d.entry)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: d.path, Err: err}
	}
	entries = entries[min(d.offset, len(entries)):]
	if n > 0 && len(entries) == 0 {
		return nil, io.EOF
	}
	if n > 0 {
		entries = entries[:min(n, len(entries))]
	}
	d.offset += len(entries)
	list := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		list[i] = &treeInfo{fs: d.fs, name: e.Name, path: path.Join(d.path, e.Name), entry: e}
	}
	return list, nil
}
