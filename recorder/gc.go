package recorder

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// The kinds of space that a project takes.
const (
	SpaceObjects   = "git objects"
	SpaceLarge     = "large files"
	SpaceFolders   = "folders"
	SpaceJournals  = "kept journals"
	SpaceUndo      = "saved states"
	SpaceCaches    = "caches"
	SpaceLeftovers = "leftovers"
)

// RunSpace is what one run takes, in bytes. What several runs share counts for
// the oldest of them, and what HEAD holds for none.
type RunSpace struct {
	Run      *Run
	Objects  int64
	Large    int64
	Folder   int64
	Journals int64
}

// Total is all of it.
func (s RunSpace) Total() int64 { return s.Objects + s.Large + s.Folder + s.Journals }

// KindSpace is what one kind of space takes, and what of it can go.
type KindSpace struct {
	Kind  string
	Bytes int64
	Frees int64
}

// Drop is one thing that gc removes. Nothing that a run needs is among them.
type Drop struct {
	Kind  string
	What  string
	Bytes int64

	do func(context.Context) error
}

// GC is what a project takes on the disk, and what can go.
type GC struct {
	Runs  []RunSpace  // largest first
	Kinds []KindSpace // largest first
	Drops []Drop      // largest first
	Git   []string    // what git can put together, a few words each
	Notes []string    // what stays although it looks as if it could go, a sentence each

	project *Project
	git     []func(context.Context) error
}

// undoAge is how long a saved state of a restore is kept.
const undoAge = 30 * 24 * time.Hour

// PlanGC looks at everything that a project takes, and finds what can go:
// caches, folders of sealed runs beyond `git config exprec.mirrorMax` (10 GB),
// saved states of restores that are older than 30 days, large content of no
// run, and what killed processes left.
func (p *Project) PlanGC(ctx context.Context) (*GC, error) {
	runs, err := p.all(ctx)
	if err != nil {
		return nil, err
	}
	g := &GC{project: p}
	steps := []func(context.Context, []*Run) error{
		g.addRuns, g.addObjects, g.addLarge, g.addFolders, g.addUndo, g.addCaches, g.addUpkeep,
	}
	for _, step := range steps {
		if err := step(ctx, runs); err != nil {
			return nil, err
		}
	}
	g.sum()
	return g, nil
}

func (g *GC) addRuns(_ context.Context, runs []*Run) error {
	for _, r := range slices.Backward(runs) { // the oldest first, for what is shared
		g.Runs = append(g.Runs, RunSpace{Run: r})
	}
	return nil
}

// addObjects measures git objects, where there is a git to ask.
func (g *GC) addObjects(ctx context.Context, _ []*Run) error {
	for _, store := range g.project.stores {
		var commits []gitstore.Hash
		var places []int
		for i, s := range g.Runs {
			if s.Run.store == store && !s.Run.tip.IsZero() {
				commits, places = append(commits, s.Run.tip), append(places, i)
			}
		}
		bytes, err := store.Usage(ctx, commits)
		if errors.Is(err, gitstore.ErrNoGit) {
			g.note("git objects are not measured: %v", err)
			return nil
		}
		if err != nil {
			return fmt.Errorf("measure git objects: %w", err)
		}
		for i, n := range bytes {
			g.Runs[places[i]].Objects = n
		}
	}
	return nil
}

func (g *GC) note(format string, args ...any) {
	g.Notes = append(g.Notes, fmt.Sprintf(format, args...))
}

func (g *GC) drop(kind, what string, bytes int64, do func(context.Context) error) {
	g.Drops = append(g.Drops, Drop{kind, what, bytes, do})
}

// sum adds up what was found, and puts the largest first.
func (g *GC) sum() {
	kinds := map[string]*KindSpace{}
	kind := func(name string) *KindSpace {
		if kinds[name] == nil {
			kinds[name] = &KindSpace{Kind: name}
		}
		return kinds[name]
	}
	for _, s := range g.Runs {
		kind(SpaceObjects).Bytes += s.Objects
		kind(SpaceLarge).Bytes += s.Large
		kind(SpaceFolders).Bytes += s.Folder
		kind(SpaceJournals).Bytes += s.Journals
	}
	for _, d := range g.Drops {
		kind(d.Kind).Frees += d.Bytes
		if d.Kind != SpaceFolders { // those of runs are counted already
			kind(d.Kind).Bytes += d.Bytes
		}
	}
	for _, extra := range g.Kinds {
		kind(extra.Kind).Bytes += extra.Bytes
	}
	g.Kinds = nil
	for _, k := range kinds {
		if k.Bytes > 0 {
			g.Kinds = append(g.Kinds, *k)
		}
	}
	slices.SortFunc(g.Kinds, func(a, b KindSpace) int { return compareSpace(a.Bytes, b.Bytes, a.Kind, b.Kind) })
	slices.SortFunc(g.Drops, func(a, b Drop) int { return compareSpace(a.Bytes, b.Bytes, a.What, b.What) })
	slices.SortFunc(g.Runs, func(a, b RunSpace) int { return compareSpace(a.Total(), b.Total(), a.Run.uuid, b.Run.uuid) })
}

// Apply removes what can go, and has git put together what is worth it. It
// gives the bytes that were removed. What cannot be removed does not keep the
// rest from it; the error names it.
func (g *GC) Apply(ctx context.Context) (freed int64, err error) {
	var errs []error
	for _, store := range g.project.stores {
		store.Sweep()
	}
	for _, d := range g.Drops {
		if err := ctx.Err(); err != nil {
			return freed, err
		}
		err := d.do(ctx)
		switch {
		case err == nil:
			freed += d.Bytes
		case errors.Is(err, ErrUnfinished), errors.Is(err, errOwnFiles): // since it was looked at
		default:
			errs = append(errs, fmt.Errorf("remove %s: %w", d.What, err))
		}
	}
	for _, do := range g.git {
		errs = append(errs, do(ctx))
	}
	return freed, oneLine(append(errs, ctx.Err())...)
}

// addUpkeep finds what git can put together, and locks that are in its way.
func (g *GC) addUpkeep(context.Context, []*Run) error {
	for _, store := range g.project.stores {
		if n, many := store.ManyPacks(); many {
			g.Git = append(g.Git, fmt.Sprintf("%d packs in %s", n, store.GitDir()))
			g.git = append(g.git, store.Repack)
		}
		if n, many := store.ManyLooseRefs(refPrefix); many {
			g.Git = append(g.Git, fmt.Sprintf("%d refs in files of their own in %s", n, store.GitDir()))
			g.git = append(g.git, func(ctx context.Context) error { return store.PackRefs(ctx, refPrefix) })
		}
		for _, lock := range store.StaleLocks() {
			g.note("%s was made %s ago and keeps others from writing; if no git command is running, remove it with: rm %q",
				filepath.Base(lock.File), lock.Age.Round(time.Minute), lock.File)
		}
	}
	return nil
}
