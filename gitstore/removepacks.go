package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// remove does what was planned.
func (r *remover) remove() error {
	if len(r.doomed) == 0 {
		return nil
	}
	for _, p := range r.packs {
		if err := r.rewrite(p); err != nil {
			return err
		}
	}
	if err := r.dropDerived(); err != nil {
		return err
	}
	// A commit goes after what it leads to, so that who was killed in between
	// finds the rest by it.
	isCommit := func(h Hash) bool { return slices.Contains(r.commits, h) }
	if err := r.removeLoose(func(h Hash) bool { return !isCommit(h) }); err != nil {
		return err
	}
	for _, p := range r.packs {
		if info, err := os.Stat(p.base + ".pack"); err != nil || !info.ModTime().Equal(p.dated) {
			return errMovedOn
		}
		if err := removeWholePack(p.base); err != nil {
			return err
		}
	}
	if err := r.removeLoose(isCommit); err != nil {
		return err
	}
	r.renewDerived()
	return nil
}

// removeWholePack removes a pack. Its content goes first: without an index it
// would be there still, and nobody would find it.
func removeWholePack(base string) error {
	for _, end := range []string{".pack", ".idx", ".rev", ".bitmap", ".mtimes"} {
		if err := os.Remove(base + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// removeLoose removes objects that are files of their own.
func (r *remover) removeLoose(which func(Hash) bool) error {
	for h := range r.doomed {
		if !which(h) {
			continue
		}
		name := h.String()
		err := os.Remove(filepath.Join(r.store.dir, "objects", name[:2], name[2:]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// rewrite has git write a pack of what stays.
func (r *remover) rewrite(p doomedPack) error {
	if len(p.keep) == 0 {
		return nil
	}
	var names strings.Builder
	for _, h := range p.keep {
		names.WriteString(h.String() + "\n")
	}
	err := r.store.git(r.ctx, strings.NewReader(names.String()), nil,
		"pack-objects", "-q", "--delta-base-offset", filepath.Join(r.store.packDir(), "pack"))
	if err != nil {
		return fmt.Errorf("write the pack %s anew: %w", filepath.Base(p.base), err)
	}
	return nil
}

// dropDerived removes what git made from packs and commits to be faster, since
// it speaks of those that are about to go.
func (r *remover) dropDerived() error {
	objects := filepath.Join(r.store.dir, "objects")
	var files []string
	for _, pattern := range []string{"info/commit-graph", "info/commit-graphs/*", "pack/multi-pack-index*"} {
		found, err := filepath.Glob(filepath.Join(objects, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		files = append(files, found...)
		r.hadGraph = r.hadGraph || len(found) > 0 && strings.HasPrefix(pattern, "info")
		r.hadIndex = r.hadIndex || len(found) > 0 && strings.HasPrefix(pattern, "pack")
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// renewDerived is a kindness: git makes these files again at its next gc.
func (r *remover) renewDerived() {
	if r.hadGraph {
		_ = r.store.git(r.ctx, nil, nil, "commit-graph", "write", "--reachable", "--no-progress")
	}
	if r.hadIndex {
		_ = r.store.git(r.ctx, nil, nil, "multi-pack-index", "write", "--no-progress")
	}
}
