package gitstore

import (
	"fmt"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// isRepositoryFolder is git's test for a repository inside a work tree.
func isRepositoryFolder(dir string) bool {
	gitDir, _, err := followGitFile(filepath.Join(dir, ".git"))
	return err == nil && isGitDir(gitDir)
}

// openModule opens the repository whose work tree a folder is. The
// environment speaks of the outer repository, so it is not asked.
func openModule(dir string) (*Repository, error) {
	gitDir, file, err := followGitFile(filepath.Join(dir, ".git"))
	if err != nil {
		return nil, err
	}
	if !isGitDir(gitDir) {
		return nil, fmt.Errorf("%q is %w", dir, ErrNoRepository)
	}
	r := &Repository{GitDir: gitDir}
	if err := r.readCommonDir(dir); err != nil {
		return nil, err
	}
	if err := r.examine(dir, location{gitFile: file, top: dir}); err != nil {
		return nil, err
	}
	r.WorkTree, r.IndexFile = dir, filepath.Join(r.GitDir, "index")
	return r, nil
}

// submodule stores the commit that is checked out in a submodule, and says
// where that is not the whole truth.
func (v *visitor) submodule(e *indexEntry, name string) snapshotItem {
	item := snapshotItem{name: name, mode: filemode.Submodule, state: itemKnown, hash: e.hash()}
	if !v.stats.wholeHash {
		item.state = itemLeftOut // its commit has a name that does not fit here
	}
	dir := v.file(e.path)
	if !isRepositoryFolder(dir) { // it is not initialized
		return item
	}
	r, err := openModule(dir)
	var head Head
	if err == nil {
		head, err = r.Head()
	}
	if err != nil {
		v.notes.note("the submodule %q cannot be read: the snapshot holds at most the commit that the index names (%v)", e.path, err)
		return item
	}
	if !head.Commit.IsZero() {
		item.hash, item.state = head.Commit, itemKnown
	}
	if v.stats.wholeHash && item.hash != e.hash() {
		v.notes.note("the submodule %q is at commit %.12s, the index says %.12s", e.path, item.hash, e.hash())
	}
	v.noteChanges(r, e.path)
	return item
}

// nestedModule turns a folder that is a repository of its own into its commit.
func (w *walk) nestedModule(item *snapshotItem, path string) {
	path = path[:len(path)-1]
	r, err := openModule(w.file(path))
	var head Head
	if err == nil {
		head, err = r.Head()
	}
	if err != nil || head.Commit.IsZero() {
		item.state = itemLeftOut
		w.notes.leaveOut(LeftOut{Path: path + "/", Reason: "a git repository of its own, with no commit that could stand for it"})
		return
	}
	item.mode, item.hash, item.state = filemode.Submodule, head.Commit, itemKnown
	w.notes.note("the folder %q is a git repository of its own: the snapshot holds its commit %.12s, not its files", path, head.Commit)
	w.noteChanges(r, path)
}

// noteChanges says where a repository inside differs from its commit.
func (w *walk) noteChanges(r *Repository, path string) {
	if w.options.compare {
		return // one level deep is all that is told
	}
	store, err := r.OpenReading()
	if err != nil {
		w.notes.note("the repository %q cannot be compared with its commit: %v", path, err)
		return
	}
	defer store.Close()
	options := SnapshotOptions{MaxFile: -1, MaxUntracked: -1, LFSThreshold: -1, compare: true}
	s, err := store.Snapshot(w.ctx, r, r.WorkTree, options)
	switch {
	case err != nil:
		w.notes.note("the repository %q cannot be compared with its commit: %v", path, err)
	case s.Dirty:
		w.notes.note("%q has changes that are not in the snapshot, which holds only its commit", path)
	}
}
