package jsonl

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

func (d *decoder) image(f fields, named any) error {
	name, err := checkName(named)
	if err != nil {
		return err
	}
	file, _ := f.text("file")
	step, ok := f.int("s")
	size, _ := f.int("size")
	image := record.ImageFrame{Name: name, Step: step, File: file, Width: f.small("w"), Height: f.small("h"), Size: max(size, 0)}
	switch {
	case !ok:
		return errors.New("s is no step")
	case !isImage(file):
		return fmt.Errorf("file %.80q is no path below images/ such as loss/3.png", file)
	}
	return d.add(journal.Image, record.EncodeImageFrame(image))
}

// isImage reports whether a path can be one of an image: a folder of a name's
// segment, and a file with an ending that is known.
func isImage(file string) bool {
	dir, base := path.Split(file)
	if !fs.ValidPath(file) || strings.Count(file, "/") != 1 || len(file) > 4096 || strings.ContainsAny(file, "\x00\\") {
		return false
	}
	return dir[0] != '.' && base[0] != '.' && slices.Contains([]string{".png", ".jpg", ".gif", ".webp"}, path.Ext(base))
}
