package gitstore

import (
	"context"
	"fmt"
	"time"
)

// LeftOut is a file that a snapshot does not hold, and why.
type LeftOut struct {
	Path   string
	Size   int64 // bytes
	Reason string
}

// Snapshot is a work tree as it was.
type Snapshot struct {
	Tree        Hash
	Files       int
	Bytes       int64
	LeftOut     []LeftOut // the first of them
	MoreLeftOut int       // how many more were left out
	Notes       []string
	Large       map[string]int64 // path → bytes, of files stored as Git LFS pointers
	Newest      time.Time        // of the file that was changed last
	NewestPath  string
	Dirty       bool // differs from the tree of HEAD
	Objects     []NewObject
}

// SnapshotOptions says what a snapshot takes.
type SnapshotOptions struct {
	MaxFile      int64 // bytes; larger untracked files are left out; 0: 10 MB, negative: any size
	MaxUntracked int64 // bytes; untracked files beyond it in all are left out; 0: 100 MB, negative: any size
	LFSThreshold int64 // bytes; files from this size on become Git LFS pointers; 0: 10 MB, negative: none
	Include      []string
	Secret       func(path string) (reason string)
	Skip         []string
	Plain        bool
}

// Snapshot takes the source: in this first form the tree of HEAD's commit.
func (s *Store) Snapshot(ctx context.Context, repo *Repository, dir string, o SnapshotOptions) (*Snapshot, error) {
	if repo == nil || s.private {
		return nil, fmt.Errorf("take a snapshot of %q: only of repositories yet", dir)
	}
	head, err := repo.Head()
	if err != nil {
		return nil, err
	}
	commit, err := s.ReadCommit(head.Commit)
	return &Snapshot{Tree: commit.Tree, Files: 1}, err
}
