package journal

import "os"

// plainFile is a file that tells its length.
type plainFile struct{ *os.File }

// Size is the file's length in bytes.
func (f *plainFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// linkCount is always 1: an open file cannot lose its name here.
func linkCount(os.FileInfo) uint64 { return 1 }

// syncFolder does nothing: folders cannot be synced here.
func syncFolder(string) error { return nil }
