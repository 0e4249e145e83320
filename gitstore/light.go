package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shallowAt makes the wire shallow where both sides have nothing but commits
// without parents.
func (w *wire) shallowAt(roots []Hash) error {
	if len(roots) == 0 {
		return nil
	}
	return os.WriteFile(filepath.Join(w.dir, "shallow"), []byte(roots[0].String()+"\n"), 0o600)
}

// FetchInto brings commits without parents, with all that they reach, into
// another store, which has some that the remote has too.
func (r *Remote) FetchInto(ctx context.Context, o WireOptions, into *Store, wants, both []Hash) (*Fetched, error) {
	w, err := r.wire(o, false)
	if err != nil {
		return nil, err
	}
	defer w.close()
	have := packedHead
	for i, h := range both[:min(len(both), maxHaves)] {
		have += fmt.Sprintf("%s refs/have/%06d\n", h, i)
	}
	err = errors.Join(
		// What is in the user's repository may be removed there, so it does not
		// count as being here.
		w.write(alternates, filepath.Join(into.dir, "objects")+"\n"),
		w.write("packed-refs", have), w.shallowAt(both),
	)
	if err != nil {
		return nil, err
	}
	if err := w.fetch(ctx, wants); err != nil {
		return nil, err
	}
	return w.takeInto(into)
}

// Roots hold commits of a remote with the files at the roots of their trees,
// and nothing below them.
type Roots struct {
	*Store
	wire *wire
}

// Close removes them, if there are any.
func (r *Roots) Close() error {
	if r.wire == nil {
		return nil
	}
	err := r.Store.Close()
	r.wire.close()
	return err
}

// FetchRoots gets commits of a remote with the files and folders at the roots of
// their trees. The error is [ErrNoFilter] where the remote would send all of them.
func (r *Remote) FetchRoots(ctx context.Context, o WireOptions, commits []Hash) (*Roots, error) {
	return r.fetchRoots(ctx, o, commits, false)
}

// FetchTops is [Remote.FetchRoots] where it does no harm that all comes.
func (r *Remote) FetchTops(ctx context.Context, o WireOptions, commits []Hash) (*Roots, error) {
	return r.fetchRoots(ctx, o, commits, true)
}

func (r *Remote) fetchRoots(ctx context.Context, o WireOptions, commits []Hash, all bool) (*Roots, error) {
	whole := false
	words := o.Progress
	o.Progress = func(line string) {
		whole = whole || strings.Contains(line, "filtering not recognized")
		if words != nil && !whole {
			words(line)
		}
	}
	w, err := r.wire(o, false)
	if err != nil {
		return nil, err
	}
	first := 1 // a remote that cannot do it sends all of that one
	if all {
		first = len(commits)
	}
	if err = w.write(alternates, ""); err == nil {
		err = w.fetch(ctx, commits[:first], "--filter=tree:2", "--depth=1")
	}
	if err == nil && whole && !all {
		err = ErrNoFilter
	}
	if err == nil && len(commits) > first {
		err = w.fetch(ctx, commits[first:], "--filter=tree:2", "--depth=1")
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return &Roots{Store: &Store{dir: w.dir, private: true}, wire: w}, nil
}

func (w *wire) write(name, text string) error {
	return os.WriteFile(filepath.Join(w.dir, filepath.FromSlash(name)), []byte(text), 0o600)
}

// fetch gets commits by their hashes.
func (w *wire) fetch(ctx context.Context, commits []Hash, more ...string) error {
	refs := make([]Ref, len(commits))
	for i, h := range commits {
		refs[i].Hash = h
	}
	before, err := os.ReadFile(filepath.Join(w.dir, "config"))
	if err != nil {
		return err
	}
	if err := w.configure(wantSpecs(refs)); err != nil {
		return err
	}
	if _, err := w.git(ctx, append(fetchArgs(), more...)...); err != nil {
		return err
	}
	return w.write("config", string(before))
}

// Compact puts everything that refs of a store of exprec's own reach into one
// pack, and removes all else.
func (s *Store) Compact(ctx context.Context) error {
	err := s.git(ctx, nil, nil, "-c", "repack.writeBitmaps=false", "repack", "-a", "-d", "-q")
	s.database().close()
	return err
}
