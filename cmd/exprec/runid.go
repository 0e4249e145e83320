package main

import (
	"os"
	"path/filepath"
)

// idFile is where the id of a run goes; nil is nowhere.
type idFile struct {
	name string
	file *os.File // that becomes it, or the pipe or device that it is
}

// openID makes sure that the id can be written, before anything is recorded.
func openID(name string) (*idFile, error) {
	if name == "" {
		return nil, nil
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, usage("", "the id file cannot be written: %v", err)
		}
		return &idFile{name: name, file: f}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".id-")
	if err != nil {
		return nil, usage("", "the id file cannot be written: %v", err)
	}
	return &idFile{name: name, file: f}, nil
}

// write writes an id and a line feed, or nothing without an id. Who waits for
// the file to be there finds all of it.
func (f *idFile) write(id string, complain func(string, ...any)) {
	if f == nil {
		return
	}
	if err := f.put(id); err != nil {
		complain("the id file is not written: %v", err)
	}
}

func (f *idFile) put(id string) error {
	info, err := f.file.Stat()
	if err == nil && id != "" {
		_, err = f.file.WriteString(id + "\n")
	}
	if err == nil && info.Mode().IsRegular() {
		err = f.file.Chmod(0o644)
	}
	if cerr := f.file.Close(); err == nil {
		err = cerr
	}
	if f.file.Name() == f.name {
		return err
	}
	if err == nil {
		err = os.Rename(f.file.Name(), f.name)
	}
	if err != nil {
		os.Remove(f.file.Name())
	}
	return err
}
