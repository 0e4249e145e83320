package diff

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// ErrTooLarge says that a tree holds more than any source does.
var ErrTooLarge = errors.New("the trees are too large to compare")

// Entry is an entry of a tree.
type Entry struct {
	Name string
	Mode filemode.FileMode
	Hash plumbing.Hash // zero where there is none
}

func (e Entry) dir() bool { return e.Mode == filemode.Dir }

// Objects gives the objects of one side.
type Objects interface {
	Tree(plumbing.Hash) ([]Entry, error)
	// Blob gives the content of a file; an error where it is over max bytes.
	Blob(hash plumbing.Hash, max int64) ([]byte, error)
}

// Side is one of the trees that are compared. A zero root is an empty tree.
type Side struct {
	Objects
	Root plumbing.Hash
}

// Change is a file that is not the same on both sides.
type Change struct {
	Path string
	From string // its path on the old side where it was moved unchanged
	A, B Entry  // zero where the side has no such file
}

// Limits of what a comparison looks at.
const (
	maxEntries = 500_000 // entries of the subtrees that differ
	maxKnown   = 4096    // folders that are kept, for trees that name one many times
	maxNesting = 1000    // folders in folders
)

// Trees lists the files that differ, sorted by path: at most limit of them,
// and how many more there are. Subtrees with equal hashes are not read.
func Trees(ctx context.Context, a, b Side, limit int) (changes []Change, more int, err error) {
	w := walker{ctx: ctx, a: a, b: b, known: map[plumbing.Hash]map[string]Entry{}}
	err = w.dirs("", Entry{Mode: filemode.Dir, Hash: a.Root}, Entry{Mode: filemode.Dir, Hash: b.Root}, 0)
	if err != nil {
		return nil, 0, err
	}
	found := moved(w.found)
	slices.SortFunc(found, func(x, y Change) int { return strings.Compare(x.Path, y.Path) })
	if len(found) > limit {
		return found[:limit], len(found) - limit, nil
	}
	return found, 0, nil
}

// emptyBlob is the content of every empty file.
var emptyBlob = plumbing.ComputeHash(plumbing.BlobObject, nil)

type walker struct {
	ctx   context.Context
	a, b  Side
	seen  int
	found []Change
	known map[plumbing.Hash]map[string]Entry // folders that were read, the first of them
}

// dirs compares two folders, either of which may be absent.
func (w *walker) dirs(at string, a, b Entry, depth int) error {
	if a.Hash == b.Hash {
		return nil
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if depth > maxNesting {
		return fmt.Errorf("%w: folders nest deeper than %d at %.80q", ErrTooLarge, maxNesting, at)
	}
	old, err := w.read(w.a, a, at)
	if err != nil {
		return err
	}
	new, err := w.read(w.b, b, at)
	if err != nil {
		return err
	}
	for name, x := range old {
		if err := w.entry(path.Join(at, name), x, new[name], depth); err != nil {
			return err
		}
	}
	for name, y := range new {
		if _, both := old[name]; both {
			continue
		}
		if err := w.entry(path.Join(at, name), Entry{}, y, depth); err != nil {
			return err
		}
	}
	return nil
}

// read gives the entries of a folder by name.
func (w *walker) read(side Side, dir Entry, at string) (map[string]Entry, error) {
	if dir.Hash.IsZero() {
		return nil, nil
	}
	named, ok := w.known[dir.Hash]
	if !ok {
		entries, err := side.Tree(dir.Hash)
		if err != nil {
			return nil, fmt.Errorf("read the folder %.80q: %w", at, err)
		}
		named = byName(entries)
		if len(w.known) < maxKnown {
			w.known[dir.Hash] = named
		}
	}
	if w.seen += len(named); w.seen > maxEntries {
		return nil, fmt.Errorf("%w: more than %d files", ErrTooLarge, maxEntries)
	}
	return named, nil
}

func byName(entries []Entry) map[string]Entry {
	named := make(map[string]Entry, len(entries))
	for _, e := range entries {
		named[e.Name] = e
	}
	return named
}

// entry compares what two folders hold under one name.
func (w *walker) entry(at string, a, b Entry, depth int) error {
	if a.Hash == b.Hash && a.Mode == b.Mode {
		return nil
	}
	if a.dir() || b.dir() {
		if err := w.dirs(at, onlyDir(a), onlyDir(b), depth+1); err != nil {
			return err
		}
		a, b = onlyFile(a), onlyFile(b)
	}
	if !a.Hash.IsZero() || !b.Hash.IsZero() {
		w.found = append(w.found, Change{Path: at, A: a, B: b})
	}
	return nil
}

func onlyDir(e Entry) Entry {
	if e.dir() {
		return e
	}
	return Entry{Mode: filemode.Dir}
}

func onlyFile(e Entry) Entry {
	if e.dir() {
		return Entry{}
	}
	return e
}

// moved joins a removed and an added file of the same content into one change.
// Empty files are all the same and say nothing.
func moved(changes []Change) []Change {
	removed := map[plumbing.Hash][]int{}
	slices.SortFunc(changes, func(x, y Change) int { return strings.Compare(x.Path, y.Path) })
	for i, c := range changes {
		if c.B.Hash.IsZero() && c.A.Hash != emptyBlob {
			removed[c.A.Hash] = append(removed[c.A.Hash], i)
		}
	}
	gone := map[int]bool{}
	for i := range changes {
		c := &changes[i]
		from := removed[c.B.Hash]
		if !c.A.Hash.IsZero() || len(from) == 0 {
			continue
		}
		c.From, c.A = changes[from[0]].Path, changes[from[0]].A
		gone[from[0]], removed[c.B.Hash] = true, from[1:]
	}
	kept := changes[:0]
	for i, c := range changes {
		if !gone[i] {
			kept = append(kept, c)
		}
	}
	return kept
}
