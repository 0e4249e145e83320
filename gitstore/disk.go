package gitstore

import (
	"io/fs"
	"os"
)

// renameChecked renames where nothing is there: the best that systems without
// an exclusive rename offer. A folder that comes in between is replaced only
// while it is empty.
func renameChecked(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}
