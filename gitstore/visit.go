package gitstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// visit lists one folder and fills in its items.
func (w *walk) visit(f *snapshotFolder, names *nameList) error {
	v := visitor{walk: w, folder: f, names: names}
	if f.index != nil {
		v.seen = make([]bool, len(f.index.entries))
		v.slots()
	}
	if f.mode != takeGhost {
		if err := v.look(); err != nil {
			return err
		}
	}
	v.absent()
	f.sort()
	return nil
}

// visitor looks at one folder.
type visitor struct {
	*walk
	folder *snapshotFolder
	names  *nameList
	dir    openFolder
	seen   []bool // entries of the index that are on disk
}

// slots gives every entry of the index its item, left out until its file is
// met: so most folders need no sorting, whatever the order of their names on
// disk.
func (v *visitor) slots() {
	x := v.folder.index
	v.folder.items = make([]snapshotItem, len(x.entries), len(x.entries)+len(x.folders)+1)
	for at, e := range x.entries {
		v.folder.items[at] = snapshotItem{name: e.path[x.prefix:], state: itemLeftOut}
	}
}

func (v *visitor) look() error {
	f := v.folder
	dir, err := v.open(f)
	switch {
	case err == nil:
	case f.path == "":
		return err
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP):
		return nil // it went away, or something else took its place
	default:
		v.notes.note("the folder %q cannot be read (%v): what is in it is not in the snapshot", f.path, errors.Unwrap(err))
		return nil
	}
	v.dir = dir
	defer dir.close()
	if f.mode == takeTracked {
		v.lookTracked()
		return nil
	}
	v.names.reset()
	limit := maxUntrackedFiles
	if f.index != nil {
		limit += len(f.index.entries)
	}
	if err := dir.names(v.names, limit); err != nil {
		v.notes.note("the folder %q cannot be read to its end: %v", f.path, err)
	}
	v.notes.count(v.names.more)
	if v.isRepository() {
		return nil
	}
	v.rules()
	for i := range v.names.names {
		v.name(v.names.name(i), v.names.names[i].kind)
	}
	return nil
}

// isRepository recognizes a repository inside the work tree. Like git, a
// snapshot does not go into one; tracked files in it stay tracked.
func (v *visitor) isRepository() bool {
	f := v.folder
	if f.path == "" || !v.names.has(".git") || !isRepositoryFolder(v.file(f.path)) {
		return false
	}
	if f.index != nil {
		v.lookTracked()
		return true
	}
	f.module = true
	return true
}

// rules adds the folder's own ignore and attribute files to those from above.
func (v *visitor) rules() {
	f := v.folder
	if data := v.ruleFile(".gitignore", true); data != nil {
		f.ignore = f.ignore.with(parseIgnore(data, f.path, v.fold))
	}
	if f.path == "" { // its macros were read before the walk began
		return
	}
	if data := v.ruleFile(".gitattributes", false); data != nil {
		f.attributes = f.attributes.with(f.attributes.table.parse(data, f.path, false))
	}
}

// ruleFile reads a file of rules from the folder, where it is not there from
// the index: git does so for .gitattributes, and for a .gitignore that the
// sparse checkout leaves out.
func (v *visitor) ruleFile(name string, onlySkipped bool) []byte {
	if v.names.has(name) {
		return readRuleFile(v.file(v.folder.path + name))
	}
	return v.indexedRules(v.folder.index, name, onlySkipped)
}

func (w *walk) indexedRules(x *indexFolder, name string, onlySkipped bool) []byte {
	if x == nil {
		return nil
	}
	at := x.find(name)
	if at < 0 || onlySkipped && !x.entries[at].skipWorktree() || x.entries[at].mode() == filemode.Symlink {
		return nil
	}
	if w.source == nil {
		return nil
	}
	data, err := w.source.ReadBlob(x.entries[at].hash(), maxPatternFile)
	if err != nil {
		return nil
	}
	return data
}

