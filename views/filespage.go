package views

import (
	"context"
	"io/fs"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// listedFiles is how many files of a run are listed.
const listedFiles = 2000

// filesView is what a program put into a run, or one file of it.
type filesView struct {
	run     *recorder.Run
	Base    string
	Files   []folderRow
	More    bool
	Bytes   int64
	File    *preview
	Pruned  string // when the content of the file was given back
	Fetch   string // URL that gets its content, empty where that is here
	Problem string
}

// runFiles lists the files of a run, or shows one.
func (d *Dashboard) runFiles(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("path")
	if name == "." || name != "" && !fs.ValidPath(name) {
		return notFound("There is no file %s.", visible(name))
	}
	if r.FormValue("raw") == "1" {
		return d.rawRunFile(w, r, name)
	}
	return d.runTab(w, r, "files", func(_ context.Context, _ *recorder.Project, run *recorder.Run) (templ.Component, error) {
		v := &filesView{run: run, Base: runURL(run.Address(), "files")}
		files, err := run.Files()
		if err != nil {
			v.Problem = sentence(err.Error())
			return filesPage(v), nil
		}
		if name == "" {
			v.list(files)
			return filesPage(v), nil
		}
		if info, err := fs.Stat(files, name); err != nil || info.IsDir() {
			return nil, notFound("There is no file %s.", visible(name))
		}
		v.File, err = d.previewOf(files, name, v.Base)
		if pruned, _ := run.PrunedFiles(); err == nil { // what is not known is not said
			if when, ok := pruned["files/"+name]; ok {
				v.Pruned = iso(when)
			}
		}
		if err == nil {
			v.offerFetch(name)
		}
		return filesPage(v), err
	})
}

func (d *Dashboard) rawRunFile(w http.ResponseWriter, r *http.Request, name string) error {
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	files, err := run.Files()
	if err != nil {
		return err
	}
	return rawFile(w, r, files, name)
}

// list lists all files, whatever can be read of them.
func (v *filesView) list(files fs.FS) {
	large := map[string]bool{}
	for _, f := range v.run.Info().Large {
		large[f.Path] = true
	}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			if name == "." {
				return err
			}
			return nil // it has gone meanwhile
		}
		if e.IsDir() {
			return nil
		}
		if len(v.Files) >= listedFiles {
			v.More = true
			return fs.SkipAll
		}
		row := folderRow{Name: visible(name), URL: fileURL(v.Base, name)}
		info, err := e.Info()
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			row.Kind = "symbolic link"
		case !e.Type().IsRegular():
			row.Kind, row.URL = "not a file", ""
		case err == nil:
			row.Size = size(info.Size())
			v.Bytes += info.Size()
			if row.Mark = recorder.HashOf(info); large[name] {
				row.Mark, row.Kind = "", "large file"
			}
		}
		v.Files = append(v.Files, row)
		return nil
	})
	if err != nil {
		v.Problem = sentence(err.Error())
	}
}

// hashWords is a hash as a list shows it.
func hashWords(hash string) string { return hash[:min(10, len(hash))] }

// folderOf is the folder of a path with a slash, and the name.
func folderOf(path string) (folder, name string) {
	at := strings.LastIndexByte(path, '/') + 1
	return path[:at], path[at:]
}
