package recorder

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/exprec/exprec/gitstore"
)

// pushLarge gives the remote the large contents of runs before the runs
// themselves: who has a run there can have its files. Where they do not get there
// the runs that have some are left out, unless only their pointers are wanted.
func (s *sharing) pushLarge(ctx context.Context, updates []gitstore.Update) ([]gitstore.Update, error) {
	if s.options.NoLarge {
		return updates, nil
	}
	contents, heavy := map[gitstore.Pointer]bool{}, map[string]*Run{}
	for _, u := range updates {
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		if !ok || u.New.IsZero() || s.lookedAt(u.New).light {
			continue
		}
		run := s.project.load(s.store, uuid, u.New)
		pointers, err := s.project.pointersOf(run)
		if err != nil {
			return nil, err
		}
		for pointer := range pointers {
			if s.store.LFS().Has(pointer) {
				contents[pointer], heavy[uuid] = true, run
			}
		}
	}
	err := s.remote.PushLarge(ctx, s.options.WireOptions, slices.Collect(maps.Keys(contents)))
	if err == nil || ctx.Err() != nil {
		return updates, err
	}
	return slices.DeleteFunc(updates, func(u gitstore.Update) bool {
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		if !ok || heavy[uuid] == nil {
			return false
		}
		if _, shown := s.shown(uuid, heavy[uuid]); shown {
			return false // only notes are new
		}
		s.refuse(uuid, fmt.Errorf("its large files did not go along: %w", err))
		return true
	}), nil
}

// FetchLarge brings the large contents of a run that are not here, all of them
// or those of some paths in its tree, such as files/model.bin. It gives their
// bytes. Unless a remote is named they come from one that has the run.
func (p *Project) FetchLarge(ctx context.Context, o ShareOptions, r *Run, paths ...string) (int64, error) {
	pointers, err := p.pointersOf(r)
	if err != nil {
		return 0, err
	}
	maps.DeleteFunc(pointers, func(pointer gitstore.Pointer, at []string) bool {
		wanted := len(paths) == 0 || slices.ContainsFunc(at, func(path string) bool { return slices.Contains(paths, path) })
		return !wanted || r.store.LFS().Has(pointer)
	})
	if len(pointers) == 0 {
		return 0, nil
	}
	remotes, err := p.remotesWith(o.Remote, r)
	if err != nil {
		return 0, err
	}
	var bytes int64
	inOrder := func(a, b gitstore.Pointer) int { return strings.Compare(pointers[a][0], pointers[b][0]) }
	for _, pointer := range slices.SortedFunc(maps.Keys(pointers), inOrder) {
		if err := fetchLargeFrom(ctx, o, r, remotes, pointer); err != nil {
			return bytes, fmt.Errorf("fetch %s of the run %s: %w", pointers[pointer][0], r.Short(), err)
		}
		bytes += pointer.Size
	}
	return bytes, nil
}

// fetchLargeFrom brings a content from the first of some remotes that has it.
// The error is that of the first one.
func fetchLargeFrom(ctx context.Context, o ShareOptions, r *Run, remotes []string, pointer gitstore.Pointer) (first error) {
	for _, name := range remotes {
		remote, err := r.store.Remote(name)
		if err == nil {
			err = remote.FetchLarge(ctx, o.WireOptions, pointer)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// remotesWith are the remotes that may have the contents of a run: the one that
// is asked for, else those that have the run, the usual one first.
func (p *Project) remotesWith(asked string, r *Run) ([]string, error) {
	usual, err := p.remoteName(asked)
	states := r.Remotes()
	if asked != "" || len(states) == 0 {
		return []string{usual}, err
	}
	var names []string
	for _, state := range states {
		if state.Remote == usual {
			names = slices.Insert(names, 0, usual)
		} else {
			names = append(names, state.Remote)
		}
	}
	return names, nil
}
