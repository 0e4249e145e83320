package gitstore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// maxPointer is the size in bytes below which a blob may be a Git LFS pointer.
const maxPointer = 1024

// The form of https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
const pointerVersion = "version https://git-lfs.github.com/spec/v1\n"

// Pointer stands in git for the content of a large file.
type Pointer struct {
	OID  [32]byte // SHA-256 of the content
	Size int64    // bytes
}

// Bytes is the pointer as a blob.
func (p Pointer) Bytes() []byte {
	return fmt.Appendf(nil, "%soid sha256:%x\nsize %d\n", pointerVersion, p.OID, p.Size)
}

// ParsePointer reads a pointer in its canonical form. Other blobs are content.
func ParsePointer(data []byte) (p Pointer, ok bool) {
	if len(data) >= maxPointer {
		return p, false
	}
	rest, ok := strings.CutPrefix(string(data), pointerVersion+"oid sha256:")
	if !ok || len(rest) < 2*len(p.OID) {
		return p, false
	}
	if _, err := hex.Decode(p.OID[:], []byte(rest[:2*len(p.OID)])); err != nil {
		return p, false
	}
	size, ok := strings.CutPrefix(rest[2*len(p.OID):], "\nsize ")
	size, ended := strings.CutSuffix(size, "\n")
	n, err := strconv.ParseInt(size, 10, 64)
	if p.Size = n; !ok || !ended || err != nil || n < 0 || string(p.Bytes()) != string(data) {
		return Pointer{}, false
	}
	return p, true
}

// LFS keeps the content of large files, named by its SHA-256 and laid out as
// git-lfs does. Its folder is its own, since git-lfs prunes from its folder
// what only the refs of other programs reach; content that git-lfs has is read
// from there too.
type LFS struct {
	store  *Store
	dir    string
	others []string
}

// gitLFSDir is where git-lfs itself keeps content.
func gitLFSDir(r *Repository) string {
	if storage, ok := r.Config.Get("lfs.storage"); ok && storage != "" {
		return filepath.Join(absolute(r.CommonDir, expandHome(storage)), "objects")
	}
	return filepath.Join(r.CommonDir, "lfs", "objects")
}

// tmp is where content is staged.
func (l *LFS) tmp() string { return filepath.Join(filepath.Dir(l.dir), "tmp") }

// Path is where the content of a pointer lies, or would lie.
func (l *LFS) Path(p Pointer) string { return lfsPath(l.dir, p) }

func lfsPath(dir string, p Pointer) string {
	name := hex.EncodeToString(p.OID[:])
	return filepath.Join(dir, name[:2], name[2:4], name)
}

// Open opens the content of a pointer. The error is ErrMissing where it is not
// on this machine, ErrPruned where it was given up, ErrCorrupt where its size
// is not the pointer's.
func (l *LFS) Open(p Pointer) (*os.File, error) {
	for _, dir := range append([]string{l.dir}, l.others...) {
		f, err := os.Open(lfsPath(dir, p))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open large content: %w", err)
		}
		info, err := f.Stat()
		if err == nil && info.Mode().IsRegular() && info.Size() == p.Size {
			return f, nil
		}
		f.Close()
		return nil, fmt.Errorf("the large content %q has another size than its pointer's %d bytes: %w", f.Name(), p.Size, errors.Join(ErrCorrupt, err))
	}
	return nil, l.whyMissing(p)
}

// open is Open with the content compared to its name when it ends.
func (l *LFS) open(p Pointer) (io.ReadCloser, error) {
	f, err := l.Open(p)
	if err != nil {
		return nil, err
	}
	return &verifier{ReadCloser: f, sum: sha256.New(), want: p.OID[:], what: "large content " + f.Name()}, nil
}

// Has reports whether the content of a pointer is on this machine.
func (l *LFS) Has(p Pointer) bool {
	f, err := l.Open(p)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// Put stores the content of a file durably. With link the file itself becomes
// the content where the file system can give it a second name, and is
// read-only from then on; otherwise it is cloned, or copied. The error is
// ErrChanged where the file changes meanwhile.
func (l *LFS) Put(ctx context.Context, file string, link bool) (Pointer, error) {
	for range 2 {
		p, err := l.put(ctx, file, link)
		if !errors.Is(err, errSizeChanged) {
			if err != nil {
				err = fmt.Errorf("store the large file %q: %w", file, err)
			}
			return p, err
		}
	}
	return Pointer{}, fmt.Errorf("store the large file %q: %w", file, ErrChanged)
}

func (l *LFS) put(ctx context.Context, file string, link bool) (p Pointer, err error) {
	if err := l.store.makeOwnDir(l.tmp()); err != nil {
		return p, err
	}
	src, before, err := openRegular(file)
	if err != nil {
		return p, err
	}
	defer src.Close()
	tmp, err := l.stage(ctx, src, before, link, &p)
	if err != nil {
		return p, err
	}
	defer os.Remove(tmp)
	return p, l.place(tmp, p)
}

// stage makes a durable file with the content beside its final place, and
// hashes it.
func (l *LFS) stage(ctx context.Context, src *os.File, before fs.FileInfo, link bool, p *Pointer) (string, error) {
	name := filepath.Join(l.tmp(), "exprec-"+rand.Text())
	sum := sha256.New()
	linked := link && os.Link(src.Name(), name) == nil
	if linked {
		if err := copyHashing(ctx, io.Discard, src, sum); err != nil {
			os.Remove(name)
			return "", err
		}
	} else if err := l.copyTo(ctx, name, src, sum); err != nil {
		os.Remove(name)
		return "", err
	}
	after, err := src.Stat()
	if err == nil && !sameFileState(before, after) {
		err = errSizeChanged
	}
	if err == nil {
		err = errors.Join(os.Chmod(name, l.store.fileMode(0o444)), syncFile(name))
	}
	if err != nil {
		os.Remove(name)
		return "", err
	}
	sum.Sum(p.OID[:0])
	p.Size = after.Size()
	return name, nil
}

// copyTo copies a file, by sharing its blocks where the file system can.
func (l *LFS) copyTo(ctx context.Context, name string, src *os.File, sum io.Writer) error {
	dst, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if cloneFile(dst, src) == nil {
		return errors.Join(copyHashing(ctx, io.Discard, src, sum), dst.Close())
	}
	return errors.Join(copyHashing(ctx, dst, src, sum), dst.Close())
}

func copyHashing(ctx context.Context, dst io.Writer, src io.Reader, sum io.Writer) error {
	buffer := make([]byte, 256<<10)
	_, err := io.CopyBuffer(io.MultiWriter(sum, dst), struct{ io.Reader }{contextReader{ctx, src}}, buffer)
	return err
}

// place gives staged content its name, unless it is there already.
func (l *LFS) place(tmp string, p Pointer) error {
	to := l.Path(p)
	if info, err := os.Stat(to); err == nil && info.Size() == p.Size {
		return nil
	}
	if err := l.store.makeOwnDir(filepath.Dir(to)); err != nil {
		return err
	}
	if err := os.Rename(tmp, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// sweep removes what was staged by processes that are dead, and what came of
// contents that nobody has gone on fetching: no copy takes that long.
func (l *LFS) sweep() {
	for _, dir := range []string{l.tmp(), filepath.Dir(l.incoming().dir)} {
		filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // what cannot be read stays
			}
			if info, err := d.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
				os.Remove(file)
			}
			return nil
		})
	}
}
