package gitstore

import (
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// indexFolder is the tracked content of one folder.
type indexFolder struct {
	entries []*indexEntry // files, links and submodules, sorted by name
	prefix  int           // length of the folder's path, with its slash
	folders map[string]*indexFolder
	sparse  *indexEntry // the folder is one entry of a sparse index
}

// tree arranges the entries by folder. Of a conflict the first stage stands
// for the path.
func (x *index) tree() *indexFolder {
	root := &indexFolder{}
	at, path := []*indexFolder{root}, ""
	for i := range x.entries {
		e := &x.entries[i]
		if i > 0 && x.entries[i-1].path == e.path {
			continue
		}
		for !strings.HasPrefix(e.path, path) {
			at = at[:len(at)-1]
			path = path[:at[len(at)-1].prefix]
		}
		for {
			slash := strings.IndexByte(e.path[len(path):], '/')
			if slash < 0 {
				break
			}
			name := e.path[len(path) : len(path)+slash]
			path = e.path[:len(path)+slash+1]
			at = append(at, at[len(at)-1].folder(name, len(path)))
		}
		here := at[len(at)-1]
		if len(path) == len(e.path) { // "folder/" of a sparse index
			if e.mode() == filemode.Dir {
				here.sparse = e
			}
			continue
		}
		here.entries = append(here.entries, e)
	}
	return root
}

func (f *indexFolder) folder(name string, prefix int) *indexFolder {
	if found := f.folders[name]; found != nil {
		return found
	}
	if f.folders == nil {
		f.folders = map[string]*indexFolder{}
	}
	made := &indexFolder{prefix: prefix}
	f.folders[name] = made
	return made
}

// find gives the place of a name among the entries, -1 where it is not
// tracked as a file.
func (f *indexFolder) find(name string) int {
	low, high := 0, len(f.entries)
	for low < high {
		middle := (low + high) / 2
		if f.entries[middle].path[f.prefix:] < name {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(f.entries) && f.entries[low].path[f.prefix:] == name {
		return low
	}
	return -1
}
