package recorder

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/gitstore"
)

// withCatalog adds to what is pushed the catalog of the runs that this clone has
// pushed, so that others can list them without fetching them. Where a run was
// purged, it is taken out of the others' catalogs too.
func (s *sharing) withCatalog(ctx context.Context, updates []gitstore.Update) ([]gitstore.Update, error) {
	for _, u := range updates {
		if uuid, ok := runOf(gitstore.Ref{Name: u.Ref}); ok && !u.New.IsZero() {
			if s.uncataloged == nil {
				s.uncataloged = map[string]gitstore.Hash{}
			}
			s.uncataloged[uuid] = u.New
		}
	}
	if len(s.uncataloged) == 0 {
		return updates, nil
	}
	clone, err := s.project.cloneID()
	if err != nil {
		return nil, err
	}
	changes, purged := map[string]catalogChange{}, map[string]bool{}
	for uuid, tip := range s.uncataloged {
		changes[uuid] = catalogChange{s.store, tip}
		if len(s.tips(uuid)) == 0 {
			continue // nobody there has heard of it
		}
		if st, err := stateOf(s.store, uuid, tip); err == nil && st.purged {
			purged[uuid] = true
		}
	}
	more, err := s.catalogUpdates(ctx, clone, changes, purged)
	s.purging = s.purging || len(purged) > 0
	return append(updates, more...), err
}

// catalogUpdates are the updates of this clone's catalog, and of those of others
// that hold runs whose content is to go.
func (s *sharing) catalogUpdates(ctx context.Context, own string, changes map[string]catalogChange, gone map[string]bool) ([]gitstore.Update, error) {
	shelf, err := s.shelf()
	if err != nil {
		return nil, err
	}
	theirs := s.catalogs()
	concerned := map[string]gitstore.Hash{own: theirs[own]}
	if len(gone) > 0 {
		concerned = theirs
		if len(changes) > 0 {
			concerned[own] = theirs[own]
		}
	}
	if err := s.fetchMissing(ctx, shelf, concerned); err != nil {
		return nil, err
	}
	var updates []gitstore.Update
	var both []gitstore.Hash
	for clone, base := range concerned {
		of := changes
		if clone != own {
			if of, err = shelf.heldBy(base, gone); err != nil {
				return nil, err
			}
		}
		if len(of) == 0 {
			continue
		}
		commit, err := writeCatalog(ctx, shelf.store, shelf.prefix+clone, base, of)
		if err != nil {
			return nil, err
		}
		if !base.IsZero() {
			both = append(both, base)
		}
		if commit != base {
			updates = append(updates, gitstore.Update{Ref: catalogPrefix + clone, New: commit, Old: base})
		}
	}
	s.remote.Borrow(shelf.store, s.listing, both...)
	return updates, nil
}

// fetchMissing gets catalogs that are not here.
func (s *sharing) fetchMissing(ctx context.Context, shelf lightShelf, catalogs map[string]gitstore.Hash) error {
	var wants []gitstore.Hash
	for _, h := range catalogs {
		if _, err := shelf.store.ReadCommit(h); !h.IsZero() && err != nil {
			wants = append(wants, h)
		}
	}
	if len(wants) == 0 {
		return nil
	}
	fetched, err := s.remote.FetchInto(ctx, s.options.WireOptions, shelf.store, wants, nil)
	if err != nil {
		return err
	}
	for clone, h := range catalogs {
		if !h.IsZero() {
			err = errors.Join(err, shelf.set(ctx, clone, h))
		}
	}
	return errors.Join(err, fetched.Release())
}

// heldBy are the changes that take runs out of a catalog, of those that it has.
func (l lightShelf) heldBy(catalog gitstore.Hash, runs map[string]bool) (map[string]catalogChange, error) {
	held, err := readCatalog(l.store, catalog, nil)
	if err != nil {
		return nil, err
	}
	changes := map[string]catalogChange{}
	for uuid := range runs {
		if _, ok := held[uuid]; ok {
			changes[uuid] = catalogChange{}
		}
	}
	return changes, nil
}

// cataloged notes what the remote said of a catalog, and reports whether it is
// to be made again, because somebody else was faster with it. A remote that
// would not have it does without.
func (s *sharing) cataloged(answers []gitstore.Answer) (again bool) {
	for _, a := range answers {
		if _, ok := catalogOf(a.Ref); ok {
			again = again || a.Stale
		}
	}
	if !again {
		s.uncataloged = nil
	}
	return again
}

// tidyCatalogs removes what was fetched of catalogs only to take purged runs out
// of them.
func (s *sharing) tidyCatalogs(ctx context.Context) error {
	if !s.purging {
		return nil
	}
	shelf, err := s.shelf()
	if err != nil {
		return err
	}
	return shelf.store.Compact(ctx)
}

// withoutCataloged adds to the removal of runs from a remote that of what its
// catalogs say of them, and of those that were in archives.
func (s *sharing) withoutCataloged(ctx context.Context, updates []gitstore.Update, archived map[string]bool) ([]gitstore.Update, error) {
	gone := maps.Clone(archived)
	for _, u := range updates {
		if uuid, ok := runOf(gitstore.Ref{Name: u.Ref}); ok {
			gone[uuid] = true
		}
	}
	if len(gone) == 0 {
		return updates, nil
	}
	s.purging = true
	more, err := s.catalogUpdates(ctx, "", nil, gone)
	return append(updates, more...), err
}

// purgeCatalogs removes what the catalogs here say of a run. The remotes' own are
// changed when the purge is pushed.
func (p *Project) purgeCatalogs(ctx context.Context, uuid string) error {
	if _, err := os.Stat(filepath.Join(p.Home(), lightStore)); err != nil {
		return nil
	}
	store, err := p.lightObjects()
	if err != nil {
		return err
	}
	refs, err := store.Refs("refs/light/")
	if err != nil {
		return err
	}
	changed := false
	for _, ref := range refs {
		held, err := lightShelf{store: store}.heldBy(ref.Hash, map[string]bool{uuid: true})
		switch {
		case err != nil: // what cannot be read is of no use
			err = store.UpdateRef(ctx, ref.Name, gitstore.Hash{}, ref.Hash)
		case len(held) > 0:
			_, err = writeCatalog(ctx, store, ref.Name, ref.Hash, held)
		default:
			continue
		}
		if err != nil {
			return err
		}
		changed = true
	}
	if !changed {
		return nil
	}
	return store.Compact(ctx)
}
