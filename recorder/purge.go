package recorder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Purged says what the purge of a run removed, and what it could not.
type Purged struct {
	Objects int      // git objects that are gone, as git itself sees it
	Shared  int      // git objects that other runs or commits need too, and that stay
	Left    int      // git objects that should be gone and are not
	Large   int      // contents of large files that are gone
	Bytes   int64    // of them
	Holders []string // what else leads to the run's commits
	Err     error    // why the objects are still there: git gc is at work, or there is no git
}

// Purge removes the content of a run for good: its objects in git, large
// files, folder, link, log of its ref, and what caches hold of it. What stays
// is a note that it was purged, which travels as other notes do. What several
// runs share stays with the others. Purging a run again ends a purge that was
// interrupted. The error is [ErrUnfinished] while the run goes on.
func (p *Project) Purge(ctx context.Context, r *Run) (*Purged, error) {
	unlock, err := p.lockEnded(r)
	if err != nil {
		return nil, err
	}
	defer unlock()
	// The order lets whoever comes after an interruption begin again: what is
	// to be removed follows from the run until its ref is moved, and from the
	// ledger after that.
	if err := p.announcePurge(ctx, r); err != nil {
		return nil, err
	}
	done := &Purged{}
	copies, err := p.copiesOf(r.uuid)
	if err != nil {
		return nil, err
	}
	if err := p.purgeLarge(ctx, r.uuid, copies, done); err != nil {
		return nil, err
	}
	if err := p.removeFolders(r.uuid); err != nil {
		return nil, err
	}
	if err := p.bury(ctx, r.uuid, copies); err != nil {
		return nil, err
	}
	if err := p.removeCaches(); err != nil { // they may hold its values
		return nil, err
	}
	if err := p.purgeCatalogs(ctx, r.uuid); err != nil {
		return nil, err
	}
	done.Err = p.expunge(ctx, r.uuid, done)
	return done, ctx.Err()
}

// lockEnded keeps others from the folder of a run that has ended; the folder
// need not be there.
func (p *Project) lockEnded(r *Run) (unlock func(), err error) {
	unlock = func() {}
	if r.Status() == Running {
		return unlock, fmt.Errorf("purge the run %s: %w", r.Short(), ErrUnfinished)
	}
	folder := p.folder(r.uuid)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return unlock, nil
	}
	lock, ok, err := journal.TryLockExclusive(filepath.Join(folder, lockName))
	switch {
	case errors.Is(err, journal.ErrSealed), errors.Is(err, journal.ErrNoLocks):
		return unlock, nil
	case err != nil:
		return unlock, fmt.Errorf("purge the run %s: %w", r.Short(), err)
	case !ok:
		return unlock, fmt.Errorf("purge the run %s: %w", r.Short(), ErrUnfinished)
	}
	return func() { lock.Unlock() }, nil
}

// announcePurge hides the run and says that its content is to go.
func (p *Project) announcePurge(ctx context.Context, r *Run) error {
	if r.notes.Flag(record.Purged) && r.deleted() {
		return nil
	}
	return p.annotate(ctx, r, func(n notes, now time.Time, clone string) notes {
		return n.Set(record.Deleted, "true", now, clone).Set(record.Purged, "true", now, clone)
	})
}

// copiesOf is one run as all stores have it.
func (p *Project) copiesOf(uuid string) ([]runCopy, error) {
	var copies []runCopy
	for _, store := range p.stores {
		tip, _, err := p.tipIn(store, uuid)
		switch {
		case err == nil:
			copies = append(copies, runCopy{store: store, hash: tip})
		case !errors.Is(err, gitstore.ErrNotFound):
			return nil, err
		}
	}
	return copies, nil
}

// purgeLarge removes the large content that no other run refers to.
func (p *Project) purgeLarge(ctx context.Context, uuid string, copies []runCopy, done *Purged) error {
	for _, c := range copies {
		refs, err := p.pointersOf(p.load(c.store, uuid, c.hash))
		if err != nil {
			return err
		}
		if len(refs) == 0 {
			continue
		}
		files, bytes, err := c.store.LFS().Drop(ctx, slices.Collect(maps.Keys(refs)), time.Time{}, func() (map[gitstore.Pointer]bool, error) {
			return p.pointersBut(ctx, map[string]bool{uuid: true})
		})
		done.Large, done.Bytes = done.Large+files, done.Bytes+bytes
		if err != nil {
			return fmt.Errorf("purge the run %s: %w", shortID(uuid), err)
		}
	}
	return nil
}

// removeFolders removes what lies of a run outside of git: its folders and the
// links to them.
func (p *Project) removeFolders(uuid string) error {
	var errs []error
	for _, home := range p.homes {
		folder := filepath.Join(home, "runs", uuid)
		if origin, err := os.ReadFile(filepath.Join(folder, originName)); err == nil {
			errs = append(errs, removeLink(string(origin), uuid))
		}
		errs = append(errs, os.RemoveAll(folder))
	}
	errs = append(errs, removeLink(p.top, uuid))
	return oneLine(errs...)
}

// removeCaches removes what was kept to be faster.
func (p *Project) removeCaches() error {
	var errs []error
	for _, home := range p.homes {
		errs = append(errs, os.RemoveAll(filepath.Join(home, cacheName)))
	}
	return oneLine(errs...)
}

// removeLink removes the link to a run below a project's top.
func removeLink(top, uuid string) error {
	link := filepath.Join(top, ".exprec", uuid)
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return nil
	}
	return os.Remove(link)
}
