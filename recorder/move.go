package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
)

// Runs that were kept outside of the repository, because it could not be
// written to, move into it when it can. Each step leaves the run whole in one
// place or in both, and can be done again: large contents, objects and ref, the
// run's folder, its link, and only then the old ref.

// move takes the runs of private stores into the repository, where the user
// wants them there.
func (r *recovery) move(ctx context.Context) error {
	to := r.project.native()
	if to == nil {
		return nil
	}
	for _, from := range r.project.stores {
		if !from.Private() || !ours(filepath.Dir(from.GitDir())) {
			continue
		}
		if err := r.moveStore(ctx, from, to); err != nil {
			return err
		}
	}
	return nil
}

// native is the store in the user's repository, nil where runs do not go there
// or where it is not for this user to write into.
func (p *Project) native() *gitstore.Store {
	if p.repo == nil || p.repo.Foreign || p.repo.Unsuitable != nil || p.wantsPrivate() || !ours(p.repo.CommonDir) {
		return nil
	}
	for _, store := range p.stores {
		if !store.Private() {
			return store
		}
	}
	return nil
}

func (r *recovery) moveStore(ctx context.Context, from, to *gitstore.Store) error {
	refs, err := from.Refs(refPrefix)
	if err != nil {
		return err
	}
	if len(refs) > 0 {
		lock, ok, err := lockMoves(filepath.Dir(from.GitDir()))
		if err != nil || !ok {
			return err
		}
		defer lock.Unlock()
	}
	for _, ref := range refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		id, ok := runOf(ref)
		if !ok || r.project.unended(id) {
			continue
		}
		if !r.until.IsZero() && (time.Now().After(r.until) || takesLong(r.project.folder(id))) {
			r.done.Unmoved++
			continue
		}
		m := mover{ctx: ctx, project: r.project, from: from, to: to, id: id}
		run, err := m.move()
		if err != nil {
			r.done.Failed = append(r.done.Failed, fmt.Errorf("move the run %s into the repository: %w", shortID(id), err))
			continue
		}
		if run != nil {
			r.done.Moved = append(r.done.Moved, recoveredRun(run))
		}
	}
	_, err = from.Clear() // where nothing is left in it
	return err
}

// movesName is the lock file below a home that who moves its runs holds.
const movesName = "moving"

// lockMoves keeps moves of the same runs apart. It does not wait: another
// process is moving them where it is false.
func lockMoves(home string) (*journal.Lock, bool, error) {
	lock, ok, err := journal.TryLockExclusive(filepath.Join(home, movesName))
	if errors.Is(err, journal.ErrNoLocks) {
		return nil, true, nil
	}
	return lock, ok, err
}

// unended reports whether a run has journals, which are to be sealed first.
func (p *Project) unended(id string) bool {
	_, err := os.Stat(filepath.Join(p.folder(id), journalName))
	return err == nil
}
