package gitstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// manyCreated is how many refs are made at once in packed-refs rather than each
// in a file of its own.
const manyCreated = 50

// CreateRefs makes refs of commits that must not exist, durably and all of them
// or none. The error is ErrConflict where one of many exists.
func (s *Store) CreateRefs(ctx context.Context, refs []Ref) error {
	for _, ref := range refs {
		if err := checkRefName(ref.Name); err != nil {
			return err
		}
	}
	if len(refs) >= manyCreated && !s.logsRefs() {
		made, err := s.createPacked(ctx, refs)
		if made || err != nil {
			return err
		}
	}
	var input bytes.Buffer
	for _, ref := range refs {
		fmt.Fprintf(&input, "create %s %s\n", ref.Name, ref.Hash)
	}
	if err := s.git(ctx, &input, nil, "-c", "core.fsync=none", "update-ref", "--stdin"); err != nil {
		return err
	}
	return syncAll(s.dir)
}

// logsRefs reports whether the user wants git to keep a log of every ref.
func (s *Store) logsRefs() bool {
	value, _ := s.config().Get("core.logallrefupdates")
	return strings.EqualFold(value, "always")
}

// createPacked adds refs to packed-refs, as a clone of git's does: one file is
// written instead of thousands. It does nothing where that file is not sorted.
//
// Somebody may make the file of such a ref at the same time. That ref counts
// then, as always, and what is packed is an older value of it.
func (s *Store) createPacked(ctx context.Context, refs []Ref) (made bool, err error) {
	lock, err := s.lock(ctx, filepath.Join(s.dir, packedRefsFile))
	if err != nil {
		return false, err
	}
	defer lock.release()
	old, err := s.packed()
	if err != nil {
		return false, err
	}
	if old.text == "" {
		old = newPacked(packedHead)
	}
	if !old.sorted || !strings.HasSuffix(old.text, "\n") {
		return false, nil
	}
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	if err := s.checkAllFree(old, refs); err != nil {
		return false, err
	}
	return true, lock.replace(old.with(refs), s.fileMode(0o666))
}

// checkAllFree refuses refs that exist, and those that cannot be beside others:
// a and a/b cannot be files of one folder.
func (s *Store) checkAllFree(old packed, refs []Ref) error {
	names, free := map[string]bool{}, map[string]bool{}
	for _, ref := range refs {
		if names[ref.Name] || s.hasRef(old, ref.Name) {
			return fmt.Errorf("%s exists: %w", ref.Name, ErrConflict)
		}
		names[ref.Name] = true
	}
	for _, ref := range refs {
		for name := parent(ref.Name); name != "refs" && !free[name]; name = parent(name) {
			if names[name] || s.hasRef(old, name) {
				return fmt.Errorf("%s cannot be beside %s: %w", ref.Name, name, ErrConflict)
			}
			free[name] = true
		}
		loose, err := s.looseRefs(ref.Name+"/", func(string) {})
		if err != nil {
			return err
		}
		if len(loose)+len(old.below(ref.Name+"/")) > 0 {
			return fmt.Errorf("there are refs below %s: %w", ref.Name, ErrConflict)
		}
	}
	return nil
}

func (s *Store) hasRef(old packed, name string) bool {
	if _, ok := old.find(name); ok {
		return true
	}
	_, err := readLoose(s.refFile(name))
	return !errors.Is(err, ErrNotFound)
}

func parent(name string) string { return name[:strings.LastIndexByte(name, '/')] }

// with are the lines of refs among those that are there. All are sorted.
func (p packed) with(refs []Ref) []byte {
	text := make([]byte, 0, len(p.text)+len(refs)*128)
	at := 0
	for _, ref := range refs {
		next := p.from(ref.Name)
		text = append(text, p.text[at:next]...)
		text = fmt.Appendf(text, "%s %s\n", ref.Hash, ref.Name)
		at = next
	}
	return append(text, p.text[at:]...)
}
