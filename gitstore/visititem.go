package gitstore

import (
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// tracked deals with a name that the index has as a file, link or submodule.
func (v *visitor) tracked(at int, kind fileKind) {
	e := v.folder.index.entries[at]
	name := e.path[v.folder.index.prefix:]
	var st fileStat
	if kind != kindFolder {
		if err := v.dir.stat(name, &st); err != nil {
			return // deleted, or vanished this moment
		}
		kind = st.kind
	}
	switch {
	case kind == kindFolder && e.mode() == filemode.Submodule:
		v.seen[at] = true
		v.folder.items[at] = v.submodule(e, name)
	case kind == kindFolder:
		if v.folder.mode != takeTracked {
			v.untracked(name, kind)
		}
	case kind == kindOther:
		v.seen[at] = true
		v.notes.note("%q is a FIFO, socket or device: it is not in the snapshot", e.path)
	case v.refused(name, kind):
		v.seen[at] = true
	default:
		v.seen[at] = true
		v.folder.items[at] = v.trackedItem(e, name, &st)
	}
}

// trackedItem decides by the file's stat and attributes whether its bytes are
// those of the index.
func (v *visitor) trackedItem(e *indexEntry, name string, st *fileStat) snapshotItem {
	item := snapshotItem{name: name, mode: v.stats.mode(st, e), state: itemToHash, size: st.size, mtime: st.mtime}
	convert := convertNone
	if st.kind == kindFile {
		convert = v.folder.attributes.conversion(e.path)
	}
	item.lfs = convert == convertLFS
	clean := v.stats.clean(st, e) && e.mode() != filemode.Submodule
	if !clean {
		v.changed.Store(true)
	}
	if !clean || !v.stats.wholeHash {
		return item
	}
	switch convert {
	case convertNone:
		item.hash, item.state = e.hash(), itemClean
	case convertLFS:
		v.cleanPointer(e, &item)
	}
	return item
}

// cleanPointer: git's own filter has compared the file with the pointer in
// the index; where size and content still stand for it, it need not be read.
func (v *visitor) cleanPointer(e *indexEntry, item *snapshotItem) {
	if v.source == nil {
		return
	}
	data, err := v.source.ReadBlob(e.hash(), maxPointer)
	if err != nil {
		return
	}
	p, ok := ParsePointer(data)
	if ok && p.Size == item.size && v.store.LFS().Has(p) {
		item.hash, item.data, item.state = e.hash(), data, itemIndexed
	}
}

// refused names what git itself would not take.
func (v *visitor) refused(name string, kind fileKind) bool {
	err := ValidName(name)
	if err == nil && kind == kindLink {
		err = validLink(name)
	}
	if err != nil {
		v.leave(name, 0, "git does not allow this name")
	}
	return err != nil
}

func (v *visitor) leave(name string, size int64, reason string) {
	v.notes.leaveOut(LeftOut{Path: v.folder.path + strings.Clone(name), Size: size, Reason: reason})
}

// untracked deals with a name that the index does not have.
func (v *visitor) untracked(name string, kind fileKind) {
	var st fileStat
	if kind == kindUnknown {
		if v.dir.stat(name, &st) != nil {
			return
		}
		kind = st.kind
	}
	switch {
	case kind == kindFolder:
		v.untrackedFolder(name)
	case !v.wanted(name):
	case kind == kindOther:
		v.notes.note("%q is a FIFO, socket or device: it is not in the snapshot", v.folder.path+name)
	case v.refused(name, kind):
	default:
		v.untrackedFile(name, kind, &st)
	}
}

// wanted reports whether an untracked file is to be taken.
func (v *visitor) wanted(name string) bool {
	f := v.folder
	if f.mode == takeEvery || len(v.include) == 0 && f.ignore == nil {
		return f.mode != takeSome
	}
	path := f.path + name
	if f.mode == takeAll && !f.ignore.ignored(path, false) {
		return true
	}
	return v.includes(path, false)
}

func (v *visitor) untrackedFolder(name string) {
	f := v.folder
	mode := v.childMode(f.path+name, takeTracked)
	if mode == takeTracked || v.owned(f.path+name) {
		return
	}
	if ValidName(name) != nil {
		v.leave(name+"/", 0, "git does not allow this name")
		return
	}
	child := v.child(strings.Clone(name), nil)
	child.mode = mode
	if v.options.Plain && isEnvironment(v.file(child.path)) {
		return
	}
	v.add(snapshotItem{name: child.name(), mode: filemode.Dir, folder: child, fresh: true})
}

func (v *visitor) untrackedFile(name string, kind fileKind, st *fileStat) {
	v.changed.Store(true)
	if v.fresh.Add(1) > 2*maxUntrackedFiles {
		v.notes.count(1)
		return
	}
	if st.kind == kindUnknown && v.dir.stat(name, st) != nil || st.kind != kind {
		return // vanished, or something else took its place
	}
	if secret := v.options.Secret; secret != nil {
		if reason := secret(v.folder.path + name); reason != "" {
			v.leave(name, st.size, reason)
			return
		}
	}
	item := snapshotItem{name: strings.Clone(name), mode: v.stats.mode(st, nil), state: itemToHash, size: st.size, mtime: st.mtime, fresh: true}
	if limit := v.options.MaxFile; limit >= 0 && st.size > limit {
		v.leave(name, st.size, "larger than exprec.maxFileSize")
		return
	}
	if kind == kindFile {
		item.lfs = v.folder.attributes.conversion(v.folder.path+name) == convertLFS
	}
	v.add(item)
}

// absent takes from the index what is not on disk by intention: files that
// the sparse checkout leaves out. Others that are missing were deleted.
func (v *visitor) absent() {
	f := v.folder
	if f.index == nil {
		return
	}
	for at, e := range f.index.entries {
		if !v.seen[at] && !e.skipWorktree() {
			v.changed.Store(true)
		}
		if !v.seen[at] && e.skipWorktree() && v.stats.wholeHash && ValidName(e.path[f.index.prefix:]) == nil {
			f.items[at] = snapshotItem{name: e.path[f.index.prefix:], mode: e.mode(), hash: e.hash(), state: itemIndexed, size: int64(e.uint32(indexSize))}
		}
	}
	if !v.skips {
		return
	}
	there := map[string]bool{}
	for i := range f.items {
		if f.items[i].folder != nil || f.items[i].state != itemLeftOut {
			there[f.items[i].name] = true
		}
	}
	for name, below := range f.index.folders {
		switch {
		case there[name] || ValidName(name) != nil:
		case below.sparse != nil:
			v.add(snapshotItem{name: name, mode: filemode.Dir, hash: below.sparse.hash(), state: itemIndexed})
		default:
			child := v.child(name, below)
			child.mode = takeGhost
			v.add(snapshotItem{name: name, mode: filemode.Dir, folder: child})
		}
	}
}
