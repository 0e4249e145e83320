//go:build !linux

package gitstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// openFolder is a folder that is being read.
type openFolder struct {
	file *os.File
	path string
}

func openFolderAt(path string) (openFolder, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return openFolder{}, err
	}
	if !info.IsDir() {
		return openFolder{}, &os.PathError{Op: "open", Path: path, Err: errors.New("it is no folder")}
	}
	file, err := os.Open(path)
	return openFolder{file, path}, err
}

func (f openFolder) close() { f.file.Close() }

// names appends the folder's names to a list, of which at most limit are
// kept; the rest are counted.
func (f openFolder) names(list *nameList, limit int) error {
	for {
		entries, err := f.file.ReadDir(1024)
		for _, e := range entries {
			list.add([]byte(e.Name()), kindOfMode(e.Type()), limit)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func kindOfMode(mode fs.FileMode) fileKind {
	switch {
	case mode.IsRegular():
		return kindFile
	case mode.IsDir():
		return kindFolder
	case mode&fs.ModeSymlink != 0:
		return kindLink
	}
	return kindOther
}

// stat is lstat of a name in the folder.
func (f openFolder) stat(name string, st *fileStat) error {
	info, err := os.Lstat(filepath.Join(f.path, name))
	if err != nil {
		return err
	}
	*st = fileStat{
		kind: kindOfMode(info.Mode()), executable: info.Mode()&0o100 != 0, size: info.Size(),
		mtime: fileTime{info.ModTime().Unix(), uint32(info.ModTime().Nanosecond())},
	}
	return nil
}

func viewString(b []byte) string { return string(b) }
