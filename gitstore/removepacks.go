package gitstore

import (
	"bytes"
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
	return r.removeLoose(isCommit)
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

// dropDerived removes what git made from commits and packs to be faster, where
// it speaks of those that are about to go. Git makes it again at its next gc;
// to have it made here would be in the way of one that is at work.
func (r *remover) dropDerived() error {
	var commits, packs [][]byte
	for _, h := range r.commits {
		if r.doomed[h] {
			commits = append(commits, h[:])
		}
	}
	for _, p := range r.packs {
		packs = append(packs, []byte(filepath.Base(p.base)))
	}
	objects := filepath.Join(r.store.dir, "objects")
	for _, of := range []struct {
		patterns []string
		speaksOf [][]byte
	}{
		{[]string{"info/commit-graph", "info/commit-graphs/*graph*"}, commits},
		{[]string{"pack/multi-pack-index*"}, packs},
	} {
		var files []string
		for _, pattern := range of.patterns {
			found, err := filepath.Glob(filepath.Join(objects, filepath.FromSlash(pattern)))
			if err != nil {
				return err
			}
			files = append(files, found...)
		}
		if err := removeAllIf(files, of.speaksOf); err != nil {
			return err
		}
	}
	return nil
}

// maxDerived bounds what is read of such a file, in bytes. A larger one is
// removed unread.
const maxDerived = 1 << 30

// removeAllIf removes files that belong together if any holds one of the
// words. Locks are somebody else's.
func removeAllIf(files []string, words [][]byte) error {
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, ".lock") })
	if !slices.ContainsFunc(files, func(file string) bool {
		data, err := readBounded(file, maxDerived)
		return errors.Is(err, ErrTooLarge) || slices.ContainsFunc(words, func(word []byte) bool { return bytes.Contains(data, word) })
	}) {
		return nil
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
