package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/diff"
)

// Hunk is a changed place of a file with the lines around it; its String is
// the unified format.
type Hunk = diff.Hunk

// FileChange is a source file that differs.
type FileChange struct {
	Path   string
	From   string // where it was, of a moved file
	Kind   Kind
	A, B   filemode.FileMode // git's modes; zero where there is no file
	Hunks  []Hunk
	Binary bool   // no text: compared by hash only
	Note   string // why there are no hunks, or what else is to be said

	Added, Removed int // lines
}

// SourceChange is what changed in the source.
type SourceChange struct {
	Files []FileChange // sorted by path
	More  int          // files that differ beyond those listed
}

// Bounds of a comparison. What goes beyond is listed without its lines.
const (
	maxChangedFiles = 5000
	maxDiffFile     = 5 << 20          // bytes of a file that is compared by lines
	maxDiffBytes    = 32 << 20         // of all files that are
	maxFileTime     = time.Second      // for the lines of a file
	maxDiffTime     = 10 * time.Second // for the lines of all
)

// compareSource compares the sources of two runs, or of a run and the work
// tree.
func (p *Project) compareSource(ctx context.Context, a, b *Run) (SourceChange, error) {
	old, oldLarge, err := sideOf(a)
	if err != nil {
		return SourceChange{}, err
	}
	new, newLarge, err := p.otherSide(ctx, b)
	if err != nil {
		return SourceChange{}, err
	}
	return compareSides(ctx, old, new, oldLarge, newLarge)
}

// compareSides compares two trees. Files in the LFS store are given by path.
func compareSides(ctx context.Context, old, new diff.Side, oldLarge, newLarge map[string]int64) (SourceChange, error) {
	found, more, err := diff.Trees(ctx, old, new, maxChangedFiles)
	if err != nil {
		return SourceChange{}, err
	}
	d := differ{old: old, new: new, oldLarge: oldLarge, newLarge: newLarge, deadline: time.Now().Add(maxDiffTime)}
	change := SourceChange{More: more}
	for _, c := range found {
		if err := ctx.Err(); err != nil {
			return change, err
		}
		change.Files = append(change.Files, d.file(c))
	}
	return change, nil
}

func sideOf(r *Run) (diff.Side, map[string]int64, error) {
	root, err := r.sourceTree()
	if err != nil {
		return diff.Side{}, nil, err
	}
	return diff.Side{Objects: storeObjects{r.store}, Root: root}, sizesOf(r.largeSource()), nil
}

func (p *Project) otherSide(ctx context.Context, b *Run) (diff.Side, map[string]int64, error) {
	if b != nil {
		return sideOf(b)
	}
	return p.workTree(ctx)
}

// storeObjects are the objects of a store.
type storeObjects struct{ *gitstore.Store }

// Tree reads a folder.
func (s storeObjects) Tree(h gitstore.Hash) ([]diff.Entry, error) {
	entries, err := s.ReadTree(h)
	if err != nil {
		return nil, err
	}
	out := make([]diff.Entry, len(entries))
	for i, e := range entries {
		out[i] = diff.Entry{Name: e.Name, Mode: e.Mode, Hash: e.Hash}
	}
	return out, nil
}

// Blob reads a file.
func (s storeObjects) Blob(h gitstore.Hash, limit int64) ([]byte, error) { return s.ReadBlob(h, limit) }

// differ compares the files that differ by their lines, within bounds.
type differ struct {
	old, new           diff.Side
	oldLarge, newLarge map[string]int64
	read               int64
	deadline           time.Time
}

func (d *differ) file(c diff.Change) FileChange {
	f := FileChange{Path: c.Path, From: c.From, A: c.A.Mode, B: c.B.Mode, Kind: kindOf(c)}
	switch {
	case c.A.Hash == c.B.Hash:
		if c.A.Mode != c.B.Mode {
			f.Note = fmt.Sprintf("mode %s → %s", c.A.Mode, c.B.Mode)
		}
	case c.A.Mode == filemode.Submodule || c.B.Mode == filemode.Submodule:
		f.Note = fmt.Sprintf("submodule %s → %s", shortHash(c.A.Hash), shortHash(c.B.Hash))
	default:
		d.lines(&f, c)
	}
	return f
}

func shortHash(h gitstore.Hash) string {
	if h.IsZero() {
		return "none"
	}
	return h.String()[:8]
}

func kindOf(c diff.Change) Kind {
	switch {
	case c.From != "":
		return Moved
	case c.A.Hash.IsZero():
		return Added
	case c.B.Hash.IsZero():
		return Removed
	}
	return Changed
}

// lines compares a file by its lines.
func (d *differ) lines(f *FileChange, c diff.Change) {
	if _, large := d.oldLarge[c.Path]; large {
		f.Binary = true
	}
	if _, large := d.newLarge[c.Path]; large {
		f.Binary = true
	}
	if f.Binary {
		f.Note = "kept in the LFS store"
		return
	}
	a, err := d.text(d.old, c.A)
	if err == nil {
		var b []byte
		if b, err = d.text(d.new, c.B); err == nil {
			d.hunks(f, a, b)
			return
		}
	}
	f.Note = err.Error()
	if errors.Is(err, gitstore.ErrTooLarge) {
		f.Note = fmt.Sprintf("larger than %d bytes", maxDiffFile)
	}
}

// errEnough says that the bounds of the comparison are used up.
var errEnough = errors.New("not compared by lines: too much has changed")

func (d *differ) text(side diff.Side, e diff.Entry) ([]byte, error) {
	if e.Hash.IsZero() {
		return nil, nil
	}
	if d.read > maxDiffBytes || time.Now().After(d.deadline) {
		return nil, errEnough
	}
	data, err := side.Blob(e.Hash, maxDiffFile)
	d.read += int64(len(data))
	return data, err
}

func (d *differ) hunks(f *FileChange, a, b []byte) {
	if f.Binary = diff.Binary(a) || diff.Binary(b); f.Binary {
		f.Note = fmt.Sprintf("binary, %d → %d bytes", len(a), len(b))
		return
	}
	hunks, ok := diff.Lines(a, b, min(maxFileTime, time.Until(d.deadline)))
	if !ok {
		f.Note = "too many lines"
		return
	}
	f.Hunks = hunks
	for _, h := range hunks {
		for _, l := range h.Lines {
			switch l.Op {
			case '+':
				f.Added++
			case '-':
				f.Removed++
			}
		}
	}
}
