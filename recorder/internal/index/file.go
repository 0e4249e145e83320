package index

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// maxFile is the size of the largest file that is read or written, in bytes: so
// many runs are listed without a cache.
const maxFile = 1 << 30

// OpenFile opens the table in a file. The file is to be closed when the table
// is not needed any more. The error is fs.ErrNotExist or [ErrUnusable] where
// the table is to be made anew.
func OpenFile(name string) (*Table, io.Closer, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		err = errMade("it is no file, or too large")
	}
	var t *Table
	if err == nil {
		t, err = Open(f, info.Size())
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return t, f, nil
}

// FromBytes is the table that Encode gave the bytes of.
func FromBytes(data []byte) (*Table, error) { return Open(bytes.NewReader(data), int64(len(data))) }

// WriteFile puts a table into a file: whole under another name first, so that
// who reads meanwhile sees the old table or the new one, and of several writers
// the last one wins. It need not survive the loss of power, since its checksums
// tell. A folder that is not there is made, for its user alone.
func WriteFile(name string, data []byte) error {
	if int64(len(data)) > maxFile {
		return errMade("%d bytes are too many", len(data))
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	sweep(filepath.Dir(name))
	tmp, err := os.CreateTemp(filepath.Dir(name), newPrefix) // 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// newPrefix begins the names of files that are being written, and abandoned is
// the age from which on nobody writes one any more.
const (
	newPrefix = ".new-"
	abandoned = time.Hour
)

// sweep removes what writers that were killed have left.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, newPrefix+"*"))
	for _, name := range left {
		if info, err := os.Lstat(name); err == nil && time.Since(info.ModTime()) > abandoned {
			_ = os.Remove(name)
		}
	}
}
