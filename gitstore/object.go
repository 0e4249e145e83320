package gitstore

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Limits of what is read into memory, in bytes.
const (
	maxTree   = 64 << 20
	maxCommit = 4 << 20
)

// database reads objects. It is made anew when packs have come or gone.
type database struct{ storage *filesystem.Storage }

func openDatabase(dir string) *database {
	return &database{filesystem.NewStorageWithOptions(osfs.New(dir), cache.NewObjectLRU(8*cache.MiByte), filesystem.Options{
		LargeObjectThreshold: 1 << 20,
	})}
}

// object finds an object. One that is not there may be in a pack that came
// after the database was opened: it is opened once more.
func (s *Store) object(kind plumbing.ObjectType, h Hash) (plumbing.EncodedObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for reopened := s.objects == nil; ; reopened = true {
		if s.objects == nil || reopened {
			s.objects = openDatabase(s.dir)
		}
		o, err := s.objects.storage.EncodedObject(kind, h)
		switch {
		case err == nil:
			return o, nil
		case !reopened: // a pack may have come, or gone, since the database was opened
		case errors.Is(err, plumbing.ErrObjectNotFound):
			return nil, fmt.Errorf("read the object %s: %w", h, ErrMissing)
		default:
			return nil, fmt.Errorf("read the object %s: %w: %v", h, ErrCorrupt, err)
		}
	}
}

// Has reports whether the store holds an object.
func (s *Store) Has(h Hash) bool {
	_, err := s.object(plumbing.AnyObject, h)
	return err == nil
}

// BlobSize is the size of a blob in bytes, without reading it.
func (s *Store) BlobSize(h Hash) (int64, error) {
	o, err := s.object(plumbing.BlobObject, h)
	if err != nil {
		return 0, err
	}
	return o.Size(), nil
}

// ReadBlob is a blob of at most max bytes; the error is ErrTooLarge for a
// larger one, before anything of it is inflated.
func (s *Store) ReadBlob(h Hash, max int64) ([]byte, error) {
	return s.read(plumbing.BlobObject, h, max)
}

func (s *Store) read(kind plumbing.ObjectType, h Hash, max int64) ([]byte, error) {
	r, size, err := s.open(kind, h)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > max {
		return nil, fmt.Errorf("read the object %s of %d bytes: %w (limit %d)", h, size, ErrTooLarge, max)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("read the object %s: %w: %v", h, ErrCorrupt, err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the object %s: %w", h, ErrCorrupt)
	}
	return data, nil
}

// OpenBlob streams a blob of any size. Its reader says ErrCorrupt at the end
// where the bytes are not those the hash stands for.
func (s *Store) OpenBlob(h Hash) (io.ReadCloser, int64, error) {
	return s.open(plumbing.BlobObject, h)
}

func (s *Store) open(kind plumbing.ObjectType, h Hash) (io.ReadCloser, int64, error) {
	o, err := s.object(kind, h)
	if err != nil {
		return nil, 0, err
	}
	r, err := o.Reader()
	if err != nil {
		return nil, 0, fmt.Errorf("read the object %s: %w: %v", h, ErrCorrupt, err)
	}
	sum := sha1.New()
	fmt.Fprintf(sum, "%s %d\x00", o.Type(), o.Size())
	return &verifier{ReadCloser: r, sum: sum, want: h[:], what: "object " + h.String()}, o.Size(), nil
}

// verifier compares the hash when the content ends.
type verifier struct {
	io.ReadCloser
	sum  hash.Hash
	want []byte
	what string
}

func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.ReadCloser.Read(p)
	v.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && !bytes.Equal(v.sum.Sum(nil), v.want) {
		return n, fmt.Errorf("read the %s: %w", v.what, ErrCorrupt)
	}
	return n, err
}

// CommitInfo is a commit that was read.
type CommitInfo struct {
	Hash, Tree Hash
	Parents    []Hash
	Author     Signature
	Message    string
}

// ReadCommit reads a commit.
func (s *Store) ReadCommit(h Hash) (CommitInfo, error) {
	data, err := s.read(plumbing.CommitObject, h, maxCommit)
	if err != nil {
		return CommitInfo{}, err
	}
	return parseCommit(h, string(data))
}

func parseCommit(h Hash, text string) (CommitInfo, error) {
	info := CommitInfo{Hash: h}
	head, message, _ := strings.Cut(text, "\n\n")
	info.Message = message
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		id, ok := parseHash(value)
		switch {
		case key == "tree" && ok:
			info.Tree = id
		case key == "parent" && ok:
			info.Parents = append(info.Parents, id)
		case key == "author":
			var who object.Signature
			who.Decode([]byte(value))
			info.Author = Signature{who.Name, who.Email, who.When.In(time.UTC)}
		}
	}
	if info.Tree.IsZero() {
		return info, fmt.Errorf("read the commit %s: it has no tree: %w", h, ErrCorrupt)
	}
	return info, nil
}

// TreeEntry is one name in a tree.
type TreeEntry struct {
	Name string
	Mode filemode.FileMode
	Hash Hash
}

// ReadTree reads a tree. The error is ErrUnsafe where one of its names must not
// become a file.
func (s *Store) ReadTree(h Hash) ([]TreeEntry, error) {
	data, err := s.read(plumbing.TreeObject, h, maxTree)
	if err != nil {
		return nil, err
	}
	return parseTree(h, data)
}

func parseTree(h Hash, data []byte) ([]TreeEntry, error) {
	var entries []TreeEntry
	text := string(data)
	for len(text) > 0 {
		head, rest, ok := strings.Cut(text, "\x00")
		mode, name, spaced := strings.Cut(head, " ")
		var e TreeEntry
		if !ok || !spaced || len(rest) < len(e.Hash) {
			return nil, fmt.Errorf("read the tree %s: %w", h, ErrCorrupt)
		}
		var err error
		if e.Mode, err = filemode.New(mode); err != nil {
			return nil, fmt.Errorf("read the tree %s: mode %.20q: %w", h, mode, ErrCorrupt)
		}
		if err := ValidName(name); err != nil {
			return nil, fmt.Errorf("read the tree %s: %w", h, err)
		}
		e.Name = name
		copy(e.Hash[:], rest)
		entries, text = append(entries, e), rest[len(e.Hash):]
	}
	return entries, nil
}

// Lookup finds a path below a tree.
func (s *Store) Lookup(tree Hash, path string) (TreeEntry, error) {
	at := TreeEntry{Mode: filemode.Dir, Hash: tree}
	for name := range strings.SplitSeq(path, "/") {
		if at.Mode != filemode.Dir {
			return TreeEntry{}, fmt.Errorf("the path %q is %w", path, ErrNotFound)
		}
		entries, err := s.ReadTree(at.Hash)
		if err != nil {
			return TreeEntry{}, err
		}
		found := false
		for _, e := range entries {
			if e.Name == name {
				at, found = e, true
				break
			}
		}
		if !found {
			return TreeEntry{}, fmt.Errorf("the path %q is %w", path, ErrNotFound)
		}
	}
	return at, nil
}
