package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/exprec/exprec/gitstore"
)

// pushLarge gives the remote the large contents of runs before the runs
// themselves: who has a run there can have its files. Where git-lfs is missing
// the runs that need it are left out, unless only their pointers are wanted.
func (s *sharing) pushLarge(ctx context.Context, updates []gitstore.Update) ([]gitstore.Update, error) {
	if s.options.NoLarge {
		return updates, nil
	}
	contents, heavy := map[gitstore.Pointer]bool{}, map[string]bool{}
	for _, u := range updates {
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		if !ok || u.New.IsZero() {
			continue
		}
		run := s.project.load(s.store, uuid, u.New)
		pointers, err := s.project.pointersOf(run)
		if err != nil {
			return nil, err
		}
		for pointer := range pointers {
			if s.store.LFS().Has(pointer) {
				contents[pointer], heavy[uuid] = true, true
			}
		}
	}
	err := s.remote.PushLarge(ctx, s.options.WireOptions, slices.Collect(maps.Keys(contents)))
	if !errors.Is(err, gitstore.ErrNoLFS) {
		return updates, err
	}
	return slices.DeleteFunc(updates, func(u gitstore.Update) bool {
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		if !ok || !heavy[uuid] {
			return false
		}
		s.refuse(uuid, fmt.Errorf("its large files go by git-lfs, which is not on PATH: install it, or push without them"))
		return true
	}), nil
}

// FetchLarge brings the large contents of a run that are not here, all of them
// or those of some paths in its tree, such as files/model.bin. It gives their
// bytes.
func (p *Project) FetchLarge(ctx context.Context, o ShareOptions, r *Run, paths ...string) (int64, error) {
	pointers, err := p.pointersOf(r)
	if err != nil || len(pointers) == 0 {
		return 0, err
	}
	name, err := p.remoteName(o.Remote)
	if err != nil {
		return 0, err
	}
	remote, err := r.store.Remote(name)
	if err != nil {
		return 0, err
	}
	var bytes int64
	for pointer, at := range pointers {
		wanted := len(paths) == 0 || slices.ContainsFunc(at, func(path string) bool { return slices.Contains(paths, path) })
		if !wanted || r.store.LFS().Has(pointer) {
			continue
		}
		if err := remote.FetchLarge(ctx, o.WireOptions, pointer); err != nil {
			return bytes, fmt.Errorf("fetch %s of the run %s: %w", at[0], r.Short(), err)
		}
		bytes += pointer.Size
	}
	return bytes, nil
}
