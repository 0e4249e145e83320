package gitstore

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// From so many on, packs and refs in files of their own make everything slower
// that git and this store do, and are put together.
const (
	manyPacks     = 20
	manyLooseRefs = 200
)

// Sweep removes what processes that were killed have left behind: packs without
// a ref, locks, staged files.
func (s *Store) Sweep() { s.sweep() }

// ManyPacks reports whether there are so many packs that [Store.Repack] is
// worth while, and how many there are.
func (s *Store) ManyPacks() (packs int, many bool) {
	for _, name := range namesIn(s.packDir()) {
		if strings.HasSuffix(name, ".pack") {
			packs++
		}
	}
	return packs, packs >= manyPacks
}

// Repack has git put small packs and loose objects into larger packs. No object
// is removed. The errors are ErrNoGit, and ErrBusy while the user's own git gc
// is at work.
func (s *Store) Repack(ctx context.Context) error {
	if s.collecting() {
		return fmt.Errorf("repack: %w", ErrBusy)
	}
	err := s.git(ctx, nil, nil, "-c", "repack.writeBitmaps=false", "repack", "-d", "-n", "-q", "--geometric=2")
	s.database().close()
	return err
}

// ManyLooseRefs is [Store.ManyPacks] for [Store.PackRefs].
func (s *Store) ManyLooseRefs(prefix string) (refs int, many bool) {
	loose, err := s.looseRefs(prefix, func(string) {})
	return len(loose), err == nil && len(loose) >= manyLooseRefs
}

// PackRefs has git put the refs below a prefix into packed-refs, where it can
// do that; an older git puts all there.
func (s *Store) PackRefs(ctx context.Context, prefix string) error {
	if s.collecting() {
		return fmt.Errorf("pack refs: %w", ErrBusy)
	}
	err := s.git(ctx, nil, nil, "pack-refs", "--prune", "--include", prefix+"*")
	if err != nil && strings.Contains(err.Error(), "unknown option") && ctx.Err() == nil {
		err = s.git(ctx, nil, nil, "pack-refs", "--all", "--prune")
	}
	return err
}

// StaleLock is a lock file of git's that is so old that whoever made it may be
// dead. It is never removed: nobody can know.
type StaleLock struct {
	File string
	Age  time.Duration
}

// staleAge is how old a lock must be to be worth a word: no ref takes so long.
const staleAge = 10 * time.Minute

// StaleLocks looks for locks that somebody's git has left, which keep others
// from writing.
func (s *Store) StaleLocks() []StaleLock {
	var found []StaleLock
	look := func(file string) {
		info, err := os.Lstat(file)
		if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > staleAge {
			found = append(found, StaleLock{file, time.Since(info.ModTime())})
		}
	}
	for _, name := range namesIn(s.dir) {
		if strings.HasSuffix(name, ".lock") {
			look(filepath.Join(s.dir, name))
		}
	}
	_ = filepath.WalkDir(filepath.Join(s.dir, "refs"), func(file string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, ".lock") {
			look(file)
		}
		return nil
	})
	return found
}
