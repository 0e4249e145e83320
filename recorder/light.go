package recorder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// A lightShelf is what light.git has of one remote.
type lightShelf struct {
	store  *gitstore.Store
	prefix string // of its refs
}

// ownCatalog is the ref of a shelf for what no catalog of the remote says.
const ownCatalog = "here"

func (s *sharing) shelf() (lightShelf, error) {
	store, err := s.project.lightObjects()
	return lightShelf{store, shelfPrefix(s.remote.Name)}, err
}

// shelves is the folder of the refs of all shelves.
const shelves = "refs/light/"

func shelfPrefix(remote string) string {
	return shelves + remoteSum(remote) + "/"
}

// remoteSum is what stands for the name or address of a remote in names of ours.
func remoteSum(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:8])
}

// forgetGone removes what is known lightly of remotes that the repository does
// not have any more, or by another name: it could not be opened.
func (s *sharing) forgetGone(ctx context.Context, shelf lightShelf) error {
	remotes := s.store.Remotes()
	forgetRemotes(filepath.Join(s.project.Home(), lightName), remotes)
	refs, err := shelf.store.Refs(shelves)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if slices.ContainsFunc(remotes, func(name string) bool { return strings.HasPrefix(ref.Name, shelfPrefix(name)) }) {
			continue
		}
		if err := shelf.store.UpdateRef(ctx, ref.Name, gitstore.Hash{}, ref.Hash); err != nil {
			return err
		}
	}
	return nil
}

// catalogs are the remote's catalogs by clone.
func (s *sharing) catalogs() map[string]gitstore.Hash {
	found := map[string]gitstore.Hash{}
	for _, ref := range s.listing.Refs {
		if clone, ok := catalogOf(ref.Name); ok {
			found[clone] = ref.Hash
		}
	}
	return found
}

// catalogOf is the clone whose catalog a ref is.
func catalogOf(ref string) (clone string, ok bool) {
	clone, ok = strings.CutPrefix(ref, catalogPrefix)
	return clone, ok && len(clone) == 2*cloneBytes && strings.Trim(clone, "0123456789abcdef") == ""
}

// FetchLight brings of the runs of a remote that are not here what lists need:
// parameters, results and summaries, without points, images, files and source.
// Runs that are here get what is new of them in full. What the remote cannot
// give lightly it gives in full.
func (p *Project) FetchLight(ctx context.Context, o ShareOptions) (*Shared, error) {
	s, err := p.share(ctx, o)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(s.store.Remotes(), s.remote.Name) {
		return nil, fmt.Errorf("%w: %s; what is fetched lightly is fetched in full later", ErrUnnamed, s.remote.Name)
	}
	err = s.untilSettled(ctx, func() error {
		return s.relisting(ctx, func() error { return s.lightly(ctx) })
	})
	if err != nil {
		return s.result, err
	}
	return s.result, s.remember()
}

// lightly does what [Project.FetchLight] says with what was listed.
func (s *sharing) lightly(ctx context.Context) error {
	s.result.Same, s.result.Light = 0, nil
	missing, err := s.missing()
	if err != nil {
		return err
	}
	refs, err := s.refsHere()
	if err != nil {
		return err
	}
	var here []gitstore.Ref // other states of runs that are here; other records of one come with the run
	for _, ref := range missing {
		if _, isRun := runOf(ref); isRun && !refs[ref.Name].IsZero() {
			here = append(here, ref)
		}
	}
	absent := s.leading()
	maps.DeleteFunc(absent, func(uuid string, _ gitstore.Hash) bool { return !refs[refPrefix+uuid].IsZero() })
	if err := s.fetch(ctx, here); err != nil || s.moved {
		return err
	}
	if s.options.DryRun {
		before := readLightFile(lightFile(s.project.Home(), s.remote.Name))
		for _, uuid := range sortedKeys(absent) {
			if before[uuid].tip == absent[uuid] {
				s.result.Same++
			} else {
				s.result.Light = append(s.result.Light, uuid)
			}
		}
		return nil
	}
	if err := s.fetchLight(ctx, absent); err != nil {
		return err
	}
	return s.takeViews(ctx)
}

