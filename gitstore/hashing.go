package gitstore

import (
	"crypto/sha1"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// What of a file's content stays in memory until it is committed, in bytes.
// Files that were just written may be written again, and are kept where that
// can be afforded; others are read once more.
const (
	keepSmall  = 64 << 10
	keepRecent = 16 << 20
	keepTotal  = 64 << 20
	recently   = time.Minute
)

// pendingItem is an item whose content is to be read.
type pendingItem struct {
	item *snapshotItem
	path string // below the top
}

// hashAll reads and hashes items side by side.
func (w *walk) hashAll(pending []pendingItem) error {
	var next, failed atomic.Int64
	errs := make([]error, workerCount())
	var all sync.WaitGroup
	for worker := range errs {
		all.Go(func() {
			h := hasher{walk: w, sum: sha1.New(), chunk: make([]byte, 128<<10)}
			for failed.Load() == 0 {
				i := int(next.Add(1)) - 1
				if i >= len(pending) {
					return
				}
				if errs[worker] = h.item(pending[i]); errs[worker] != nil {
					failed.Add(1)
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// hasher reads one file after the other.
type hasher struct {
	*walk
	sum   hash.Hash
	chunk []byte
}

// item hashes the content of one item. What cannot be read is named and left
// out; the error is that of the context.
func (h *hasher) item(p pendingItem) error {
	if err := h.ctx.Err(); err != nil {
		return err
	}
	err := h.content(p)
	var secret secretError
	switch {
	case err == nil:
	case errors.As(err, &secret):
		h.leave(p, string(secret))
	case h.ctx.Err() != nil:
		return h.ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		p.item.state = itemLeftOut
		h.notes.note("%q vanished while the snapshot was taken", p.path)
	case errors.Is(err, ErrChanged):
		h.leave(p, "it changed again and again while it was read")
	default:
		h.leave(p, "it cannot be read: "+reasonOf(err))
	}
	return nil
}

func (h *hasher) leave(p pendingItem, reason string) {
	p.item.state = itemLeftOut
	h.notes.leaveOut(LeftOut{Path: p.path, Size: p.item.size, Reason: reason})
}

func reasonOf(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func (h *hasher) content(p pendingItem) error {
	if p.item.mode == filemode.Symlink && h.stats.symlinks {
		target, err := os.Readlink(h.file(p.path))
		if err != nil {
			return err
		}
		p.item.set([]byte(target))
		return nil
	}
	for range 2 {
		if err := h.attempt(p); !errors.Is(err, errSizeChanged) {
			return err
		}
	}
	err := h.attempt(p)
	if errors.Is(err, errSizeChanged) && p.item.data != nil {
		h.notes.note("%q changed while it was read: the snapshot holds what was read", p.path)
		return nil
	}
	if errors.Is(err, errSizeChanged) {
		return ErrChanged
	}
	return err
}

func (i *snapshotItem) set(data []byte) {
	i.hash, i.data, i.size = hashObject(plumbing.BlobObject, data), data, int64(len(data))
}

// attempt reads a file once. It opens no FIFO and follows no link, whatever
// has taken the file's place meanwhile.
func (h *hasher) attempt(p pendingItem) error {
	f, err := os.OpenFile(h.file(p.path), os.O_RDONLY|openNoFollow|openNoWait, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return err
	}
	if !before.Mode().IsRegular() {
		return fs.ErrNotExist
	}
	p.item.size = before.Size()
	if err := h.secret(p.item, f); err != nil {
		return err
	}
	if h.large(p.item) {
		return h.pointer(p, f, before)
	}
	if err := h.read(p.item, f, before); err != nil {
		return err
	}
	after, err := f.Stat()
	if err == nil && !sameFileState(before, after) {
		return errSizeChanged
	}
	return err
}

// secretError is the reason why an untracked file must not be stored.
type secretError string

func (e secretError) Error() string { return string(e) }

// headSize is how much of a file is looked at for secrets, in bytes.
const headSize = 64 << 10

func (h *hasher) secret(item *snapshotItem, f *os.File) error {
	if h.options.SecretContent == nil || !item.fresh {
		return nil
	}
	n, err := f.ReadAt(h.chunk[:headSize], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if reason := h.options.SecretContent(h.chunk[:n]); reason != "" {
		return secretError(reason)
	}
	return nil
}

func (w *walk) large(item *snapshotItem) bool {
	return item.lfs || w.options.LFSThreshold >= 0 && item.size >= w.options.LFSThreshold
}

// pointer stores a large file's content and puts a pointer in its place. A
// file that is a pointer already stays as it is.
func (h *hasher) pointer(p pendingItem, f *os.File, info fs.FileInfo) error {
	if info.Size() < maxPointer {
		data, err := io.ReadAll(io.LimitReader(f, maxPointer))
		if err != nil {
			return err
		}
		if _, is := ParsePointer(data); is || len(data) == 0 {
			p.item.set(data)
			return nil
		}
	}
	if h.options.compare {
		p.item.hash = pendingHash()
		return nil
	}
	pointer, err := h.store.LFS().Put(h.ctx, h.file(p.path), false)
	if err != nil {
		return err
	}
	p.item.set(pointer.Bytes())
	p.item.size, p.item.lfs = pointer.Size, true
	h.addLarge(p.path, pointer)
	return nil
}

func (w *walk) addLarge(path string, p Pointer) {
	w.largeLock.Lock()
	defer w.largeLock.Unlock()
	w.largeFiles[path] = p.Size
	w.pointers = append(w.pointers, p)
}

// read hashes a file, and keeps its content where memory allows. A file that
// grows while it is read is taken up to the size it had: what is kept is what
// was hashed.
func (h *hasher) read(item *snapshotItem, f *os.File, info fs.FileInfo) error {
	size := info.Size()
	if h.keeps(size, info.ModTime()) {
		data := make([]byte, size)
		n, err := io.ReadFull(contextReader{h.ctx, f}, data)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return err
		}
		item.set(data[:n])
		return nil
	}
	h.sum.Reset()
	h.sum.Write(blobHeader(size))
	n, err := io.CopyBuffer(struct{ io.Writer }{h.sum}, io.LimitReader(contextReader{h.ctx, f}, size), h.chunk)
	if err != nil {
		return err
	}
	if n != size {
		return errSizeChanged
	}
	h.sum.Sum(item.hash[:0])
	return nil
}

// pendingHash stands for a large file's content where that is not hashed: no
// object has it.
func pendingHash() Hash { return Hash{1} }

func hashBlob(text string) Hash { return hashObject(plumbing.BlobObject, []byte(text)) }

// newBlobHash hashes a blob of this size.
func newBlobHash(size int64) hash.Hash {
	h := sha1.New()
	h.Write(blobHeader(size))
	return h
}

func blobHeader(size int64) []byte {
	return append(strconv.AppendInt([]byte("blob "), size, 10), 0)
}

// keeps decides whether a file's content stays in memory.
func (w *walk) keeps(size int64, changed time.Time) bool {
	if w.options.compare || size > keepRecent || size > keepSmall && time.Since(changed) > recently {
		return false
	}
	if w.kept.Add(size) > keepTotal {
		w.kept.Add(-size)
		return false
	}
	return true
}

// cleanContent reads a file that is known by its stat, to copy it into the
// commit. The error is errMoved where the file is no longer what it was.
func (w *walk) cleanContent(item *snapshotItem, path string) (NewObject, error) {
	o := NewObject{Type: plumbing.BlobObject, Hash: item.hash, Size: item.size}
	file := w.file(path)
	if item.mode == filemode.Symlink && w.stats.symlinks {
		target, err := os.Readlink(file)
		if err != nil || hashObject(plumbing.BlobObject, []byte(target)) != item.hash {
			return o, errMoved
		}
		o.Data = []byte(target)
		return o, nil
	}
	if item.size > keepSmall || w.kept.Load() > keepTotal {
		o.File = file
		return o, nil
	}
	data := readRuleFile(file)
	if data == nil || hashObject(plumbing.BlobObject, data) != item.hash {
		return o, errMoved
	}
	w.kept.Add(item.size)
	o.Data = data
	return o, nil
}

// errMoved: a file changed after the walk had taken it for clean.
var errMoved = errors.New("a file changed while the snapshot was taken")
