package recorder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
)

// makingPrefix begins the name of a run's folder that is being made.
const makingPrefix = ".making-"

// Mirror gives the run's folder: its record as ordinary files, without the
// source. That of a sealed run is made again from git where it is gone; what
// could not be put there is in the warnings. The error is [ErrPurged] of a run
// that was purged, and [ErrUnfinished] of one that goes on elsewhere.
func (p *Project) Mirror(ctx context.Context, r *Run) (folder string, warnings []string, err error) {
	if r.Beside() {
		return "", nil, fmt.Errorf("the record %s %w; its files are in git", r.Address(), ErrBeside)
	}
	folder = p.folder(r.uuid)
	if _, err := os.Stat(folder); err == nil {
		return folder, nil, nil
	}
	switch {
	case r.purged:
		err = ErrPurged
	case r.remote != "":
		err = r.lightErr("the files")
	case r.tree.IsZero():
		err = r.unread("its record")
	case !r.started.Status.Final():
		err = fmt.Errorf("%w, and its folder is not on this machine", ErrUnfinished)
	default:
		warnings, err = p.makeMirror(ctx, r, folder)
	}
	if err != nil {
		return "", nil, fmt.Errorf("open the folder of the run %s: %w", r.Short(), err)
	}
	p.linkAgain(folder)
	return folder, warnings, nil
}

// makeMirror makes the folder beside its place, so that it appears whole.
func (p *Project) makeMirror(ctx context.Context, r *Run, folder string) ([]string, error) {
	if err := makeHome(filepath.Dir(filepath.Dir(folder))); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(folder), makingPrefix)
	if err != nil {
		return nil, err
	}
	warnings, err := p.fillMirror(ctx, r, tmp)
	if err == nil {
		err = os.Rename(tmp, folder)
	}
	if err == nil {
		return warnings, nil
	}
	removed := os.RemoveAll(tmp)
	if _, there := os.Stat(folder); there == nil {
		return nil, removed // somebody else has made it
	}
	return nil, errors.Join(err, removed)
}

func (p *Project) fillMirror(ctx context.Context, r *Run, to string) ([]string, error) {
	entries, err := r.store.ReadTree(r.tree)
	if err != nil {
		return nil, err
	}
	var warnings []string
	for _, e := range entries {
		at := filepath.Join(to, e.Name)
		switch {
		case e.Name == "source" || e.Name == journalName || e.Name == lockName:
		case e.Mode == filemode.Dir:
			report, err := r.store.Checkout(ctx, e.Hash, nil, at)
			if err != nil {
				return nil, err
			}
			warnings = append(warnings, report.Warnings...)
		default:
			data, err := r.store.ReadBlob(e.Hash, maxIndexFile)
			if err != nil {
				return nil, err
			}
			if err := os.WriteFile(at, data, 0o600); err != nil {
				return nil, err
			}
		}
	}
	more, err := r.linkLarge(to)
	if err != nil {
		return nil, err
	}
	err = errors.Join(journal.MarkSealed(filepath.Join(to, lockName)), os.WriteFile(filepath.Join(to, originName), []byte(p.top), 0o600))
	return append(warnings, more...), err
}

// linkLarge puts the contents of large files in the place of their pointers. A
// pointer whose content is not here stays.
func (r *Run) linkLarge(to string) (warnings []string, err error) {
	for _, file := range r.started.Large {
		path := "files/" + file.Path
		pointer, err := r.pointer(path)
		if err != nil {
			return nil, err
		}
		content, err := r.store.LFS().Open(pointer)
		if errors.Is(err, gitstore.ErrPruned) || errors.Is(err, gitstore.ErrMissing) {
			warnings = append(warnings, fmt.Sprintf("%s holds the pointer to a large file only: %v", path, err))
			continue
		}
		if err != nil {
			return nil, err
		}
		at := filepath.Join(to, filepath.FromSlash(path))
		if err = os.Remove(at); err == nil || errors.Is(err, fs.ErrNotExist) {
			err = linkOrCopy(content.Name(), at)
		}
		if err = errors.Join(err, content.Close()); err != nil {
			return nil, err
		}
	}
	return warnings, nil
}
