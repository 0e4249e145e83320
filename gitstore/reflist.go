package gitstore

import (
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/exprec/exprec/gitstore/stamps"
)

// RefList is the refs below a prefix as they stood at a moment, for those who
// ask again and again. It is not to be changed.
type RefList struct {
	Refs []Ref // sorted by name

	stamps *stamps.Set
}

// maxStamps is how many files of refs are looked at one by one. Beyond it the
// folders must do: whoever writes a ref as git does renames a file, which
// leaves a new time on its folder.
const maxStamps = 1000

// RefsSince lists the refs below a prefix that ends with a slash, as
// [Store.Refs] does. Where nothing has changed since an earlier list it is that
// list, at the cost of looking at a few files. The earlier one may be nil.
func (s *Store) RefsSince(prefix string, known *RefList) (*RefList, error) {
	if known == nil {
		known = &RefList{}
	}
	if known.stamps.Hold() {
		return known, nil
	}
	list := &RefList{stamps: stamps.New()}
	refs, err := s.readRefs(prefix, list.stamps.Add)
	if err != nil {
		return nil, err
	}
	if list.stamps.Len() > maxStamps {
		list.stamps.Forget(func(path string, info fs.FileInfo) bool {
			return info != nil && !info.IsDir() && filepath.Base(path) != packedRefsFile
		})
	}
	list.stamps.After(known.stamps)
	if list.Refs = refs; slices.Equal(refs, known.Refs) {
		list.Refs = known.Refs
	}
	return list, nil
}

// Same reports whether two lists have the same refs.
func (l *RefList) Same(other *RefList) bool {
	if l == nil || other == nil || len(l.Refs) != len(other.Refs) {
		return false
	}
	return len(l.Refs) == 0 || &l.Refs[0] == &other.Refs[0] || slices.Equal(l.Refs, other.Refs)
}
