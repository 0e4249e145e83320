package gitstore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// SnapshotOptions say what a snapshot takes. The zero value takes what git
// would, up to 10 MB a file and 100 MB of untracked files in all.
type SnapshotOptions struct {
	// MaxFile is the size in bytes of the largest untracked file that is
	// taken; 0 is 10 MB, below 0 is no limit.
	MaxFile int64
	// MaxUntracked bounds all untracked files together, in bytes, the smallest
	// first; 0 is 100 MB, below 0 is no limit.
	MaxUntracked int64
	// LFSThreshold is the size in bytes from which a file is stored as a Git
	// LFS pointer; 0 is 10 MB, below 0 is never.
	LFSThreshold int64
	// Include are patterns of ignored files to take, in the form of
	// .gitignore. One without a slash is looked for only in folders that are
	// not ignored themselves.
	Include []string
	// Secret gives the reason why an untracked file must not be stored, ""
	// where it may. It is called from several goroutines.
	Secret func(path string) (reason string)
	// SecretContent is the same for the first 64 kB of an untracked file.
	SecretContent func(head []byte) (reason string)
	// Dated says of a path whether the file counts for Snapshot.Newest; nil
	// is every file.
	Dated func(path string) bool
	// Skip are names at the top that are never taken.
	Skip []string
	// Plain is for folders outside of repositories: the usual build, cache
	// and environment folders are ignored too.
	Plain bool

	compare bool // only whether it differs from HEAD is asked for
}

// LeftOut is a file that a snapshot does not hold, and why.
type LeftOut struct {
	Path   string // a folder ends in a slash
	Size   int64  // bytes
	Reason string
}

// Snapshot is a work tree as it was.
type Snapshot struct {
	Tree        Hash
	Files       int              // of the tree, without what a sparse index leaves out
	Bytes       int64            // of these files
	LeftOut     []LeftOut        // the first of them
	MoreLeftOut int              // how many more were left out
	Notes       []string         // what else is not as one would expect, a sentence each
	Large       map[string]int64 // path → bytes, of files stored as Git LFS pointers
	Newest      time.Time        // when the last of the dated files was changed
	NewestPath  string
	Dirty       bool // differs from the tree of HEAD
	Objects     []NewObject

	root     *snapshotFolder
	pointers []Pointer // of the files in Large
}

// Snapshot takes the work tree below dir as it is: tracked files with the
// bytes on disk, untracked ones that are not ignored, links as links,
// repositories inside as their commits. repo is the repository of the work
// tree, nil for a plain folder. Nothing is written but the content of large
// files; no filter, hook or other process is run; HEAD and index are only read.
//
// However much lies in the folder, time and memory stay bounded: untracked
// files beyond the limits are left out, and named or counted.
func (s *Store) Snapshot(ctx context.Context, repo *Repository, dir string, options SnapshotOptions) (*Snapshot, error) {
	for range 3 {
		snapshot, err := s.snapshot(ctx, repo, dir, options)
		if !errors.Is(err, errMoved) {
			return snapshot, err
		}
	}
	return nil, fmt.Errorf("take a snapshot of %q: %w; try again when nothing writes there", dir, ErrChanged)
}

func (s *Store) snapshot(ctx context.Context, repo *Repository, dir string, options SnapshotOptions) (*Snapshot, error) {
	w, root, err := s.newWalk(ctx, repo, dir, options.withDefaults())
	if err != nil {
		return nil, err
	}
	if err := w.run(root); err != nil {
		return nil, fmt.Errorf("take a snapshot of %q: %w", dir, err)
	}
	if err := w.hashAll(w.pending(root)); err != nil {
		return nil, fmt.Errorf("take a snapshot of %q: %w", dir, err)
	}
	var buffer []byte
	root.seal(&buffer)
	out := &Snapshot{Tree: root.hash, Large: w.largeFiles, root: root, pointers: w.pointers}
	out.Dirty = w.dirty(root)
	if !options.compare {
		c := collector{walk: w, out: out, seen: map[Hash]bool{}}
		if err := c.folder(root, w.head.root); err != nil {
			return nil, err
		}
		out.total(root, options.Dated)
	}
	w.notes.report(out)
	return out, ctx.Err()
}

// DefaultLFSThreshold is the size in bytes from which a file is large.
const DefaultLFSThreshold = 10 << 20

const (
	defaultMaxFile      = 10 << 20
	defaultMaxUntracked = 100 << 20
)

func (o SnapshotOptions) withDefaults() SnapshotOptions {
	for field, value := range map[*int64]int64{
		&o.MaxFile: defaultMaxFile, &o.MaxUntracked: defaultMaxUntracked, &o.LFSThreshold: DefaultLFSThreshold,
	} {
		if *field == 0 {
			*field = value
		}
	}
	return o
}

// total counts what is in the snapshot.
func (s *Snapshot) total(f *snapshotFolder, dated func(path string) bool) {
	for i := range f.items {
		item := &f.items[i]
		if item.folder != nil {
			s.total(item.folder, dated)
			continue
		}
		if item.state == itemIndexed && item.isFolder() || item.state == itemKnown {
			continue
		}
		s.Files++
		s.Bytes += item.size
		t, path := item.mtime.time(), f.path+item.name
		if item.mtime != (fileTime{}) && t.After(s.Newest) && (dated == nil || dated(path)) {
			s.Newest, s.NewestPath = t, path
		}
	}
}
