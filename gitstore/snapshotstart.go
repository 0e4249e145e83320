package gitstore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// newWalk reads everything that holds for the whole work tree: the index, the
// rules outside of it, and HEAD's tree.
func (s *Store) newWalk(ctx context.Context, repo *Repository, dir string, options SnapshotOptions) (*walk, *snapshotFolder, error) {
	top, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	w := &walk{ctx: ctx, store: s, source: s, top: top, options: options, largeFiles: map[string]int64{}}
	if s.private && repo != nil {
		if w.source, err = repo.OpenReading(); err != nil {
			w.source = nil
		}
	}
	x := w.index(repo)
	w.head = readHeadTree(w.source, repo)
	w.stats = newStatRules(repo.config(), x)
	w.fold = repo != nil && repo.Config.Bool("core.ignorecase", false)
	for _, pattern := range options.Include {
		w.include = append(w.include, parsePathPattern(pattern, w.fold))
	}
	if repo != nil {
		w.private = []string{filepath.Clean(repo.GitDir), filepath.Clean(repo.CommonDir)}
	}
	root := &snapshotFolder{index: x.tree(), mode: takeAll}
	for i := range x.entries {
		w.skips = w.skips || x.entries[i].skipWorktree()
	}
	if len(x.entries) == 0 {
		root.index = nil
	}
	root.ignore = w.outerIgnore(repo)
	root.attributes = w.outerAttributes(repo, root.index)
	return w, root, nil
}

func (r *Repository) config() *Config {
	if r == nil {
		return nil
	}
	return r.Config
}

// index reads the repository's index. One that cannot be read is as good as
// none: recording goes on, and says so.
func (w *walk) index(repo *Repository) *index {
	size := len(Hash{})
	if repo == nil {
		return &index{hashSize: size}
	}
	if format, _ := repo.Config.Get("extensions.objectformat"); strings.EqualFold(format, "sha256") {
		size = 32
	}
	x, err := readIndex(repo.IndexFile, repo.GitDir, size)
	if err != nil {
		w.notes.note("%v; all files were taken for untracked ones", err)
		return &index{hashSize: size}
	}
	return x
}

// outerIgnore is what is ignored by rules outside the work tree: the user's
// own file is the weakest, then info/exclude.
func (w *walk) outerIgnore(repo *Repository) *ignoreRules {
	var rules *ignoreRules
	if w.options.Plain {
		rules = rules.with(parseIgnore([]byte(plainIgnored), "", w.fold))
	}
	file := userFile(repo.config(), "core.excludesfile", "ignore")
	rules = rules.with(parseIgnore(readOuterFile(file), "", w.fold))
	if repo != nil && !repo.Foreign {
		rules = rules.with(parseIgnore(readOuterFile(filepath.Join(repo.CommonDir, "info", "exclude")), "", w.fold))
	}
	return rules
}

// outerAttributes reads the attribute files outside the work tree and the one
// at its top, which may define macros.
func (w *walk) outerAttributes(repo *Repository, x *indexFolder) *attributeRules {
	t := newAttributeTable(w.fold)
	r := &attributeRules{table: t, drivers: map[string]bool{}}
	if repo == nil {
		return r
	}
	if os.Getenv("GIT_ATTR_NOSYSTEM") == "" {
		r = r.with(t.parse(readOuterFile("/etc/gitattributes"), "", true))
	}
	r = r.with(t.parse(readOuterFile(userFile(repo.Config, "core.attributesfile", "attributes")), "", true))
	top := readRuleFile(w.file(".gitattributes"))
	if top == nil && w.source != nil {
		top = w.indexedRules(x, ".gitattributes", false)
	}
	r = r.with(t.parse(top, "", true))
	if !repo.Foreign {
		r.override = t.parse(readOuterFile(filepath.Join(repo.CommonDir, "info", "attributes")), "", true)
		r.converts = r.converts || len(r.override.lines) > 0
	}
	crlf, _ := repo.Config.Get("core.autocrlf")
	r.crlf = strings.EqualFold(crlf, "input") || repo.Config.Bool("core.autocrlf", false)
	r.drivers = repo.Config.filters()
	return r
}

