package views

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// sourceView is the source of a run, with a file, a folder, or what changed.
type sourceView struct {
	run     *recorder.Run
	None    string // why there is no source
	Base    string // URL of the tab
	Path    string
	Crumbs  []tabLink
	Tree    *sourceTree
	File    *preview
	Folder  []folderRow
	Diff    *sourceDiff
	Commit  string // of the user, short
	Marks   string // why the tree has no marks
	Changed int    // files against the commit
	FileURL string // what had not been committed of the file that is shown, if anything
	LeftOut []string
	Notes   []string
	Choices []tabLink // what the source can be compared with
}

// folderRow is an entry of a folder.
type folderRow struct {
	Name, URL, Size, Kind, Mark string
}

// runSource shows the source of a run, a file of it, or what changed in it.
func (d *Dashboard) runSource(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimSuffix(r.PathValue("path"), "/")
	if name == "." || name != "" && !fs.ValidPath(name) {
		return notFound("There is no file %s.", visible(name))
	}
	if r.FormValue("raw") == "1" {
		return d.rawSource(w, r, name)
	}
	return d.runPage(w, r, "source", func(ctx context.Context, p *recorder.Project, v *runView) (templ.Component, error) {
		page, err := d.sourceView(ctx, p, v, name, r.FormValue("diff"), r.FormValue("split") == "1")
		if err != nil {
			return nil, err
		}
		return sourcePage(page), nil
	})
}

func (d *Dashboard) rawSource(w http.ResponseWriter, r *http.Request, name string) error {
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	source, err := run.Source()
	if err != nil {
		return notFound("There is no file %s: %v.", visible(name), err)
	}
	return rawFile(w, r, source, name)
}

func (d *Dashboard) sourceView(ctx context.Context, p *recorder.Project, rv *runView, name, against string, split bool) (*sourceView, error) {
	run := rv.run
	v := &sourceView{run: run, Path: name, Base: runURL(run.Address(), "source")}
	source, err := run.Source()
	if errors.Is(err, recorder.ErrNoSource) {
		v.None = "No source was kept of this run."
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	info := run.Info()
	if info.Git != nil && info.Git.Commit != "" {
		v.Commit = info.Git.Commit[:min(7, len(info.Git.Commit))]
	}
	v.snapshotWords(info)
	changes := d.uncommitted(ctx, p, run, v)
	files := treeUnfolded + 1
	if info.Source != nil {
		files = info.Source.Files
	}
	if v.Tree, err = newSourceTree(source, files, v.Base, name, changes.Files); err != nil {
		return nil, err
	}
	v.choices(rv, against)
	if against != "" {
		v.Diff, err = d.sourceDiff(ctx, p, rv, against, split, v.Base)
		return v, err
	}
	v.crumbs()
	return v, v.show(d, source, changes)
}

// uncommitted is what changed since the user's commit; that it cannot be told is
// said on the page.
func (d *Dashboard) uncommitted(ctx context.Context, p *recorder.Project, run *recorder.Run, v *sourceView) recorder.SourceChange {
	changes, err := d.compared(ctx, p, run, "commit", nil)
	if err != nil && !errors.Is(err, recorder.ErrNoCommit) {
		v.Marks = "What was not committed cannot be told: " + sentence(err.Error())
	}
	v.Changed = len(changes.Files) + changes.More
	return changes
}

// snapshotWords say what is no part of the snapshot.
func (v *sourceView) snapshotWords(info *recorder.Info) {
	if info.Source == nil {
		return
	}
	for _, left := range info.Source.LeftOut {
		v.LeftOut = append(v.LeftOut, visible(left.Path)+": "+visible(left.Reason))
	}
	if info.Source.More > 0 {
		v.LeftOut = append(v.LeftOut, count(info.Source.More, "more file"))
	}
	for _, note := range info.Source.Notes {
		v.Notes = append(v.Notes, visible(note))
	}
}

// crumbs are the folders on the way to what is shown.
func (v *sourceView) crumbs() {
	if v.Path == "" {
		return
	}
	at := ""
	for name := range strings.SplitSeq(v.Path, "/") {
		at = strings.TrimPrefix(at+"/"+name, "/")
		v.Crumbs = append(v.Crumbs, tabLink{Title: visible(name), URL: fileURL(v.Base, at), Here: at == v.Path})
	}
}

// show prepares the file or folder at the path; without one the file that says
// what the source is about, or the first that changed.
func (v *sourceView) show(d *Dashboard, source fs.FS, changes recorder.SourceChange) error {
	name := v.Path
	if name == "" {
		v.folder(source, ".", changes)
		return nil
	}
	if info, err := fs.Stat(source, name); err == nil && info.IsDir() && info.Mode()&fs.ModeIrregular == 0 && !isLink(source, name) {
		v.folder(source, name, changes)
		return nil
	}
	if slices.ContainsFunc(changes.Files, func(c recorder.FileChange) bool { return c.Path == name }) {
		v.FileURL = v.Tree.changeURL(name)
	}
	var err error
	v.File, err = d.previewOf(source, name, v.Base)
	return err
}

func isLink(fsys fs.FS, name string) bool {
	links, ok := fsys.(fs.ReadLinkFS)
	if !ok {
		return false
	}
	info, err := links.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// folder lists a folder.
func (v *sourceView) folder(source fs.FS, name string, changes recorder.SourceChange) {
	marks := map[string]string{}
	for _, c := range changes.Files {
		marks[c.Path] = changeLetter(c.Kind)
	}
	entries, _ := fs.ReadDir(source, name) // the tree was read before
	for _, e := range entries[:min(len(entries), treeRows)] {
		at := strings.TrimPrefix(name+"/"+e.Name(), "./")
		row := folderRow{Name: visible(e.Name()), URL: fileURL(v.Base, at), Mark: marks[at]}
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			row.Kind = "symbolic link"
		case e.Type()&fs.ModeIrregular != 0:
			row.Kind = "submodule"
		case e.IsDir():
			row.Kind, row.Name = "folder", row.Name+"/"
		default:
			if info, err := e.Info(); err == nil {
				row.Size = size(info.Size())
			}
		}
		v.Folder = append(v.Folder, row)
	}
}