// fetchLight gets what lists need of runs that are not here, by the commits
// that the remote has of them.
func (s *sharing) fetchLight(ctx context.Context, absent map[string]gitstore.Hash) error {
	file := lightFile(s.project.Home(), s.remote.Name)
	before := readLightFile(file)
	shelf, err := s.shelf()
	if err != nil {
		return err
	}
	if err := s.fetchCatalogs(ctx, shelf, absent); err != nil {
		return err
	}
	known := map[gitstore.Hash]gitstore.Hash{}
	for _, e := range before {
		known[e.tree] = e.tip
	}
	found, err := shelf.covered(absent, known)
	if err != nil {
		return err
	}
	if err := s.fetchUncovered(ctx, shelf, absent, found); err != nil {
		return err
	}
	for uuid, e := range before {
		here, err := s.here(uuid)
		if _, there := absent[uuid]; !there && len(s.result.Unread) > 0 && err == nil && here.IsZero() {
			found[uuid] = e // it may be in an archive that could not be read
		}
	}
	var fresh []string
	for uuid, e := range found {
		if before[uuid] != e {
			s.result.Light = append(s.result.Light, uuid)
		} else {
			s.result.Same++
		}
		if _, known := before[uuid]; !known {
			fresh = append(fresh, uuid)
		}
	}
	slices.Sort(s.result.Light)
	if err := s.project.keepLight(s.remote.Name, found); err != nil {
		return err
	}
	s.project.enterFetched(s.remote.Name, time.Now(), fresh...)
	if err := s.forgetGone(ctx, shelf); err != nil {
		return err
	}
	return shelf.tidy(ctx, before, found)
}

// covered finds what the catalogs of a shelf say of commits of runs.
func (l lightShelf) covered(tips map[string]gitstore.Hash, known map[gitstore.Hash]gitstore.Hash) (map[string]catalogEntry, error) {
	refs, err := l.store.Refs(l.prefix)
	if err != nil {
		return nil, err
	}
	found := map[string]catalogEntry{}
	for _, ref := range refs {
		runs, err := readCatalog(l.store, ref.Hash, known)
		if err != nil {
			continue // what it would have said is asked for
		}
		for uuid, e := range runs {
			if tip, ok := tips[uuid]; ok && tip == e.tip {
				found[uuid] = e
			}
		}
	}
	return found, nil
}

// fetchCatalogs brings the shelf up to what the remote has, but for a catalog
// that says nothing of runs that are absent here: mostly that is our own.
func (s *sharing) fetchCatalogs(ctx context.Context, shelf lightShelf, absent map[string]gitstore.Hash) error {
	theirs := s.catalogs()
	kept := s.keptCatalog()
	known := catalogCommit(kept.objects())
	maps.DeleteFunc(kept, func(uuid string, _ gitstore.Hash) bool { return absent[uuid].IsZero() })
	if len(kept) == 0 {
		maps.DeleteFunc(theirs, func(_ string, h gitstore.Hash) bool { return h == known })
	}
	refs, err := shelf.store.Refs(shelf.prefix)
	if err != nil {
		return err
	}
	var both, wants []gitstore.Hash
	for _, ref := range refs {
		clone := strings.TrimPrefix(ref.Name, shelf.prefix)
		if clone == ownCatalog {
			continue
		}
		if _, there := theirs[clone]; !there {
			if err := shelf.store.UpdateRef(ctx, ref.Name, gitstore.Hash{}, ref.Hash); err != nil {
				return err
			}
			continue
		}
		both = append(both, ref.Hash)
	}
	for _, h := range theirs {
		if !shelf.store.Has(h) {
			wants = append(wants, h)
		}
	}
	if len(wants) > 0 {
		fetched, err := s.remote.FetchInto(ctx, s.options.WireOptions, shelf.store, wants, both)
		if err != nil {
			return err
		}
		defer fetched.Release()
	}
	for clone, h := range theirs {
		if err := shelf.set(ctx, clone, h); err != nil {
			return err
		}
	}
	return nil
}

// set lets the ref of a clone's catalog stand for a commit.
func (l lightShelf) set(ctx context.Context, clone string, h gitstore.Hash) error {
	old, err := l.store.Ref(l.prefix + clone)
	if err != nil && !errors.Is(err, gitstore.ErrNotFound) || old == h {
		return err
	}
	return l.store.UpdateRef(ctx, l.prefix+clone, h, old)
}

