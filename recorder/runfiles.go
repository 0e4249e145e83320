package recorder

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Files are the files that the program put into the run; those of a run that
// goes on are the ones in its folder now.
func (r *Run) Files() (fs.FS, error) { return r.content().files() }

// Source is the snapshot of the source that the run ran. The error wraps
// [ErrNoSource] where none was kept.
func (r *Run) Source() (fs.FS, error) {
	fsys, ok, err := r.folderFS("source", r.largeSource())
	if err == nil && !ok {
		err = r.noSource()
	}
	return fsys, err
}

func (r *Run) noSource() error {
	return fmt.Errorf("%w: the run %s", ErrNoSource, r.Short())
}

func (r *Run) largeSource() []record.LargeFile {
	if r.started.Source == nil {
		return nil
	}
	return r.started.Source.Large
}

// sourceTree is the tree of the run's source.
func (r *Run) sourceTree() (gitstore.Hash, error) {
	hash, ok, err := r.subtree("source")
	if err == nil && !ok {
		err = r.noSource()
	}
	if err == nil {
		err = r.lightErr("the source")
	}
	return hash, err
}

// subtree is a folder of the run's tree.
func (r *Run) subtree(name string) (gitstore.Hash, bool, error) {
	if r.tree.IsZero() {
		return gitstore.Hash{}, false, r.err
	}
	entry, err := r.lookup(name)
	if errors.Is(err, gitstore.ErrNotFound) {
		return gitstore.Hash{}, false, nil
	}
	if err == nil && entry.Mode != filemode.Dir {
		err = errors.New("it is no folder")
	}
	if err != nil {
		return gitstore.Hash{}, false, r.damaged(name, err)
	}
	return entry.Hash, true, nil
}

func (r *Run) folderFS(name string, large []record.LargeFile) (fs.FS, bool, error) {
	hash, ok, err := r.subtree(name)
	if err == nil && ok {
		err = r.lightErr("the " + name)
	}
	if err != nil || !ok {
		return nil, false, err
	}
	return r.store.FS(hash, sizesOf(large)), true, nil
}

// sizesOf gives the sizes of the files that are Git LFS pointers by path.
func sizesOf(files []record.LargeFile) map[string]int64 {
	sizes := make(map[string]int64, len(files))
	for _, f := range files {
		sizes[f.Path] = f.Size
	}
	return sizes
}
