package environ

import (
	"io"
	"os"
)

// The bounds of what is read of one file.
const (
	maxProc = 1 << 20 // of /proc and /sys, whose files have no size
	maxFile = 4 << 20 // of the descriptions of packages
)

// readProc reads at most limit bytes of a file of /proc or /sys, nil where that
// fails.
func readProc(name string, limit int64) []byte {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil
	}
	return data
}

// readHead reads the first bytes of a regular file, nil where that fails: a
// pipe or a device that somebody put there is not even opened.
func readHead(name string, limit int) []byte {
	f := openRegular(name)
	if f == nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)))
	if err != nil {
		return nil
	}
	return data
}

// openRegular opens a regular file, nil where it is none.
func openRegular(name string) *os.File {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.OpenFile(name, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil
	}
	return f
}
