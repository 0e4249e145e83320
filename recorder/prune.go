package recorder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// PruneItem is what one run would give back, or gave.
type PruneItem struct {
	Run    *Run
	Files  []string // its large files, by path in its tree, whose content goes for good
	Bytes  int64    // of them
	Mirror int64    // bytes of its folder, which comes back from git when it is wanted
	Kept   string   // why something of it stays, or empty
}

// PrunePlan is what pruning runs would give back. Records stay as they are.
type PrunePlan struct {
	Items  []PruneItem
	Shared int // large files that stay because other runs hold their content too

	project *Project
	pruned  map[string]bool // the runs, by id
	content map[*gitstore.Store][]gitstore.Pointer
}

// PlanPrune finds out what runs can give back: their folders, and with files
// the content of their large files, saved ones and those of the source. Runs
// that have not ended keep everything.
func (p *Project) PlanPrune(ctx context.Context, runs []*Run, files bool) (*PrunePlan, error) {
	plan := &PrunePlan{project: p, pruned: map[string]bool{}, content: map[*gitstore.Store][]gitstore.Pointer{}}
	runs = slices.DeleteFunc(slices.Clone(runs), func(r *Run) bool { return r.remote != "" }) // nothing of them is here
	for _, r := range runs {
		if r.known() && !r.purged && r.started.Status.Final() {
			plan.pruned[r.uuid] = true
		}
	}
	needed := map[gitstore.Pointer]bool{}
	if files {
		var err error
		if needed, err = p.pointersBut(ctx, plan.pruned); err != nil {
			return nil, err
		}
	}
	for _, r := range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !plan.pruned[r.uuid] {
			plan.Items = append(plan.Items, PruneItem{Run: r, Kept: "it has not ended"})
			continue
		}
		item := PruneItem{Run: r}
		if files {
			if err := plan.addContent(&item, needed); err != nil {
				return nil, err
			}
		}
		if folder := p.folder(r.uuid); folderExists(folder) {
			item.Mirror = r.mirrorBytes(folder)
			if err := r.comesBack(folder); err != nil {
				item.Mirror, item.Kept = 0, err.Error()
			}
		}
		plan.Items = append(plan.Items, item)
	}
	return plan, nil
}

func folderExists(folder string) bool {
	info, err := os.Stat(folder)
	return err == nil && info.IsDir()
}

// addContent adds the large contents of a run that are here and that nobody
// else needs. One that several runs of the plan hold counts for the first.
func (plan *PrunePlan) addContent(item *PruneItem, needed map[gitstore.Pointer]bool) error {
	r := item.Run
	pointers, err := plan.project.pointersOf(r)
	if err != nil {
		return err
	}
	for pointer, paths := range pointers {
		info, err := os.Stat(r.store.LFS().Path(pointer))
		switch {
		case err != nil || slices.Contains(plan.content[r.store], pointer):
		case needed[pointer]:
			plan.Shared += len(paths)
		default:
			plan.content[r.store] = append(plan.content[r.store], pointer)
			item.Files = append(item.Files, paths...)
			item.Bytes += info.Size()
		}
	}
	slices.Sort(item.Files)
	return nil
}

// Bytes is what the plan gives back in all.
func (plan *PrunePlan) Bytes() int64 {
	var bytes int64
	for _, item := range plan.Items {
		bytes += item.Bytes + item.Mirror
	}
	return bytes
}

// Apply does what was planned and gives the bytes that are free. Content that a
// run has begun to need since stays. Killed in between it has given back a part,
// and is done again.
func (plan *PrunePlan) Apply(ctx context.Context) (int64, error) {
	var freed int64
	for store, pointers := range plan.content {
		_, bytes, err := store.LFS().Drop(ctx, pointers, time.Now(), func() (map[gitstore.Pointer]bool, error) {
			return plan.project.pointersBut(ctx, plan.pruned)
		})
		freed += bytes
		if err != nil {
			return freed, fmt.Errorf("prune large files: %w", err)
		}
	}
	for _, item := range plan.Items {
		if err := ctx.Err(); err != nil {
			return freed, err
		}
		if !plan.pruned[item.Run.uuid] {
			continue
		}
		err := plan.project.pruneFolder(item)
		switch {
		case err == nil:
			freed += item.Mirror
		case errors.Is(err, ErrUnfinished): // it is being sealed at this moment
		default:
			return freed, fmt.Errorf("prune the folder of the run %s: %w", item.Run.Short(), err)
		}
	}
	return freed, nil
}

// pruneFolder removes a run's folder, or where something in it must stay what
// it holds of the pruned files.
func (p *Project) pruneFolder(item PruneItem) error {
	folder := p.folder(item.Run.uuid)
	if !folderExists(folder) {
		return nil
	}
	err := p.dropMirror(item.Run, folder)
	if !errors.Is(err, errOwnFiles) {
		return err
	}
	for _, path := range item.Files {
		file := filepath.Join(folder, filepath.FromSlash(path))
		if held, err := item.Run.gives(path, file, true); err != nil || !held {
			continue
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// PrunedFiles tells which large files of the run were pruned on this machine,
// by path in its tree, and when.
func (r *Run) PrunedFiles() (map[string]time.Time, error) {
	pointers, err := r.project.pointersOf(r)
	if err != nil {
		return nil, err
	}
	pruned := map[string]time.Time{}
	for pointer, paths := range pointers {
		when, ok := r.store.LFS().PrunedAt(pointer)
		for _, path := range paths {
			if ok {
				pruned[path] = when
			}
		}
	}
	return pruned, nil
}
