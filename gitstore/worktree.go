package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// workTree changes files of a user's work tree, one at a time and each one
// whole. It reaches files only through real folders below the top.
type workTree struct {
	*placer
	root    *os.Root
	staging string // name of the one file that is being written
	kept    int    // files that were not touched since they are not as expected

	steps     int
	interrupt func(step int) // tests stop the work here
}

// step is called between any two changes on disk.
func (w *workTree) step() error {
	if w.steps++; w.interrupt != nil {
		w.interrupt(w.steps)
	}
	return w.ctx.Err()
}

// openWorkTree opens a work tree for the restore that a saved state is of.
func openWorkTree(p *placer, dir string) (*workTree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &workTree{placer: p, root: root}, nil
}

// stagingName is that of a file while a restore writes it. Undo knows it too,
// and sweeps what an interrupted restore has left.
func stagingName(undoRef string) string {
	return ".exprec-restore-" + strings.TrimPrefix(undoRef, undoPrefix)
}

func (w *workTree) keep(format string, args ...any) {
	w.kept++
	w.warn(format, args...)
}

// disk reads files of the work tree; large are those that entries stand for by
// a pointer.
func (w *workTree) disk(large map[string]int64) *diskReader {
	p := *w.placer
	p.large = large
	return &diskReader{placer: &p, root: w.root}
}

// state is what is at a path now, nil where nothing is.
func (w *workTree) state(path string) fs.FileInfo {
	folder, name, err := openParent(w.root, path, false)
	if err != nil {
		return nil
	}
	defer folder.Close()
	info, err := folder.Lstat(name)
	if err != nil {
		return nil
	}
	return info
}

// errInTheWay: a link or file stands where a folder is needed.
var errInTheWay = errors.New("something that is no folder is in the way")

// openParent opens the folder of a path, and makes it where it is missing. A
// link on the way is not followed, even where it stays inside.
func openParent(root *os.Root, path string, create bool) (*os.Root, string, error) {
	names := strings.Split(path, "/")
	at, err := root.OpenRoot(".")
	if err != nil {
		return nil, "", err
	}
	for _, name := range names[:len(names)-1] {
		next, err := openBelow(at, name, create)
		at.Close()
		if err != nil {
			return nil, "", err
		}
		at = next
	}
	return at, names[len(names)-1], nil
}

func openBelow(at *os.Root, name string, create bool) (*os.Root, error) {
	info, err := at.Lstat(name)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := at.Mkdir(name, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		info, err = at.Lstat(name)
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errInTheWay
	}
	return at.OpenRoot(name)
}

// sameState reports whether a path is still what it was.
func sameState(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Mode() == b.Mode() && (a.IsDir() || sameFileState(a, b))
}

// write puts a file, or a link, in the place of what the state says is there.
// What came in between stays, and is named.
func (w *workTree) write(path string, e TreeEntry, expected fs.FileInfo) error {
	folder, name, err := openParent(w.root, path, true)
	if errors.Is(err, errInTheWay) {
		w.keep("%q was not written: something that is no folder is in the way", path)
		return nil
	}
	if err != nil {
		return fmt.Errorf("the file %q: %w", path, err)
	}
	defer folder.Close()
	err = w.stage(folder, w.staging, e, path)
	if err == nil {
		err = w.step()
	}
	if err != nil {
		folder.Remove(w.staging)
		return err
	}
	if err := w.replace(folder, w.staging, name, path, expected); err != nil {
		folder.Remove(w.staging)
		return fmt.Errorf("the file %q: %w", path, err)
	}
	return nil
}

func (w *workTree) stage(folder *os.Root, staging string, e TreeEntry, path string) error {
	if e.Mode != filemode.Symlink {
		return w.create(folder, staging, e, path)
	}
	target, err := w.store.ReadBlob(e.Hash, maxLink)
	if err != nil {
		return fmt.Errorf("the symbolic link %q: %w", path, err)
	}
	w.report.Files++
	return folder.Symlink(string(target), staging)
}

// replace moves the staged file to its name. A folder there goes only where it
// is empty.
func (w *workTree) replace(folder *os.Root, staging, name, path string, expected fs.FileInfo) error {
	now, err := folder.Lstat(name)
	if err != nil {
		now = nil
	}
	if now != nil && now.IsDir() {
		if err := folder.Remove(name); err != nil {
			w.keep("%q was not written: a folder with files of yours has that name", path)
			return folder.Remove(staging)
		}
		return folder.Rename(staging, name)
	}
	if expected != nil && expected.IsDir() {
		expected = nil // it went with the last file in it
	}
	if !sameState(expected, now) {
		w.keep("%q was changed meanwhile: it stays as it is", path)
		return folder.Remove(staging)
	}
	return folder.Rename(staging, name)
}

// remove removes a file that is still what the state says, and the folders
// that are empty without it.
func (w *workTree) remove(path string, expected fs.FileInfo) error {
	folder, name, err := openParent(w.root, path, false)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errInTheWay) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove %q: %w", path, err)
	}
	defer folder.Close()
	now, err := folder.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || now.IsDir() || !sameState(expected, now) {
		w.keep("%q was changed meanwhile: it stays as it is", path)
		return nil
	}
	if err := folder.Remove(name); err != nil {
		return fmt.Errorf("remove %q: %w", path, err)
	}
	w.prune(path)
	return nil
}

// sweep removes what an interrupted restore was writing beside a path, and
// the folders that it made for nothing.
func (w *workTree) sweep(path string) {
	if folder, _, err := openParent(w.root, path, false); err == nil {
		folder.Remove(w.staging)
		folder.Close()
		w.prune(path)
	}
}

// prune removes the folders above a path as far as they are empty.
func (w *workTree) prune(path string) {
	for dir := filepath.Dir(filepath.FromSlash(path)); dir != "."; dir = filepath.Dir(dir) {
		info, err := w.root.Lstat(dir)
		if err != nil || !info.IsDir() || w.root.Remove(dir) != nil {
			return
		}
	}
}

func sortedPaths[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
