package views

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// Bounds of the tree beside a file.
const (
	treeRows     = 2000
	treeUnfolded = 200 // files up to which all folders are open
	treeDeep     = 12  // levels that are shown as such
)

// treeRow is a file or folder in the tree.
type treeRow struct {
	Name, URL string
	Class     string // of its depth
	Folder    bool
	Kind      string // "link" or "submodule", empty for others
	Mark      string // A, M, D or R; for a folder • where something in it changed
	MarkURL   string // what changed in the file
	Here      bool
}

// sourceTree makes the rows of a tree.
type sourceTree struct {
	fsys    fs.FS
	base    string // URL
	here    string // path of what is shown
	all     bool   // all folders are open
	marks   map[string]string
	gone    map[string][]string // names that were removed, by folder
	changed map[string]bool     // folders in which something changed
	rows    []treeRow
	more    bool
}

// newSourceTree reads the tree as far as it is shown.
func newSourceTree(fsys fs.FS, files int, base, here string, changes []recorder.FileChange) (*sourceTree, error) {
	t := &sourceTree{fsys: fsys, base: base, here: here, all: files <= treeUnfolded, marks: map[string]string{}, gone: map[string][]string{}, changed: map[string]bool{}}
	for _, c := range changes {
		t.marks[c.Path] = changeLetter(c.Kind)
		if c.Kind == recorder.Removed {
			t.gone[path.Dir(c.Path)] = append(t.gone[path.Dir(c.Path)], path.Base(c.Path))
		}
		for dir := path.Dir(c.Path); dir != "."; dir = path.Dir(dir) {
			t.changed[dir] = true
		}
	}
	return t, t.folder(".", 0)
}

// folder adds the rows of a folder: folders first.
func (t *sourceTree) folder(dir string, depth int) error {
	entries, err := fs.ReadDir(t.fsys, dir)
	if err != nil {
		return err
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
		if a.IsDir() != b.IsDir() {
			if a.IsDir() {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name(), b.Name())
	})
	for _, e := range entries {
		if len(t.rows) >= treeRows {
			t.more = true
			return nil
		}
		at := path.Join(dir, e.Name())
		t.rows = append(t.rows, t.row(e, at, depth))
		if e.IsDir() && t.open(at) {
			if err := t.folder(at, depth+1); err != nil {
				return err
			}
		}
	}
	for _, name := range t.gone[dir] {
		t.rows = append(t.rows, treeRow{Name: visible(name), Class: depthClass(depth), Mark: "D", MarkURL: t.changeURL(path.Join(dir, name))})
	}
	return nil
}

func (t *sourceTree) row(e fs.DirEntry, at string, depth int) treeRow {
	row := treeRow{Name: visible(e.Name()), URL: fileURL(t.base, at), Class: depthClass(depth), Folder: e.IsDir(), Mark: t.marks[at], Here: at == t.here}
	if row.Mark != "" {
		row.MarkURL = t.changeURL(at)
	}
	switch {
	case e.Type()&fs.ModeSymlink != 0:
		row.Kind = "link"
	case e.Type()&fs.ModeIrregular != 0:
		row.Kind = "submodule"
	case e.IsDir():
		row.Name += "/"
		if t.changed[at] {
			row.Mark = "•"
		}
	}
	return row
}

// changeURL is what had not been committed of a file.
func (t *sourceTree) changeURL(at string) string { return t.base + "?diff=commit#" + diffID(at) }

// open reports whether the entries of a folder are shown.
func (t *sourceTree) open(dir string) bool {
	return t.all || t.here == dir || strings.HasPrefix(t.here, dir+"/")
}

func depthClass(depth int) string { return "d" + strconv.Itoa(min(depth, treeDeep)) }
