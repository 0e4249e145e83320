package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/gitstore"
)

// withCatalog pushes, and with it the catalog of the runs that this clone has
// pushed, so that others can list them without fetching them. Where a run was
// purged, it is taken out of the others' catalogs too.
func (s *sharing) withCatalog(ctx context.Context, updates []gitstore.Update) ([]gitstore.Answer, error) {
	for _, u := range updates {
		if uuid, ok := runOf(gitstore.Ref{Name: u.Ref}); ok && !u.New.IsZero() {
			if s.uncataloged == nil {
				s.uncataloged = map[string]gitstore.Hash{}
			}
			s.uncataloged[uuid] = u.New
		}
	}
	if len(s.uncataloged) == 0 {
		return s.pushCataloged(ctx, updates, "", nil)
	}
	clone, err := s.project.cloneID()
	if err != nil {
		return nil, err
	}
	purged := map[string]bool{}
	for uuid, tip := range s.uncataloged {
		if len(s.tips(uuid)) == 0 {
			continue // nobody there has heard of it
		}
		if st, err := stateOf(s.store, uuid, tip); err == nil && st.purged {
			purged[uuid] = true
		}
	}
	return s.pushCataloged(ctx, updates, clone, purged)
}

// pushCataloged pushes, and with it what changes in the catalogs of the remote:
// that of this clone, unless it has no name, gets the runs that it lacks, and
// those of others lose runs whose content is to go. They follow from what is
// known of them, so that they are nowhere here but on their way.
func (s *sharing) pushCataloged(ctx context.Context, updates []gitstore.Update, own string, gone map[string]bool) ([]gitstore.Answer, error) {
	concerned := map[string]gitstore.Hash{}
	if len(gone) > 0 {
		concerned = s.catalogs()
	}
	if own != "" {
		concerned[own] = s.catalogs()[own]
	}
	before, from, err := s.knownCatalogs(ctx, concerned)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	fresh, entries, err := entriesOf(ctx, s.uncataloged, s.entryTree)
	if err != nil {
		return nil, err
	}
	derived := gitstore.Derived{Objects: entries, From: from.Store}
	var kept catalogTrees
	for clone, base := range concerned {
		theirs, after := before[clone].objectsOf(base), before[clone]
		held := len(after)
		if clone == own {
			maps.Copy(after, fresh)
			kept = after
		} else if maps.DeleteFunc(after, func(uuid string, _ gitstore.Hash) bool { return gone[uuid] }); len(after) == held {
			continue
		}
		ours := after.objects()
		if catalogCommit(ours) == base {
			continue
		}
		updates = append(updates, gitstore.Update{Ref: catalogPrefix + clone, New: catalogCommit(ours), Old: base})
		derived.Objects = append(derived.Objects, otherThan(ours, theirs)...)
		if !base.IsZero() {
			derived.Objects = append(derived.Objects, otherThan(theirs, ours)...)
			derived.Both = append(derived.Both, base)
		}
	}
	if len(updates) == 0 {
		return nil, nil
	}
	answers, err := s.remote.PushDerived(ctx, s.options.WireOptions, s.listing, updates, derived)
	for _, a := range answers {
		if a.Ref == catalogPrefix+own && a.Reason == "" {
			s.keepCatalog(kept)
		}
	}
	return answers, err
}

// entryTree is the entry of a commit here, whose files are here too.
func (s *sharing) entryTree(tip gitstore.Hash) ([]gitstore.NewObject, error) {
	entries := s.lookedAt(tip).entry
	if entries == nil {
		var err error
		if entries, err = readEntry(s.store, tip); err != nil {
			return nil, err
		}
	}
	return []gitstore.NewObject{gitstore.TreeObject(entries)}, nil
}

// knownCatalogs are what some catalogs of the remote hold, by clone, as far as
// it is known; else it is read from there, without the entries.
func (s *sharing) knownCatalogs(ctx context.Context, catalogs map[string]gitstore.Hash) (map[string]catalogTrees, *gitstore.Roots, error) {
	kept := s.keptCatalog()
	keptCommit := catalogCommit(kept.objects())
	known := map[string]catalogTrees{}
	var unknown []gitstore.Hash
	for clone, h := range catalogs {
		switch h {
		case gitstore.Hash{}:
			known[clone] = catalogTrees{}
		case keptCommit:
			known[clone] = maps.Clone(kept) // another clone's may be equal
		default:
			unknown = append(unknown, h)
		}
	}
	if len(unknown) == 0 {
		return known, &gitstore.Roots{}, nil
	}
	from, err := s.remote.FetchTops(ctx, s.options.WireOptions, unknown)
	if err != nil {
		return nil, nil, err
	}
	for clone, h := range catalogs {
		if known[clone] != nil {
			continue
		}
		if known[clone], err = readCatalogTrees(from.Store, h); err != nil {
			return nil, nil, errors.Join(fmt.Errorf("read a catalog of %s: %w", s.remote.Name, err), from.Close())
		}
	}
	return known, from, nil
}

// catalogsName is the folder below a home that keeps what this clone's catalogs
// on remotes hold: a file for each, with a line for each run, its UUID, a space
// and the tree of its entry. It can be made anew.
const catalogsName = "catalogs"

func (s *sharing) catalogFile() string {
	name := s.remote.Name
	if s.beside {
		name += " " + s.result.Address
	}
	return filepath.Join(s.project.Home(), catalogsName, remoteSum(name))
}

func (s *sharing) keptCatalog() catalogTrees {
	trees := catalogTrees{}
	maps.Copy(trees, readTips(s.catalogFile()))
	return trees
}

// keepCatalog keeps what a remote has taken. Where that is not possible it is
// read from there the next time.
func (s *sharing) keepCatalog(trees catalogTrees) {
	var text []byte
	for uuid, tree := range trees {
		text = appendTip(text, uuid, tree)
	}
	_ = replaceFile(s.catalogFile(), text)
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

// withoutCataloged removes runs from a remote, with what its catalogs say of
// them, and of those that were in archives.
func (s *sharing) withoutCataloged(ctx context.Context, updates []gitstore.Update, archived map[string]bool) ([]gitstore.Answer, error) {
	gone := maps.Clone(archived)
	for _, u := range updates {
		if uuid, ok := runOf(gitstore.Ref{Name: u.Ref}); ok {
			gone[uuid] = true
		}
	}
	return s.pushCataloged(ctx, updates, "", gone)
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
	refs, err := store.Refs(shelves)
	if err != nil {
		return err
	}
	found := false
	for _, ref := range refs {
		changed, err := changeCatalog(ctx, store, ref.Name, func(runs catalogTrees) { delete(runs, uuid) })
		if err != nil {
			return err
		}
		found = found || changed
	}
	if !found {
		return nil
	}
	return store.Compact(ctx)
}
