package views

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// sourceArchive sends the source of a run as one file.
func (d *Dashboard) sourceArchive(w http.ResponseWriter, r *http.Request) error {
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	source, err := run.Source()
	if err != nil {
		return notFound("There is no source to download: %v.", err)
	}
	top := strings.ReplaceAll(downloadName(run.Label()), " ", "-") + "-" + run.Short()
	fileHeaders(w, top+".tar.gz", false, true)
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	packed := gzip.NewWriter(w)
	a := &archive{w: tar.NewWriter(packed), top: top, when: run.Started()}
	if err := errors.Join(a.add(r.Context(), source), a.w.Close(), packed.Close()); err != nil {
		panic(http.ErrAbortHandler) // a part is sent: it must not look like the whole
	}
	return nil
}

// archive puts files into an archive from which nothing is written outside of
// its one folder.
type archive struct {
	w       *tar.Writer
	top     string
	when    time.Time
	leftOut []string
}

// leftOutName is the file that names what is not in an archive.
const leftOutName = "EXPREC-LEFT-OUT.txt"

func (a *archive) add(ctx context.Context, fsys fs.FS) error {
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || name == "." {
			return err
		}
		if !cleanName(e.Name()) {
			a.leave(name, "its name")
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return a.entry(fsys, name, e)
	})
	if err != nil || len(a.leftOut) == 0 {
		return err
	}
	text := strings.Join(a.leftOut, "\n") + "\n"
	if err := a.header(leftOutName, tar.TypeReg, int64(len(text)), 0o644, ""); err != nil {
		return err
	}
	_, err = io.WriteString(a.w, text)
	return err
}

func (a *archive) leave(name, why string) {
	a.leftOut = append(a.leftOut, visible(name)+": left out because of "+why)
}

// cleanName reports whether every system makes an ordinary file of a name.
func cleanName(name string) bool {
	return name != ".." && !strings.EqualFold(name, ".git") && !strings.ContainsAny(name, `/\:`) && isVisible(name)
}

func (a *archive) entry(fsys fs.FS, name string, e fs.DirEntry) error {
	switch {
	case e.IsDir():
		return a.header(name+"/", tar.TypeDir, 0, 0o755, "")
	case e.Type()&fs.ModeSymlink != 0:
		return a.link(fsys, name)
	case !e.Type().IsRegular():
		a.leave(name, "what it is")
		return nil
	}
	info, err := e.Info()
	if err != nil {
		return err
	}
	f, err := fsys.Open(name)
	if err != nil {
		a.leave(name, fmt.Sprintf("its content, which is not here (%v)", err))
		return nil
	}
	defer f.Close()
	if err := a.header(name, tar.TypeReg, info.Size(), info.Mode().Perm()&0o755, ""); err != nil {
		return err
	}
	_, err = io.CopyN(a.w, f, info.Size())
	return err
}

// link adds a symbolic link that stays inside.
func (a *archive) link(fsys fs.FS, name string) error {
	links, ok := fsys.(fs.ReadLinkFS)
	if !ok {
		a.leave(name, "being a link")
		return nil
	}
	target, err := links.ReadLink(name)
	if err != nil {
		return err
	}
	if path.IsAbs(target) || !fs.ValidPath(path.Join(path.Dir(name), target)) || strings.Contains(target, `\`) || !isVisible(target) {
		a.leave(name, "where it leads: "+visible(target))
		return nil
	}
	return a.header(name, tar.TypeSymlink, 0, 0o777, target)
}

func (a *archive) header(name string, kind byte, size int64, mode fs.FileMode, link string) error {
	return a.w.WriteHeader(&tar.Header{Name: a.top + "/" + name, Typeflag: kind, Size: size, Mode: int64(mode), Linkname: link, ModTime: a.when, Format: tar.FormatPAX})
}
