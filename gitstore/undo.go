package gitstore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// undoPrefix is where the saved states of restores are kept. Such a commit's
// tree holds `before`, the files as they were; `after`, what the restore puts
// there; and `manifest`: NUL-terminated fields, the first "restore 1", the
// second the top of the work tree, then size and path of each large file of
// `after`.
const (
	undoPrefix   = "refs/exprec-undo/"
	undoVersion  = "restore 1"
	undoManifest = "manifest"
	maxManifest  = 64 << 20
)

// save commits every file that the restore will touch.
func (p *RestorePlan) save(ctx context.Context) (string, error) {
	tree := NewTree()
	for _, path := range append(slices.Clone(p.Write), p.Remove...) {
		if err := p.saveFile(tree, path); err != nil {
			return "", fmt.Errorf("save %q before it is replaced: %w", path, err)
		}
	}
	var manifest strings.Builder
	fmt.Fprintf(&manifest, "%s\x00%s\x00", undoVersion, realPath(p.dir))
	for _, path := range p.Write {
		tree.AddObject("after/"+path, p.target[path].Mode, p.target[path].Hash)
		if size, large := p.large[path]; large {
			fmt.Fprintf(&manifest, "%d\x00%s\x00", size, path)
		}
	}
	tree.AddBytes(undoManifest, []byte(manifest.String()))
	commit := Commit{Tree: tree, Author: p.repo.Author(), Message: "the files in " + strconv.Quote(p.dir) + " before a restore"}
	commit.Ref = undoPrefix + strconv.FormatInt(time.Now().UnixNano(), 10)
	_, err := p.store.Commit(ctx, commit)
	return commit.Ref, err
}

func (p *RestorePlan) saveFile(tree *Tree, path string) error {
	file := filepath.Join(p.dir, filepath.FromSlash(path))
	info, err := os.Lstat(file)
	switch {
	case err != nil: // nothing is there
		return nil
	case info.Mode().IsRegular():
		tree.AddFile("before/"+path, file, info.Mode()&0o100 != 0)
	case info.Mode()&os.ModeSymlink != 0:
		target, err := os.Readlink(file)
		if err != nil {
			return err
		}
		tree.put("before/"+path, &treeNode{mode: filemode.Symlink, data: []byte(target)})
	}
	return nil
}

// undoState is a saved state that was read back.
type undoState struct {
	ref           string
	hash          Hash
	dir           string
	before, after map[string]TreeEntry
	large         map[string]int64
}

// newestUndo finds the newest saved state of a work tree.
func (s *Store) newestUndo(ctx context.Context, dir string) (*undoState, error) {
	refs, err := s.Refs(undoPrefix)
	if err != nil {
		return nil, err
	}
	number := func(r Ref) int64 {
		n, _ := strconv.ParseInt(strings.TrimPrefix(r.Name, undoPrefix), 10, 64)
		return n
	}
	refs = slices.DeleteFunc(refs, func(r Ref) bool { return number(r) <= 0 || r.Hash.IsZero() })
	slices.SortFunc(refs, func(a, b Ref) int { return cmp.Compare(number(b), number(a)) })
	for _, ref := range refs {
		u, err := s.readUndo(ctx, ref)
		if err != nil {
			return nil, fmt.Errorf("read the saved state %s: %w", ref.Name, err)
		}
		if u.dir == realPath(dir) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("there is no restore to undo in %q: a saved state was %w", dir, ErrNotFound)
}

func (s *Store) readUndo(ctx context.Context, ref Ref) (*undoState, error) {
	commit, err := s.ReadCommit(ref.Hash)
	if err != nil {
		return nil, err
	}
	u := &undoState{ref: ref.Name, hash: ref.Hash, before: map[string]TreeEntry{}, after: map[string]TreeEntry{}, large: map[string]int64{}}
	entries, err := s.ReadTree(commit.Tree)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch e.Name {
		case undoManifest:
			err = s.readManifest(e.Hash, u)
		case "before":
			u.before, err = s.treeFiles(ctx, e.Hash)
		case "after":
			u.after, err = s.treeFiles(ctx, e.Hash)
		}
		if err != nil {
			return nil, err
		}
	}
	return u, nil
}

func (s *Store) readManifest(h Hash, u *undoState) error {
	data, err := s.ReadBlob(h, maxManifest)
	if err != nil {
		return err
	}
	fields := strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
	if len(fields) < 2 || len(fields)%2 != 0 || fields[0] != undoVersion {
		return fmt.Errorf("its manifest is none that this version writes: %w", ErrCorrupt)
	}
	u.dir = fields[1]
	for i := 2; i < len(fields); i += 2 {
		size, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil || size < 0 {
			return fmt.Errorf("its manifest has a size %.20q: %w", fields[i], ErrCorrupt)
		}
		u.large[fields[i+1]] = size
	}
	return nil
}

// Undo puts back what the newest restore in a work tree replaced or removed,
// removes what it created, and forgets the saved state. A file that was
// changed since stays as it is and is named, and so does then the saved state.
// It also mends a restore that was interrupted. The error is ErrNotFound where
// there is nothing to undo.
func (s *Store) Undo(ctx context.Context, dir string) (*Report, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	u, err := s.newestUndo(ctx, dir)
	if err != nil {
		return nil, err
	}
	w, err := openWorkTree(newPlacer(ctx, s, nil), dir)
	if err != nil {
		return nil, err
	}
	defer w.root.Close()
	w.staging = stagingName(u.ref)
	if err := u.putBack(w); err != nil {
		return w.report, fmt.Errorf("undo a restore: %w", err)
	}
	if w.kept > 0 {
		w.warn("the saved files stay in %s until the files named above are moved away and the restore is undone again", u.ref)
		return w.report, nil
	}
	return w.report, s.UpdateRef(ctx, u.ref, Hash{}, u.hash)
}

func (u *undoState) putBack(w *workTree) error {
	for _, path := range sortedPaths(u.after) {
		w.sweep(path)
	}
	for _, path := range sortedPaths(u.after) {
		if _, was := u.before[path]; was {
			continue
		}
		if err := u.removeCreated(w, path); err != nil {
			return err
		}
	}
	for _, path := range sortedPaths(u.before) {
		if err := u.putFile(w, path); err != nil {
			return err
		}
	}
	return nil
}

func (u *undoState) removeCreated(w *workTree, path string) error {
	state := w.state(path)
	if state == nil || state.IsDir() {
		return nil // the restore did not get there, or the folder is somebody else's
	}
	same, err := w.disk(u.large).holds(path, u.after[path], nil)
	if err != nil {
		return err
	}
	if !same {
		w.keep("%q was changed since it was restored: it stays as it is", path)
		return nil
	}
	return w.remove(path, state)
}

// putFile puts one file back, unless what is there is neither what was saved
// nor what the restore has written.
func (u *undoState) putFile(w *workTree, path string) error {
	before := u.before[path]
	state := w.state(path)
	if state != nil && !state.IsDir() {
		same, err := w.disk(nil).holds(path, before, nil)
		if err != nil || same {
			return err
		}
		after, replaced := u.after[path]
		if replaced {
			replaced, err = w.disk(u.large).holds(path, after, nil)
		}
		if err != nil {
			return err
		}
		if !replaced {
			w.keep("%q was changed since it was restored: it stays as it is, what it replaced is %s:before/%s", path, u.ref, path)
			return nil
		}
	}
	return w.write(path, before, state)
}
