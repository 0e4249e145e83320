package main

import (
	"io/fs"
)

// stored is a file of a run.
type stored struct {
	path string
	size int64
	link bool
	note string // what is to be said of it
}

// listFiles lists the files of a folder of a run, as far as it can be read.
func listFiles(folder fs.FS, err error) ([]stored, error) {
	if err != nil || folder == nil {
		return nil, err
	}
	var files []stored
	err = fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files = append(files, stored{path: path, size: info.Size(), link: info.Mode()&fs.ModeSymlink != 0})
		return nil
	})
	return files, err
}
