package recorder

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Runs opens the project's runs that match a query, newest first, without
// those that were deleted. FORMAT.md ("Queries") says what a query is; the
// empty one matches every run. The error is a [*QueryError] where it cannot be
// understood. A damaged run is listed too, see [Run.Err]. Where many runs are
// looked at, [Project.Rows] is much faster.
func (p *Project) Runs(ctx context.Context, query string) ([]*Run, error) {
	if strings.TrimSpace(query) == "" {
		listed, _, err := p.listed()
		if err != nil {
			return nil, err
		}
		all, err := p.readAll(ctx, listed)
		return slices.DeleteFunc(all, (*Run).deleted), err
	}
	rows, err := p.Rows(ctx, query)
	if err != nil {
		return nil, err
	}
	return rows.open(ctx)
}

// Skipped counts the refs beside the project's runs that are not called as
// runs are. They are ignored otherwise.
func (p *Project) Skipped() int {
	_, skipped, _ := p.listed()
	return skipped
}

// runOf is the run that a ref belongs to.
func runOf(ref gitstore.Ref) (uuid string, ok bool) {
	uuid = strings.TrimPrefix(ref.Name, refPrefix)
	return uuid, record.CheckUUID(uuid) == nil
}

// all reads every run that is here, deleted ones too, newest first.
func (p *Project) all(ctx context.Context) ([]*Run, error) {
	listed, _, err := p.listedHere()
	if err != nil {
		return nil, err
	}
	return p.readAll(ctx, listed)
}

func (p *Project) readAll(ctx context.Context, listed []listedRun) ([]*Run, error) {
	runs := make([]*Run, len(listed))
	err := inParallel(ctx, len(listed), func(i int) { runs[i] = p.best(listed[i].uuid, listed[i].copies) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(runs, newestFirst)
	return runs, nil
}

// runCopy is a run as one of the stores has it.
type runCopy struct {
	store  *gitstore.Store
	hash   gitstore.Hash
	remote string // that has its content, where only what lists need is here
}

// listedRun is a run before anything of it is read. It has no copies where
// nothing of it is in git yet.
type listedRun struct {
	uuid   string
	copies []runCopy
}

// listed finds every run, those too of which a remote has the content, sorted by
// UUID. The list is shared, and not to be changed.
func (p *Project) listed() (runs []listedRun, skipped int, err error) {
	here, skipped, err := p.listedHere()
	return p.withLight(here), skipped, err
}

// listedHere finds the runs that are here by their refs, and those by their journals of which
// nothing is in git yet, sorted by UUID. It counts the refs that are no run's.
// The list is shared, and not to be changed.
func (p *Project) listedHere() (runs []listedRun, skipped int, err error) {
	for range rereads {
		began := time.Now()
		if runs, skipped, err = p.known.inGit(p.stores, &p.archives); err != nil {
			return nil, 0, err
		}
		beside, sealed := p.besideGit(runs, began)
		if len(beside) > 0 {
			runs = joinCopies(slices.Concat(runs, beside))
		}
		if !sealed {
			break
		}
	}
	p.seen.Store(&runs)
	p.vanished.Store(nil)
	return runs, skipped, nil
}

// besideGit finds the runs that have journals and no ref. One may have got its
// first ref and have been sealed since the refs were read, so that it has
// neither here: its folder has changed since then, and the refs are to be read
// again.
func (p *Project) besideGit(inGit []listedRun, began time.Time) (runs []listedRun, sealed bool) {
	for _, folder := range p.known.withoutRef(p.homes, inGit) {
		dir, name := filepath.Split(folder)
		if hasJournals(filepath.Clean(dir), name) {
			if !isWaiting(folder) {
				runs = append(runs, listedRun{uuid: name})
			}
			continue
		}
		info, err := os.Stat(folder)
		sealed = sealed || err == nil && info.ModTime().After(began.Add(-clockTick))
	}
	return runs, sealed
}

// clockTick is how coarse the times of files may be.
const clockTick = 20 * time.Millisecond

// joinCopies sorts runs, and makes one of those that are the same.
func joinCopies(runs []listedRun) []listedRun {
	slices.SortStableFunc(runs, func(a, b listedRun) int { return strings.Compare(a.uuid, b.uuid) })
	joined := runs[:0]
	for _, r := range runs {
		if last := len(joined) - 1; last >= 0 && joined[last].uuid == r.uuid {
			joined[last].copies = append(joined[last].copies, r.copies...)
			continue
		}
		joined = append(joined, r)
	}
	return joined
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
	if r.status != Running { // sealed while it was looked at?
		if t, err := p.tip(uuid); err == nil && !t.hash.IsZero() {
			return p.load(t.store, uuid, t.hash)
		}
	}
	return r
}

func newestFirst(a, b *Run) int {
	return cmp.Or(b.Started().Compare(a.Started()), strings.Compare(a.uuid, b.uuid))
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
