package gitstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ref is a name and the object it stands for. The hash is zero where the file
// of a ref holds nothing that can be read.
type Ref struct {
	Name string
	Hash Hash
}

// maxRefFile bounds what is read of a loose ref, in bytes.
const maxRefFile = 4096

// Ref is the value of a ref, ErrNotFound where there is none. Symbolic refs are
// not followed.
func (s *Store) Ref(name string) (Hash, error) {
	if err := checkRefName(name); err != nil {
		return Hash{}, err
	}
	h, err := readLoose(s.refFile(name))
	if err == nil || !errors.Is(err, ErrNotFound) {
		return h, err
	}
	return s.packedRef(name)
}

// readLoose reads one loose ref. The error is ErrCorrupt where the file is not
// what git writes, such as an empty one.
func readLoose(file string) (Hash, error) {
	f, _, err := openRegular(file)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) || isDir(file) {
		return Hash{}, fmt.Errorf("the ref %q is %w", file, ErrNotFound)
	}
	if errors.Is(err, errNotRegular) {
		return Hash{}, fmt.Errorf("the ref file %q is no file: %w", file, ErrCorrupt)
	}
	if err != nil {
		return Hash{}, err
	}
	defer f.Close()
	data := make([]byte, 2*hashSize+2)
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Hash{}, err
	}
	h, ok := parseHash(strings.TrimSpace(string(data[:n])))
	if !ok {
		return Hash{}, fmt.Errorf("the ref file %q holds no object name: %w", file, ErrCorrupt)
	}
	return h, nil
}

func parseHash(text string) (h Hash, ok bool) {
	if len(text) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(text))
	return h, err == nil
}

// Refs lists the refs below a prefix that ends with a slash, sorted by name. A
// ref whose file is broken is there with the zero hash.
func (s *Store) Refs(prefix string) ([]Ref, error) {
	return s.readRefs(prefix, func(string) {})
}

// readRefs is Refs. It calls before with each file and folder that it is about
// to read. Files of refs come first: what git packs meanwhile is then seen
// there, or in packed-refs, and never in neither.
func (s *Store) readRefs(prefix string, before func(path string)) ([]Ref, error) {
	loose, err := s.looseRefs(prefix, before)
	if err != nil {
		return nil, err
	}
	before(filepath.Join(s.dir, packedRefsFile))
	packed, err := s.packedBelow(prefix)
	if err != nil {
		return nil, err
	}
	refs := slices.DeleteFunc(packed, func(ref Ref) bool {
		_, over := loose[ref.Name]
		return over || !strings.HasPrefix(ref.Name, prefix)
	})
	for name, h := range loose {
		refs = append(refs, Ref{name, h})
	}
	slices.SortFunc(refs, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	return refs, nil
}

// looseRefs are the refs that have files of their own; they win over packed
// ones.
func (s *Store) looseRefs(prefix string, before func(path string)) (map[string]Hash, error) {
	found := map[string]Hash{}
	root := filepath.Join(s.dir, filepath.FromSlash(prefix))
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			before(file)
			return nil
		}
		if err != nil {
			return err
		}
		if d.IsDir() {
			before(file)
			return nil
		}
		if strings.HasSuffix(file, ".lock") {
			return nil
		}
		before(file)
		rel, err := filepath.Rel(s.dir, file)
		if err != nil {
			return err
		}
		h, err := readLoose(file)
		if err == nil || errors.Is(err, ErrCorrupt) {
			found[filepath.ToSlash(rel)] = h
		}
		if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return found, err
}

// refFile is the file of a loose ref.
func (s *Store) refFile(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// UpdateRef changes a ref by git's own protocol: a lock file, durable, renamed
// over the ref. A zero old value means that the ref must not exist; a zero new
// one deletes it. The error is ErrConflict where the old value is another one,
// ErrLocked where somebody's lock is in the way. No log of it is kept.
func (s *Store) UpdateRef(ctx context.Context, name string, new, old Hash) error {
	if err := checkRefName(name); err != nil {
		return err
	}
	file := s.refFile(name)
	lock, err := s.lock(ctx, file)
	if err != nil {
		return err
	}
	defer lock.release()
	now, err := s.Ref(name)
	broken := errors.Is(err, ErrCorrupt) // stands for nothing, so it may be replaced
	if err != nil && !errors.Is(err, ErrNotFound) && !broken {
		return err
	}
	if now != old {
		return fmt.Errorf("%s is %s and not %s: %w", name, now, old, ErrConflict)
	}
	if new.IsZero() {
		return s.deleteRef(ctx, name, file)
	}
	if old.IsZero() {
		if err := s.checkFree(name); err != nil {
			return err
		}
	}
	return lock.replace([]byte(new.String()+"\n"), s.fileMode(0o666))
}

// checkFree refuses a ref that cannot be beside those that are there: a and
// a/b cannot be files of one folder. Empty folders in its place are removed.
func (s *Store) checkFree(name string) error {
	refs, err := s.packedBelow("refs/")
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if strings.HasPrefix(ref.Name, name+"/") || strings.HasPrefix(name, ref.Name+"/") {
			return fmt.Errorf("%s cannot be beside %s: %w", name, ref.Name, ErrConflict)
		}
	}
	if !isDir(s.refFile(name)) {
		return nil
	}
	if err := removeEmpty(s.refFile(name)); err != nil {
		return fmt.Errorf("there are refs below %s: %w", name, ErrConflict)
	}
	return nil
}

// removeEmpty removes a folder in which there are folders only.
func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeEmpty(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(dir)
}

// makeRefDir makes the folders on the way to a ref, durably.
func (s *Store) makeRefDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := s.makeRefDir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, s.fileMode(0o777)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
