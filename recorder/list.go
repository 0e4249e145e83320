package recorder

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Runs lists the project's runs, newest first, without those that were
// deleted. With a query it gives the runs that hold every word of it, in upper
// or lower case, in their label, name, alias, tags, group or status, or at the
// beginning of their id. A damaged run is listed too, see [Run.Err].
func (p *Project) Runs(ctx context.Context, query string) ([]*Run, error) {
	all, err := p.all(ctx)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(query))
	return slices.DeleteFunc(all, func(r *Run) bool { return r.deleted() || !r.matches(words) }), nil
}

// Skipped counts the refs beside the project's runs that are not called as
// runs are. They are ignored otherwise.
func (p *Project) Skipped() int {
	skipped := 0
	for _, store := range p.stores {
		refs, _ := store.Refs(refPrefix)
		for _, ref := range refs {
			if _, ok := runOf(ref); !ok {
				skipped++
			}
		}
	}
	return skipped
}

// runOf is the run that a ref belongs to.
func runOf(ref gitstore.Ref) (uuid string, ok bool) {
	uuid = strings.TrimPrefix(ref.Name, refPrefix)
	return uuid, record.CheckUUID(uuid) == nil
}

// all lists every run, deleted ones too, newest first.
func (p *Project) all(ctx context.Context) ([]*Run, error) {
	copies, err := p.copies()
	if err != nil {
		return nil, err
	}
	uuids := slices.Sorted(maps.Keys(copies))
	runs := make([]*Run, len(uuids))
	err = inParallel(ctx, len(uuids), func(i int) { runs[i] = p.best(uuids[i], copies[uuids[i]]) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(runs, newestFirst)
	return runs, nil
}

// runCopy is a run's ref in one of the stores.
type runCopy struct {
	store *gitstore.Store
	hash  gitstore.Hash
}

// copies finds every run by its refs, and those by their journals of which
// nothing is in git yet.
func (p *Project) copies() (map[string][]runCopy, error) {
	found := map[string][]runCopy{}
	for _, store := range p.stores {
		refs, err := store.Refs(refPrefix)
		if err != nil {
			return nil, fmt.Errorf("list the runs in %s: %w", store.GitDir(), err)
		}
		for _, ref := range refs {
			if uuid, ok := runOf(ref); ok {
				found[uuid] = append(found[uuid], runCopy{store, ref.Hash})
			}
		}
	}
	for _, folder := range p.unsealed() {
		if uuid := filepath.Base(folder); found[uuid] == nil {
			found[uuid] = []runCopy{}
		}
	}
	p.compareLedger(found)
	return found, nil
}

// best reads the copies of one run and gives the one that says most: a sealed
// one, else one that can be read, else that of the first store.
func (p *Project) best(uuid string, copies []runCopy) *Run {
	if len(copies) == 0 {
		return p.unstarted(uuid)
	}
	var best *Run
	for _, c := range copies {
		r := p.load(c.store, uuid, c.hash)
		if best == nil || r.worth() > best.worth() {
			best = r
		}
	}
	return best
}

func (r *Run) worth() int {
	switch {
	case r.started.Status.Final() && r.err == nil:
		return 3
	case r.started.Status.Final():
		return 2
	case r.known():
		return 1
	}
	return 0
}

// unstarted is a run whose start never reached git: only its journals tell of
// it. One that was sealed since the journals were seen is read from git.
func (p *Project) unstarted(uuid string) *Run {
	if t, err := p.tip(uuid); err == nil && !t.hash.IsZero() {
		return p.load(t.store, uuid, t.hash)
	}
	folder := p.folder(uuid)
	r := &Run{project: p, uuid: uuid, folder: folder, started: unknownRun(uuid)}
	info, err := p.startOf(tip{}, uuid, folder)
	if err != nil {
		r.err = r.damaged("the start", err)
	} else {
		r.started = info
	}
	r.judge()
	return r
}

func newestFirst(a, b *Run) int {
	return cmp.Or(b.Started().Compare(a.Started()), strings.Compare(a.uuid, b.uuid))
}

// matches reports whether the run holds every word. The words are lower case.
func (r *Run) matches(words []string) bool {
	if len(words) == 0 {
		return true
	}
	fields := []string{r.Label(), r.started.Name, r.started.Alias, r.started.Group, string(r.status)}
	fields = append(fields, r.Tags()...)
	for i := range fields {
		fields[i] = strings.ToLower(fields[i])
	}
	return !slices.ContainsFunc(words, func(word string) bool {
		return !strings.HasPrefix(r.uuid, word) &&
			!slices.ContainsFunc(fields, func(field string) bool { return strings.Contains(field, word) })
	})
}

// inParallel calls work for 0 to n-1 on every processor until ctx ends.
func inParallel(ctx context.Context, n int, work func(int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
