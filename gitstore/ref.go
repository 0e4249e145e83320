package gitstore

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
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
	h, err := readLoose(filepath.Join(s.dir, filepath.FromSlash(name)))
	if err == nil || !errors.Is(err, ErrNotFound) {
		return h, err
	}
	return s.packedRef(name)
}

// packedRef is the value of a ref in packed-refs.
func (s *Store) packedRef(name string) (Hash, error) {
	packed, err := s.packedRefs()
	if err != nil {
		return Hash{}, err
	}
	for _, ref := range packed {
		if ref.Name == name {
			return ref.Hash, nil
		}
	}
	return Hash{}, fmt.Errorf("the ref %q is %w", name, ErrNotFound)
}

// readLoose reads one loose ref.
func readLoose(file string) (Hash, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return Hash{}, fmt.Errorf("the ref %q is %w", file, ErrNotFound)
	}
	if err != nil {
		return Hash{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return Hash{}, fmt.Errorf("the ref %q is %w", file, ErrNotFound)
	}
	data := make([]byte, maxRefFile)
	n, _ := f.Read(data)
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

// Refs lists the refs below a prefix that ends with a slash, sorted by name.
func (s *Store) Refs(prefix string) ([]Ref, error) {
	byName := map[string]Hash{}
	packed, err := s.packedRefs()
	if err != nil {
		return nil, err
	}
	for _, ref := range packed {
		if strings.HasPrefix(ref.Name, prefix) {
			byName[ref.Name] = ref.Hash
		}
	}
	if err := s.looseRefs(prefix, byName); err != nil {
		return nil, err
	}
	refs := make([]Ref, 0, len(byName))
	for name, hash := range byName {
		refs = append(refs, Ref{name, hash})
	}
	slices.SortFunc(refs, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	return refs, nil
}

// looseRefs adds the refs that have files of their own; they win over packed
// ones.
func (s *Store) looseRefs(prefix string, byName map[string]Hash) error {
	root := filepath.Join(s.dir, filepath.FromSlash(prefix))
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() || strings.HasSuffix(file, ".lock") {
			return err
		}
		rel, err := filepath.Rel(s.dir, file)
		if err != nil {
			return err
		}
		h, err := readLoose(file)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		byName[filepath.ToSlash(rel)] = h
		return nil
	})
	return err
}

// packedRefs reads the file that git pack-refs writes.
func (s *Store) packedRefs() ([]Ref, error) {
	f, err := os.Open(filepath.Join(s.dir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var refs []Ref
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		hex, name, ok := strings.Cut(lines.Text(), " ")
		if h, valid := parseHash(hex); ok && valid {
			refs = append(refs, Ref{name, h})
		}
	}
	return refs, lines.Err()
}

// UpdateRef changes a ref by git's own protocol: a lock file, durable, renamed
// over the ref. A zero old value means that the ref must not exist; a zero new
// one deletes it. The error is ErrConflict where the old value is another one,
// ErrLocked where somebody's lock is in the way.
func (s *Store) UpdateRef(ctx context.Context, name string, new, old Hash) error {
	if err := checkRefName(name); err != nil {
		return err
	}
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	lock, err := s.lockRef(ctx, file)
	if err != nil {
		return err
	}
	defer lock.release()
	now, err := s.Ref(name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if now != old {
		return fmt.Errorf("update %s: %w", name, ErrConflict)
	}
	if new.IsZero() {
		return s.deleteRef(ctx, name, file)
	}
	if _, err := lock.WriteString(new.String() + "\n"); err != nil {
		return err
	}
	if err := lock.install(file, s.fileMode(0o666)); err != nil {
		return fmt.Errorf("update %s: %w", name, err)
	}
	return syncDir(filepath.Dir(file))
}

// refLock is a lock file that was made by this process and is to be removed,
// or renamed to what it locks. After that its name may be somebody else's lock.
type refLock struct {
	*os.File
	installed bool
}

// install makes what was written into the lock the new content of file.
func (l *refLock) install(file string, mode os.FileMode) error {
	if err := errors.Join(l.Chmod(mode), l.Sync(), l.Close()); err != nil {
		return err
	}
	err := os.Rename(l.Name(), file)
	l.installed = err == nil
	return err
}

// release gives up a lock that was not installed.
func (l *refLock) release() {
	if !l.installed {
		l.Close()
		os.Remove(l.Name())
	}
}

// lockTries and lockWait are how long somebody else's lock is waited for.
const (
	lockTries = 20
	lockWait  = 50 * time.Millisecond
)

func (s *Store) lockRef(ctx context.Context, file string) (*refLock, error) {
	if err := s.makeRefDir(filepath.Dir(file)); err != nil {
		return nil, err
	}
	name := file + ".lock"
	for range lockTries {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			return &refLock{File: f}, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			// git removes folders of refs that became empty.
			if err := s.makeRefDir(filepath.Dir(file)); err != nil {
				return nil, err
			}
			continue
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("lock a ref: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockWait):
		}
	}
	return nil, lockedError(name)
}

// lockedError names the lock, its age and the cure.
func lockedError(name string) error {
	age := "unknown age"
	if info, err := os.Stat(name); err == nil {
		age = time.Since(info.ModTime()).Round(time.Second).String()
	}
	return fmt.Errorf("%w: %q (age %s); if no git command is running, remove it with: rm %q", ErrLocked, name, age, name)
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
