package recorder

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// Ages from which something can be what nobody is at work on any more.
const (
	orphanAge   = 24 * time.Hour // large content that no run speaks of
	leftoverAge = time.Hour      // a folder that was being made or removed
	freshAge    = time.Hour      // a sealed run that another process may still join
)

// defaultMirrorMax is how many bytes the folders of sealed runs may take.
const defaultMirrorMax = 10 << 30

func compareSpace(a, b int64, nameA, nameB string) int {
	return cmp.Or(cmp.Compare(b, a), strings.Compare(nameA, nameB))
}

// addLarge measures large content, and finds that of no run.
func (g *GC) addLarge(ctx context.Context, _ []*Run) error {
	p := g.project
	owners := map[gitstore.Pointer]int{}
	for i := range g.Runs {
		pointers, err := p.pointersOf(g.Runs[i].Run)
		if err != nil {
			continue // check says what is wrong with it
		}
		for pointer := range pointers {
			if _, taken := owners[pointer]; !taken {
				owners[pointer] = i
			}
		}
	}
	needed, err := p.pointersBut(ctx, nil)
	if err != nil {
		g.note("large content of no run stays: %v", err)
	}
	for _, store := range p.stores {
		contents, listErr := store.LFS().Contents()
		if listErr != nil {
			return fmt.Errorf("list large files: %w", listErr)
		}
		var orphans []gitstore.Pointer
		var bytes, young int64
		for _, c := range contents {
			owner, owned := owners[c.Pointer]
			switch {
			case owned:
				g.Runs[owner].Large += c.Size
			case err != nil || needed[c.Pointer] || time.Since(c.Modified) < orphanAge:
				young += c.Size
			default:
				orphans = append(orphans, c.Pointer)
				bytes += c.Size
			}
		}
		g.Kinds = append(g.Kinds, KindSpace{Kind: SpaceLarge, Bytes: young})
		if len(orphans) > 0 {
			g.drop(SpaceLarge, fmt.Sprintf("%d large files of no run", len(orphans)), bytes, func(ctx context.Context) error {
				_, _, err := store.LFS().Drop(ctx, orphans, time.Time{}, func() (map[gitstore.Pointer]bool, error) { return p.pointersBut(ctx, nil) })
				return err
			})
		}
	}
	return nil
}

// addFolders measures the folders of runs, and finds those that can go: of
// deleted runs, and the oldest of the others beyond what they may take.
func (g *GC) addFolders(ctx context.Context, _ []*Run) error {
	p := g.project
	room, err := p.mirrorMax()
	if err != nil {
		g.note("%v", err)
	}
	for i := range slices.Backward(g.Runs) { // the newest first: they stay
		if err := ctx.Err(); err != nil {
			return err
		}
		s := &g.Runs[i]
		folder := p.folder(s.Run.uuid)
		if !folderExists(folder) {
			continue
		}
		s.Folder, s.Journals = s.Run.mirrorBytes(folder), keptJournals(folder)
		s.Folder -= s.Journals
		switch {
		case s.Run.purged:
			g.drop(SpaceFolders, "the folder of the purged run "+s.Run.Short(), s.Folder, func(context.Context) error { return p.removeMirror(s.Run.uuid, folder) })
		case !s.Run.started.Status.Final():
			room -= s.Folder
		case s.Run.deleted(), s.Folder > room && time.Since(s.Run.Ended()) > freshAge:
			g.dropFolder(s.Run, folder, s.Folder)
		default:
			room -= s.Folder
		}
	}
	for _, home := range p.homes {
		for _, folder := range leftovers(home) {
			if info, err := os.Stat(folder); err == nil && time.Since(info.ModTime()) > leftoverAge {
				g.drop(SpaceLeftovers, "what a killed process left in "+filepath.Base(folder), bytesBelow(folder), func(context.Context) error { return os.RemoveAll(folder) })
			}
		}
	}
	return nil
}

func (g *GC) dropFolder(r *Run, folder string, bytes int64) {
	if err := r.comesBack(folder); err != nil {
		g.note("the folder of %s (%s) stays: %v", r.Label(), r.Short(), err)
		return
	}
	what := fmt.Sprintf("the folder of %s (%s), which comes back when it is wanted", r.Label(), r.Short())
	g.drop(SpaceFolders, what, bytes, func(context.Context) error { return g.project.dropMirror(r, folder) })
}

// mirrorMax is how many bytes the folders of sealed runs may take.
func (p *Project) mirrorMax() (int64, error) {
	if p.repo == nil || p.repo.Config == nil {
		return defaultMirrorMax, nil
	}
	return p.repo.Config.Size("exprec.mirrormax", defaultMirrorMax)
}

// keptJournals is what journals take that came too late for the record. They
// hold what is nowhere else.
func keptJournals(folder string) (bytes int64) {
	kept, _ := filepath.Glob(filepath.Join(folder, keptPrefix+"*"))
	for _, dir := range kept {
		bytes += bytesBelow(dir)
	}
	return bytes
}

func bytesBelow(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// addUndo measures the saved states of restores, and finds the old ones.
func (g *GC) addUndo(ctx context.Context, _ []*Run) error {
	for _, store := range g.project.stores {
		refs, err := store.Refs(undoPrefix)
		if err != nil {
			return fmt.Errorf("look for saved states: %w", err)
		}
		var commits []gitstore.Hash
		for _, ref := range refs {
			commits = append(commits, ref.Hash)
		}
		bytes, err := store.Usage(ctx, commits)
		if err != nil {
			bytes = make([]int64, len(refs)) // said where the objects of runs are measured
		}
		for i, ref := range refs {
			nanos, err := strconv.ParseInt(strings.TrimPrefix(ref.Name, undoPrefix), 10, 64)
			if err != nil || time.Since(time.Unix(0, nanos)) < undoAge {
				g.Kinds = append(g.Kinds, KindSpace{Kind: SpaceUndo, Bytes: bytes[i]})
				continue
			}
			what := "what a restore saved on " + time.Unix(0, nanos).UTC().Format(time.DateOnly)
			g.drop(SpaceUndo, what, bytes[i], func(ctx context.Context) error {
				return store.UpdateRef(ctx, ref.Name, gitstore.Hash{}, ref.Hash)
			})
		}
	}
	return nil
}

// addCaches finds what can be made anew.
func (g *GC) addCaches(context.Context, []*Run) error {
	for _, home := range g.project.homes {
		dir := filepath.Join(home, cacheName)
		if n := bytesBelow(dir); n > 0 {
			g.drop(SpaceCaches, "what can be made anew in "+dir, n, func(context.Context) error { return os.RemoveAll(dir) })
		}
	}
	return nil
}
