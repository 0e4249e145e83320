package gitstore

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// Bounds that keep a snapshot quick whatever lies in the folder.
const (
	maxUntrackedFiles   = 100_000 // looked at one by one
	maxUntrackedFolders = 50_000
	folderChunk         = 64 // untracked folders that are walked between two looks at the bounds
)

// walk is one pass over a work tree.
type walk struct {
	ctx     context.Context
	store   *Store
	source  *Store // where the repository's own objects are; nil: cannot be read
	top     string // absolute
	options SnapshotOptions
	stats   statRules
	skips   bool // the index has entries that need no file
	include []pathPattern
	fold    bool
	private []string // absolute: git directories that lie in the work tree
	head    *headTree

	fresh   atomic.Int64 // untracked files met
	kept    atomic.Int64 // bytes of content in memory
	changed atomic.Bool  // some file's stat is not that of the index
	notes   noteList
	workers chan *nameList // one token and its memory per worker

	largeLock  sync.Mutex
	largeFiles map[string]int64
	pointers   []Pointer // what they stand for
}

func workerCount() int { return max(2, min(8, runtime.GOMAXPROCS(0))) }

// run walks the folders that hold tracked files, and the top, side by side;
// then those that do not, level by level in the order of their paths, until
// the bounds are reached: which of them are left out must not be chance.
func (w *walk) run(root *snapshotFolder) error {
	w.workers = make(chan *nameList, workerCount())
	for range cap(w.workers) {
		w.workers <- &nameList{}
	}
	level, err := w.side([]*snapshotFolder{root}, true)
	seen := 0
	for err == nil && len(level) > 0 {
		var next []*snapshotFolder
		for len(level) > 0 {
			if w.fresh.Load() > maxUntrackedFiles || seen > maxUntrackedFolders {
				w.leaveFolders(level)
				break
			}
			chunk := level[:min(len(level), folderChunk)]
			level, seen = level[len(chunk):], seen+len(chunk)
			var below []*snapshotFolder
			if below, err = w.side(chunk, false); err != nil {
				return err
			}
			next = append(next, below...)
		}
		level = next
	}
	return err
}

// side visits folders side by side, and with deep at once those below that
// hold tracked files. It returns the others, in the order of their paths.
func (w *walk) side(folders []*snapshotFolder, deep bool) ([]*snapshotFolder, error) {
	q := &folderQueue{pending: folders, deep: deep}
	q.ready = sync.NewCond(&q.lock)
	var all sync.WaitGroup
	for range min(cap(w.workers), max(len(folders), 1+len(folders)*cap(w.workers))) {
		all.Go(func() {
			names := <-w.workers
			defer func() { w.workers <- names }()
			for f := q.take(); f != nil; f = q.take() {
				err := w.ctx.Err()
				if err == nil {
					err = w.visit(f, names)
				}
				q.done(f, err)
			}
		})
	}
	all.Wait()
	sortFolders(q.later)
	return q.later, q.err
}

// folderQueue hands folders to workers, the newest first: that bounds how
// many wait.
type folderQueue struct {
	lock    sync.Mutex
	ready   *sync.Cond
	pending []*snapshotFolder
	later   []*snapshotFolder
	busy    int
	deep    bool
	err     error
}

func (q *folderQueue) take() *snapshotFolder {
	q.lock.Lock()
	defer q.lock.Unlock()
	for len(q.pending) == 0 && q.busy > 0 && q.err == nil {
		q.ready.Wait()
	}
	if len(q.pending) == 0 || q.err != nil {
		return nil
	}
	f := q.pending[len(q.pending)-1]
	q.pending = q.pending[:len(q.pending)-1]
	q.busy++
	return f
}

func (q *folderQueue) done(f *snapshotFolder, err error) {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.busy--
	if err != nil && q.err == nil {
		q.err = err
	}
	for i := range f.items {
		below := f.items[i].folder
		switch {
		case below == nil:
		case q.deep && below.index != nil:
			q.pending = append(q.pending, below)
		default:
			q.later = append(q.later, below)
		}
	}
	q.ready.Broadcast()
}

func sortFolders(folders []*snapshotFolder) {
	sortBy(folders, func(f *snapshotFolder) string { return f.path })
}

// leaveFolders names the folders that are not looked into.
func (w *walk) leaveFolders(folders []*snapshotFolder) {
	for _, f := range folders {
		w.notes.leaveOut(LeftOut{Path: f.path, Reason: "too many untracked files; this folder was not looked into"})
	}
}

// file is the place on disk of a path below the top.
func (w *walk) file(below string) string { return filepath.Join(w.top, filepath.FromSlash(below)) }

// open opens a folder of the walk.
func (w *walk) open(f *snapshotFolder) (openFolder, error) {
	return openFolderAt(w.top + string(filepath.Separator) + filepath.FromSlash(f.path))
}