// fetchUncovered gets runs that are in no catalog: without what is below their
// roots, or in full where the remote cannot leave that out.
func (s *sharing) fetchUncovered(ctx context.Context, shelf lightShelf, tips map[string]gitstore.Hash, found map[string]catalogEntry) error {
	var left []string
	for _, uuid := range sortedKeys(tips) {
		if _, ok := found[uuid]; !ok {
			left = append(left, uuid)
		}
	}
	for batch := range slices.Chunk(left, fetchBatch) {
		err := s.fetchRoots(ctx, shelf, batch, tips, found)
		// Where only that is given which a ref stands for, what is in an archive
		// comes with all of it.
		archived := gitstore.IsUnadvertised(err) && len(s.archives) > 0
		if errors.Is(err, gitstore.ErrNoFilter) || archived {
			return s.fetchWhole(ctx, left, tips)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sharing) fetchWhole(ctx context.Context, runs []string, tips map[string]gitstore.Hash) error {
	refs := make([]gitstore.Ref, len(runs))
	for i, uuid := range runs {
		refs[i] = gitstore.Ref{Name: refPrefix + uuid, Hash: tips[uuid]}
	}
	return s.fetch(ctx, refs)
}

// fetchRoots makes a catalog of this clone's own of runs of the remote.
func (s *sharing) fetchRoots(ctx context.Context, shelf lightShelf, runs []string, tips map[string]gitstore.Hash, found map[string]catalogEntry) error {
	commits := make([]gitstore.Hash, len(runs))
	for i, uuid := range runs {
		commits[i] = tips[uuid]
	}
	roots, err := s.remote.FetchRoots(ctx, s.options.WireOptions, commits)
	if err != nil {
		return err
	}
	defer roots.Close()
	some := make(map[string]gitstore.Hash, len(runs))
	for _, uuid := range runs {
		some[uuid] = tips[uuid]
	}
	entries, objects, err := entriesOf(ctx, some, func(tip gitstore.Hash) ([]gitstore.NewObject, error) { return wholeEntry(roots.Store, tip) })
	if err != nil {
		return err
	}
	add := func(runs catalogTrees) { maps.Copy(runs, entries) }
	if _, err := changeCatalog(ctx, shelf.store, shelf.prefix+ownCatalog, add, objects...); err != nil {
		return err
	}
	for uuid, tree := range entries {
		found[uuid] = catalogEntry{tips[uuid], tree}
	}
	return nil
}

// lightPacks is from how many packs on they are put together.
const lightPacks = 8

// tidy removes what is of no use any more: at once where a run has gone from the
// remote or was purged there, since its content is not to stay.
func (l lightShelf) tidy(ctx context.Context, before, after map[string]catalogEntry) error {
	gone := false
	for uuid, e := range before {
		now, ok := after[uuid]
		gone = gone || !ok || now.tip != e.tip
	}
	if packs, _ := l.store.ManyPacks(); !gone && packs < lightPacks {
		return nil
	}
	err := l.store.Compact(ctx)
	if errors.Is(err, gitstore.ErrNoGit) {
		return nil
	}
	return err
}

// FetchMatching brings the runs of a remote that match a query: it looks at all
// lightly, and fetches those in full that are not here.
func (p *Project) FetchMatching(ctx context.Context, o ShareOptions, query string) (*Shared, error) {
	if _, err := p.Rows(ctx, query); err != nil {
		return nil, err // before anything is fetched
	}
	looked, err := p.FetchLight(ctx, o)
	if err != nil {
		return looked, err
	}
	looked.Light, looked.Same = nil, 0
	rows, err := p.Rows(ctx, query)
	if err != nil {
		return looked, err
	}
	there := readLightFile(lightFile(p.Home(), looked.Remote))
	o.Remote, o.Runs = looked.Remote, nil
	for i := range rows.Len() {
		row := rows.At(i)
		if _, ok := there[row.ID()]; ok && row.Light() != "" {
			o.Runs = append(o.Runs, row.ID())
		}
	}
	if o.Runs == nil {
		return looked, nil
	}
	shared, err := p.Fetch(ctx, o)
	if shared != nil {
		shared.New = append(shared.New, looked.New...)
		shared.Updated = append(shared.Updated, looked.Updated...)
		shared.Merged = append(shared.Merged, looked.Merged...)
	}
	return shared, err
}

// FetchRuns brings runs here of which only what lists need is here, from the
// remotes that have them. Runs that are here stay as they are.
func (p *Project) FetchRuns(ctx context.Context, o ShareOptions, runs ...*Run) error {
	wanted := map[string][]string{}
	for _, r := range runs {
		if r.remote != "" {
			wanted[r.remote] = append(wanted[r.remote], r.uuid)
		}
	}
	for _, remote := range sortedKeys(wanted) {
		o.Remote, o.Runs = remote, wanted[remote]
		shared, err := p.Fetch(ctx, o)
		if err != nil {
			return err
		}
		if err := shared.refusedErr(); err != nil {
			return err
		}
	}
	return nil
}