// filters are the names of the filters that are configured.
func (c *Config) filters() map[string]bool {
	names := map[string]bool{}
	for _, e := range c.entries {
		for _, end := range []string{".clean", ".process"} {
			name, ok := strings.CutPrefix(strings.TrimSuffix(e.key, end), "filter.")
			if ok && strings.HasSuffix(e.key, end) {
				names[name] = true
			}
		}
	}
	return names
}

// userFile is a file that the configuration names, else its place among the
// user's settings.
func userFile(c *Config, key, name string) string {
	if c != nil {
		if file, ok := c.Get(key); ok {
			return expandHome(file)
		}
	}
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		dir = filepath.Join(os.Getenv("HOME"), ".config")
	}
	return filepath.Join(dir, "git", name)
}

// readOuterFile reads a file of rules outside the work tree, where links may
// be followed.
func readOuterFile(file string) []byte {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPatternFile {
		return nil
	}
	data, _ := os.ReadFile(file)
	return data
}

// pending decides which untracked files are taken, and gives every item whose
// content is to be read.
func (w *walk) pending(root *snapshotFolder) []pendingItem {
	var fresh, all []pendingItem
	w.sift(root, func(p pendingItem) {
		if p.item.fresh {
			fresh = append(fresh, p)
		} else {
			all = append(all, p)
		}
	})
	slices.SortFunc(fresh, func(a, b pendingItem) int {
		return cmp.Or(cmp.Compare(a.item.size, b.item.size), cmp.Compare(a.path, b.path))
	})
	total := int64(0)
	for i, p := range fresh {
		total += p.item.size
		if limit := w.options.MaxUntracked; limit >= 0 && total > limit || i >= maxUntrackedFiles {
			p.item.state = itemLeftOut
			w.notes.leaveOut(LeftOut{Path: p.path, Size: p.item.size, Reason: w.beyond(i)})
			continue
		}
		all = append(all, p)
	}
	return all
}

func (w *walk) beyond(count int) string {
	if count >= maxUntrackedFiles {
		return fmt.Sprintf("more than %d untracked files", maxUntrackedFiles)
	}
	return "untracked files beyond exprec.maxUntrackedSize"
}

// sift gives what is to be hashed, and settles what can be settled without.
func (w *walk) sift(f *snapshotFolder, found func(pendingItem)) {
	for i := range f.items {
		item := &f.items[i]
		if item.state == itemClean && item.folder == nil && !w.large(item) {
			continue
		}
		path := f.path + item.name
		switch {
		case item.folder != nil && item.folder.module:
			w.nestedModule(item, item.folder.path)
		case item.folder != nil:
			w.sift(item.folder, found)
		case item.state == itemClean && item.mode != filemode.Symlink && w.large(item) && !w.holds(item, path):
			item.state = itemToHash
			found(pendingItem{item, path})
		case item.state == itemIndexed && !w.holds(item, path) && !w.readable(item):
			item.state = itemLeftOut
			w.notes.leaveOut(LeftOut{Path: path, Reason: "it is not in the work tree and its content is not on this machine"})
		case item.state == itemToHash:
			found(pendingItem{item, path})
		}
	}
}

// holds reports whether the store has an item's object for good.
func (w *walk) holds(item *snapshotItem, path string) bool {
	if w.store.private {
		return w.store.settled(item.hash)
	}
	e, ok := w.head.at(path)
	return ok && e.Hash == item.hash
}

func (w *walk) readable(item *snapshotItem) bool {
	switch {
	case item.data != nil:
		return true
	case w.source == nil:
		return false
	case item.isFolder():
		c := collector{walk: w, out: &Snapshot{}, seen: map[Hash]bool{}}
		return c.copyTree(item.hash) == nil
	}
	size, err := w.source.BlobSize(item.hash)
	return err == nil && size <= keepTotal
}
