package gitstore

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
)

// Limits of what is read into memory, in bytes.
const (
	maxTree   = 64 << 20
	maxCommit = 4 << 20
)

func (s *Store) database() *database {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects == nil {
		s.removed = modified(s.spaceFile())
		s.objects = openDatabase(filepath.Join(s.dir, "objects"))
	}
	return s.objects
}

// Has reports whether the store holds an object: in packs, in files of their
// own, or in alternates.
func (s *Store) Has(h Hash) bool {
	d := s.database()
	for {
		_, known, ok := d.find(h)
		if ok {
			return true
		}
		if f, err := d.openLoose(h); err == nil {
			return f.Close() == nil
		}
		if !d.renew(known) {
			return false
		}
	}
}

// stat is the type and size of an object, without reading it.
func (s *Store) stat(h Hash) (kind plumbing.ObjectType, size int64, err error) {
	d := s.database()
	err = d.retry(h, func(p packPlace) (err error) {
		kind, size, err = d.packedStat(p)
		return err
	}, func(f *os.File) (err error) {
		kind, size, _, err = d.looseHead(f)
		return err
	})
	return kind, size, objectError(h, err)
}

func objectError(h Hash, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the object %s cannot be read: %w", h, err)
}

func kindError(h Hash, want, got plumbing.ObjectType) error {
	return fmt.Errorf("the object %s is a %s and should be a %s: %w", h, got, want, ErrCorrupt)
}

// BlobSize is the size of a blob in bytes, without reading it.
func (s *Store) BlobSize(h Hash) (int64, error) {
	kind, size, err := s.stat(h)
	if err == nil && kind != plumbing.BlobObject {
		err = kindError(h, plumbing.BlobObject, kind)
	}
	return size, err
}

// ReadBlob is a blob of at most max bytes; the error is ErrTooLarge for a
// larger one, before anything of it is inflated.
func (s *Store) ReadBlob(h Hash, max int64) ([]byte, error) {
	return s.read(plumbing.BlobObject, h, max)
}

// read reads an object and compares its hash.
func (s *Store) read(want plumbing.ObjectType, h Hash, limit int64) ([]byte, error) {
	d := s.database()
	var kind plumbing.ObjectType
	var data []byte
	err := d.retry(h, func(p packPlace) (err error) {
		kind, data, err = d.packedRead(p, limit)
		return err
	}, func(f *os.File) (err error) {
		kind, data, err = d.looseRead(f, limit)
		return err
	})
	if err != nil {
		return nil, objectError(h, err)
	}
	if hashObject(kind, data) != h {
		return nil, objectError(h, fmt.Errorf("its content has another hash: %w", ErrCorrupt))
	}
	if kind != want {
		return nil, kindError(h, want, kind)
	}
	return data, nil
}

// OpenBlob streams a blob of any size in constant memory. Its reader says
// ErrCorrupt at the end where the bytes are not those the hash stands for.
func (s *Store) OpenBlob(h Hash) (io.ReadCloser, int64, error) {
	kind, size, r, err := s.open(h)
	if err == nil && kind != plumbing.BlobObject {
		r.Close()
		err = kindError(h, plumbing.BlobObject, kind)
	}
	return r, size, err
}

func (s *Store) open(h Hash) (kind plumbing.ObjectType, size int64, r io.ReadCloser, err error) {
	d := s.database()
	err = d.retry(h, func(p packPlace) (err error) {
		kind, size, r, err = d.packedOpen(p)
		return err
	}, func(f *os.File) error {
		// The file is closed after this; the stream needs one of its own.
		own, err := os.Open(f.Name())
		if err != nil {
			return err
		}
		content := io.Reader(nil)
		if kind, size, content, err = d.looseHead(own); err != nil {
			own.Close()
			return err
		}
		r = &objectStream{Reader: content, left: size, file: own}
		return nil
	})
	if err != nil {
		return kind, 0, nil, objectError(h, err)
	}
	return kind, size, newVerifier(r, kind, size, h), nil
}

func newVerifier(r io.ReadCloser, kind plumbing.ObjectType, size int64, h Hash) *verifier {
	sum := sha1.New()
	fmt.Fprintf(sum, "%s %d\x00", kind, size)
	return &verifier{ReadCloser: r, sum: sum, want: h[:], what: "object " + h.String()}
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
	var path *os.PathError
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF) && !errors.As(err, &path):
		err = fmt.Errorf("the %s is damaged (%w): %w", v.what, err, ErrCorrupt)
	case errors.Is(err, io.EOF) && !bytes.Equal(v.sum.Sum(nil), v.want):
		err = fmt.Errorf("the content of the %s has another hash: %w", v.what, ErrCorrupt)
	}
	return n, err
}
