package recorder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// gather puts into the folder of a continuation what its process wrote into
// those of the runs before, one of which it went on using, after they were
// sealed.
func (p *Project) gather(run *record.Run, folder string) error {
	var before []tip // the last one first
	for at := run; isContinuation(at) && len(before) < maxContinuations; at = before[len(before)-1].run {
		t, err := p.tip(at.Continues)
		if err != nil {
			return err
		}
		if t.run == nil {
			break
		}
		before = append(before, t)
	}
	for _, t := range before {
		from := p.folder(t.run.UUID)
		if from == folder {
			continue
		}
		for _, part := range []string{"images", "files", "output"} {
			if err := gatherPart(before, from, folder, part); err != nil {
				return fmt.Errorf("go on in the run %s: %w", shortID(run.UUID), err)
			}
		}
		if err := gatherCrashes(from, folder); err != nil {
			return err
		}
	}
	return nil
}

// gatherCrashes takes over what the Go runtime said of a crash.
func gatherCrashes(from, to string) error {
	names, err := filepath.Glob(filepath.Join(from, crashFiles))
	for _, name := range names {
		if info, serr := os.Stat(name); serr == nil && info.Size() > 0 {
			err = errors.Join(err, linkOrCopy(name, filepath.Join(to, filepath.Base(name))))
		}
	}
	return err
}

// gatherPart links or copies the files of a folder that are newer than the last
// record, or in none of them.
func gatherPart(before []tip, from, to, part string) error {
	root := filepath.Join(from, part)
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), ".new-") {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		if !newer(before, info.ModTime(), filepath.ToSlash(rel)) {
			return nil
		}
		return linkOrCopy(file, filepath.Join(to, rel))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// newer reports whether a file of a run's folder is in no record as it is, as
// far as times can tell: rather twice than not at all.
func newer(before []tip, changed time.Time, path string) bool {
	if !changed.Before(before[0].run.Ended) {
		return true
	}
	for _, t := range before {
		if _, err := t.store.Lookup(t.info.Tree, path); err == nil {
			return false
		}
	}
	return true
}

// linkOrCopy gives a file a second name, or copies it where there are none. A
// file that is there already stays.
func linkOrCopy(file, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	err := os.Link(file, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	src, err := os.Open(file)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}
