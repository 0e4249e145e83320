package gitstore

import (
	"crypto/sha256"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// diskReader compares files on disk with entries of a tree.
type diskReader struct {
	*placer
	root *os.Root
}

// holds reports whether a path on disk has the kind, mode and bytes of an
// entry. item is what a snapshot knows of it, nil where it knows nothing.
func (d *diskReader) holds(path string, e TreeEntry, item *snapshotItem) (bool, error) {
	_, large := d.large[path]
	if item != nil && !large && item.mode == e.Mode && item.hash == e.Hash {
		return true, nil
	}
	folder, name, err := openParent(d.root, path, false)
	if err != nil {
		return false, nil // it is not there, or a link or file is in its way
	}
	defer folder.Close()
	info, err := folder.Lstat(name)
	if err != nil {
		return false, nil
	}
	switch {
	case e.Mode == filemode.Symlink:
		target, err := folder.Readlink(name)
		return err == nil && hashBlob(target) == e.Hash, nil
	case e.Mode == filemode.Submodule || !info.Mode().IsRegular():
		return false, nil
	case (info.Mode()&0o100 != 0) != (e.Mode == filemode.Executable):
		return false, nil
	case item != nil && !large && item.state != itemIndexed && item.hash != pendingHash():
		return false, nil // the hash is of the file, and another one
	}
	f, err := folder.OpenFile(name, os.O_RDONLY|openNoFollow|openNoWait, 0)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	return d.sameBytes(f, info.Size(), e, large)
}

func (d *diskReader) sameBytes(f io.Reader, size int64, e TreeEntry, large bool) (bool, error) {
	var pointer Pointer
	var err error
	want := size
	if large {
		pointer, err = d.pointer(e)
		want = pointer.Size
	} else {
		want, err = d.store.BlobSize(e.Hash)
	}
	if err != nil || want != size {
		return false, err
	}
	sum := newBlobHash(size)
	if large {
		sum = sha256.New()
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{sum}, contextReader{d.ctx, f}, d.buffer); err != nil {
		return false, d.ctx.Err()
	}
	if large {
		return [32]byte(sum.Sum(nil)) == pointer.OID, nil
	}
	return Hash(sum.Sum(nil)) == e.Hash, nil
}
