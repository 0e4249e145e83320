package gitstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// RestorePlan is what putting a tree's files into a work tree would do. All
// paths are slash separated and relative to the top.
type RestorePlan struct {
	Write     []string // files that will be written, new or over others
	Remove    []string // files that will be removed
	Unchanged int      // files that are as the tree has them
	Warnings  []string // what the restore leaves alone, a sentence each

	store  *Store
	repo   *Repository
	dir    string
	large  map[string]int64
	target map[string]TreeEntry

	interrupt func(step int) // tests stop the work here
}

// PlanRestore compares a work tree with a tree and says what it would take to
// put the tree's files there. paths narrow it down to files, and to folders
// with all in them; none stands for everything. large are the files of the tree
// whose content stands behind a pointer.
//
// Files that the tree does not hold are to be removed only where a snapshot
// taken now, with these options, would hold them: never ignored ones, never
// what is left out of snapshots. Nothing is changed yet.
func (s *Store) PlanRestore(ctx context.Context, repo *Repository, dir string, tree Hash, large map[string]int64, paths []string, options ...SnapshotOptions) (*RestorePlan, error) {
	top, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	now, err := s.presentFiles(ctx, repo, top, options)
	if err != nil {
		return nil, err
	}
	target, err := s.treeFiles(ctx, tree)
	if err != nil {
		return nil, fmt.Errorf("plan the restore of %q: %w", dir, err)
	}
	p := &RestorePlan{store: s, repo: repo, dir: top, large: large, target: target}
	chosen, err := choosePaths(paths, now, target)
	if err != nil {
		return nil, err
	}
	return p, p.compare(ctx, now, chosen)
}

// presentFiles is what a snapshot taken now would hold, by path.
func (s *Store) presentFiles(ctx context.Context, repo *Repository, top string, options []SnapshotOptions) (map[string]*snapshotItem, error) {
	o := SnapshotOptions{Skip: []string{".exprec"}, Plain: repo == nil}
	if len(options) > 0 {
		o = options[0]
	}
	o.compare = true
	snapshot, err := s.Snapshot(ctx, repo, top, o)
	if err != nil {
		return nil, err
	}
	files := map[string]*snapshotItem{}
	snapshot.root.files(files)
	return files, nil
}

func (f *snapshotFolder) files(found map[string]*snapshotItem) {
	for i := range f.items {
		if item := &f.items[i]; item.folder != nil {
			item.folder.files(found)
		} else {
			found[f.path+item.name] = item
		}
	}
}

// treeFiles is every file, link and submodule of a tree, by path.
func (s *Store) treeFiles(ctx context.Context, tree Hash) (map[string]TreeEntry, error) {
	m := treeMeter{ctx: ctx, store: s, known: map[Hash]treeSize{}}
	size, err := m.tree(tree, 0)
	if err != nil {
		return nil, err
	}
	if size.files > maxTreeFiles {
		return nil, fmt.Errorf("the tree stands for more than %d files: %w", maxTreeFiles, ErrTooLarge)
	}
	found := map[string]TreeEntry{}
	return found, s.addFiles(ctx, tree, "", found)
}

func (s *Store) addFiles(ctx context.Context, tree Hash, path string, found map[string]TreeEntry) error {
	entries, err := s.ReadTree(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.Mode != filemode.Dir {
			found[path+e.Name] = e
		} else if err := s.addFiles(ctx, e.Hash, path+e.Name+"/", found); err != nil {
			return err
		}
	}
	return nil
}

// choosePaths gives a test for the paths that were asked for. One that names
// nothing, here or in the tree, is ErrNotFound.
func choosePaths(paths []string, now map[string]*snapshotItem, target map[string]TreeEntry) (func(string) bool, error) {
	var clean []string
	for _, p := range paths {
		p = strings.TrimSuffix(filepath.ToSlash(filepath.Clean(p)), "/")
		if p == "." {
			return func(string) bool { return true }, nil
		}
		if !filepath.IsLocal(filepath.FromSlash(p)) {
			return nil, fmt.Errorf("the path %q leads out of the work tree: %w", p, ErrUnsafe)
		}
		clean = append(clean, p)
	}
	within := func(path, p string) bool {
		return path == p || strings.HasPrefix(path, p) && path[len(p)] == '/'
	}
	for _, p := range clean {
		if !anyPath(now, target, func(path string) bool { return within(path, p) }) {
			return nil, fmt.Errorf("the path %q is neither in the run nor in the work tree: %w", p, ErrNotFound)
		}
	}
	return func(path string) bool {
		return len(clean) == 0 || slices.ContainsFunc(clean, func(p string) bool { return within(path, p) })
	}, nil
}

func anyPath(now map[string]*snapshotItem, target map[string]TreeEntry, is func(string) bool) bool {
	for path := range now {
		if is(path) {
			return true
		}
	}
	for path := range target {
		if is(path) {
			return true
		}
	}
	return false
}

// compare fills in the plan.
func (p *RestorePlan) compare(ctx context.Context, now map[string]*snapshotItem, chosen func(string) bool) error {
	links, err := p.links()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	disk := diskReader{placer: newPlacer(ctx, p.store, p.large), root: root}
	for path, e := range p.target {
		if !chosen(path) {
			continue
		}
		same, err := disk.holds(path, e, now[path])
		switch {
		case err != nil:
			return err
		case same:
			p.Unchanged++
		case e.Mode == filemode.Submodule:
			p.warn("the repository %q is left as it is: the run was made at its commit %s", path, e.Hash)
		case e.Mode == filemode.Symlink && !links.inside(path):
			p.warn("the symbolic link %q would lead out of the work tree, to %q: it is not made", path, links[path])
		case p.missing(path, e):
			p.warn("the content of the large file %q is not on this machine: the file is left as it is", path)
		default:
			p.Write = append(p.Write, path)
		}
	}
	for path, item := range now {
		if _, stays := p.target[path]; !stays && chosen(path) && item.onDisk() {
			p.Remove = append(p.Remove, path)
		}
	}
	slices.Sort(p.Write)
	slices.Sort(p.Remove)
	slices.Sort(p.Warnings)
	return ctx.Err()
}

func (i *snapshotItem) onDisk() bool {
	return i.mode != filemode.Submodule && i.mode != filemode.Dir && i.state != itemIndexed
}

func (p *RestorePlan) warn(format string, args ...any) {
	if len(p.Warnings) < maxWarnings {
		p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
	}
}

func (p *RestorePlan) links() (linkMap, error) {
	links := linkMap{}
	for path, e := range p.target {
		if e.Mode == filemode.Symlink {
			target, err := p.store.ReadBlob(e.Hash, maxLink)
			if err != nil {
				return nil, fmt.Errorf("the symbolic link %q: %w", path, err)
			}
			links[path] = string(target)
		}
	}
	return links, nil
}

// missing reports whether the content behind a pointer is not on this machine.
func (p *RestorePlan) missing(path string, e TreeEntry) bool {
	if _, large := p.large[path]; !large {
		return false
	}
	pointer, err := newPlacer(context.Background(), p.store, p.large).pointer(e)
	return err != nil || !p.store.lfs.Has(pointer)
}