// readRuleFile reads a regular file; a link is not followed.
func readRuleFile(file string) []byte {
	f, err := os.OpenFile(file, os.O_RDONLY|openNoFollow, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPatternFile {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(f, maxPatternFile))
	if err != nil {
		return nil
	}
	return data
}

// name deals with one name of the folder.
func (v *visitor) name(name string, kind fileKind) {
	f := v.folder
	if name == ".git" || f.path == "" && v.skipped(name) {
		return
	}
	if f.index != nil {
		if at := f.index.find(name); at >= 0 {
			v.tracked(at, kind)
			return
		}
		if below := f.index.folders[name]; below != nil && (kind == kindFolder || kind == kindUnknown) {
			v.trackedFolder(name, below)
			return
		}
	}
	if f.mode != takeTracked {
		v.untracked(name, kind)
	}
}

func (v *visitor) skipped(name string) bool {
	for _, skip := range v.options.Skip {
		if skip == name {
			return true
		}
	}
	return false
}

// lookTracked looks at the tracked names only, one by one: an ignored folder
// may hold any number of others.
func (v *visitor) lookTracked() {
	f := v.folder
	mode := f.mode
	f.mode = takeTracked
	defer func() { f.mode = mode }()
	for at := range f.index.entries {
		v.tracked(at, kindUnknown)
	}
	for name, below := range f.index.folders {
		var st fileStat
		if v.dir.stat(name, &st) == nil && st.kind == kindFolder {
			v.trackedFolder(name, below)
		}
	}
}

// trackedFolder goes on into a folder that holds tracked files, even where it
// is ignored.
func (v *visitor) trackedFolder(name string, below *indexFolder) {
	child := v.child(strings.Clone(name), below)
	if below.sparse != nil && v.source != nil {
		v.expand(below, child.path)
	}
	child.mode = v.childMode(child.path, takeTracked)
	v.add(snapshotItem{name: child.name(), mode: filemode.Dir, folder: child})
}

func (v *visitor) child(name string, below *indexFolder) *snapshotFolder {
	f := v.folder
	return &snapshotFolder{path: f.path + name + "/", index: below, ignore: f.ignore, attributes: f.attributes}
}

func (f *snapshotFolder) name() string {
	return f.path[strings.LastIndexByte(f.path[:len(f.path)-1], '/')+1 : len(f.path)-1]
}

func (v *visitor) add(item snapshotItem) { v.folder.items = append(v.folder.items, item) }

// childMode says how a folder is taken; ignored is what an ignored one gives.
func (v *visitor) childMode(path string, ignored takeMode) takeMode {
	path = strings.TrimSuffix(path, "/")
	switch v.folder.mode {
	case takeTracked, takeEvery:
		return v.folder.mode
	case takeAll:
		if !v.folder.ignore.ignored(path, true) {
			return takeAll
		}
	}
	switch {
	case v.includes(path, true):
		return takeEvery
	case v.mayInclude(path):
		return takeSome
	}
	return ignored
}

// includes reports whether an include pattern names a path.
func (w *walk) includes(path string, isFolder bool) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	for i := range w.include {
		if w.include[i].matches(path, base, isFolder) {
			return true
		}
	}
	return false
}

// mayInclude reports whether an include pattern names a place below an
// ignored folder. One without a slash does not: it would have every
// environment and cache folder searched.
func (w *walk) mayInclude(folder string) bool {
	for i := range w.include {
		p := &w.include[i]
		if p.baseName {
			continue
		}
		literal := p.literal[:strings.LastIndexByte(p.literal, '/')+1]
		if strings.HasPrefix(p.literal, folder+"/") || literal != "" && strings.HasPrefix(folder+"/", literal) {
			return true
		}
	}
	return false
}

// owned reports whether a folder is a git directory that lies in the work
// tree under another name than .git.
func (w *walk) owned(below string) bool {
	if len(w.private) == 0 {
		return false
	}
	path := filepath.Clean(w.file(below))
	for _, dir := range w.private {
		if dir == path {
			return true
		}
	}
	return false
}
