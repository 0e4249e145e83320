package gitstore

import "time"

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
