package views

import (
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// diffOptions say how changed files are shown.
type diffOptions struct {
	// Old and New are the URLs of the source pages of either side, such as
	// /runs/0123abcd/source, to which the files link. Empty: no links.
	Old, New string
	// Split shows both sides beside each other instead of one below the other.
	Split bool
	// Brief shows the first places of the first files only, for a narrow column
	// or an overview; More leads to the rest.
	Brief bool
	More  string
}

// Bounds of a page of changes. What goes beyond is named and linked.
const (
	diffPageLines  = 5000
	diffFileLines  = 2000
	diffBriefLines = 40
	diffBriefFiles = 8
	diffLineShown  = 2000 // characters of a line
	diffOpenFiles  = 20   // files whose lines are open when the page is opened
	diffWordPairs  = 2000 // changed lines whose words are compared
)

// diffView is how changed files are shown. newDiffView makes it, and the
// component diffList shows it:
//
//	@diffList(newDiffView(difference.Source, diffOptions{New: "/runs/" + short(id) + "/source"}))
type diffView struct {
	Files          []diffFile
	Added, Removed int // lines of all files
	Count          int // files that changed, shown or not
	More           int // files that are not shown
	MoreURL        string
	Split          bool
}

// Summary says how much changed: "3 files".
func (v diffView) Summary() string { return count(v.Count, "file") }

// diffFile is a changed file.
type diffFile struct {
	ID             string // of its element: see diffID
	Path, From     string
	Letter, Kind   string // A added; M, D, R and their words
	Added, Removed int
	Note           string // why there are no lines, or what else is to be said
	OldURL, NewURL string // its pages, where there are any
	RawOld, RawNew string // its bytes
	Rows           []diffRow
	Pairs          []diffPair
	Hidden         int // lines that are not shown
	Open           bool
}

// Lines reports whether there is anything to unfold.
func (f diffFile) Lines() bool { return len(f.Rows)+len(f.Pairs) > 0 }

// diffRow is a line of a change, or the gap between two of its places.
type diffRow struct {
	Class  string // "", "add", "del" or "gap"
	Sign   string
	A, B   int // its numbers, 0 where it is not on that side
	Spans  []diffSpan
	NoFeed bool // the file ends here without a line feed
}

// diffSpan is a part of a line; a marked one is what changed in it.
type diffSpan struct {
	Text string
	Mark bool
}

// diffPair is a line of two columns; a side is nil where it has no line.
type diffPair struct {
	Gap         string
	Left, Right *diffRow
}

// newDiffView prepares changed files for the page.
func newDiffView(c recorder.SourceChange, o diffOptions) diffView {
	v := diffView{Count: len(c.Files) + c.More, More: c.More, MoreURL: o.More, Split: o.Split && !o.Brief}
	room, files := diffPageLines, len(c.Files)
	if o.Brief {
		room, files = diffBriefLines, min(files, diffBriefFiles)
		v.More += len(c.Files) - files
	}
	words := &wordBudget{left: diffWordPairs}
	for i, f := range c.Files {
		v.Added, v.Removed = v.Added+f.Added, v.Removed+f.Removed
		if i >= files {
			continue
		}
		file := newDiffFile(f, o)
		rows, hidden := diffRows(f.Hunks, min(room, diffFileLines), words)
		room -= len(rows)
		file.Hidden, file.Open = hidden, i < diffOpenFiles && len(rows) > 0
		if file.Rows = rows; v.Split {
			file.Rows, file.Pairs = nil, sideBySide(rows)
		}
		v.Files = append(v.Files, file)
	}
	return v
}

func newDiffFile(f recorder.FileChange, o diffOptions) diffFile {
	file := diffFile{ID: diffID(f.Path), Path: visible(f.Path), Kind: string(f.Kind), Letter: changeLetter(f.Kind), Added: f.Added, Removed: f.Removed, Note: visible(f.Note)}
	if f.From != "" {
		file.From = visible(f.From)
	}
	old := f.Path
	if f.From != "" {
		old = f.From
	}
	if o.Old != "" && f.Kind != recorder.Added {
		file.OldURL, file.RawOld = fileURL(o.Old, old), rawURL(o.Old, old)
	}
	if o.New != "" && f.Kind != recorder.Removed {
		file.NewURL, file.RawNew = fileURL(o.New, f.Path), rawURL(o.New, f.Path)
	}
	return file
}

// diffID is the id of the element of a changed file, for links to it.
func diffID(path string) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(path))
	return "file-" + strconv.FormatUint(sum.Sum64(), 36)
}

// changeLetter is what git calls a kind of change.
func changeLetter(k recorder.Kind) string {
	switch k {
	case recorder.Added:
		return "A"
	case recorder.Removed:
		return "D"
	case recorder.Moved:
		return "R"
	}
	return "M"
}

// fileURL is the page of a file below the page of its folder.
func fileURL(base, path string) string { return base + "/" + escapedPath(path) }

// rawURL is where a file's bytes are.
func rawURL(base, path string) string { return fileURL(base, path) + "?raw=1" }

// escapedPath is a path with slashes as a part of a URL.
func escapedPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// lineNumber is a number of a line, empty where there is none.
func lineNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
