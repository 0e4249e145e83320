package gitstore

import "strings"

// An ignoreList is the patterns of one ignore file, in its order.
type ignoreList struct {
	base     string // folder of the file below the top, "" or ending in a slash
	patterns []pathPattern
}

func parseIgnore(data []byte, base string, fold bool) *ignoreList {
	list := &ignoreList{base: base}
	for line := range patternLines(data) {
		if line == "" || line[0] == '#' {
			continue
		}
		list.patterns = append(list.patterns, parsePathPattern(trimSpaces(line), fold))
	}
	return list
}

// trimSpaces cuts trailing spaces, but none that a backslash protects.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
		case '\\':
			i++
			if i >= len(line) {
				return line
			}
			end = i + 1
		default:
			end = i + 1
		}
	}
	return line[:end]
}

// last gives the last pattern that fits a path below the top.
func (l *ignoreList) last(path, base string, isFolder bool) *pathPattern {
	relative := path[len(l.base):]
	for i := len(l.patterns) - 1; i >= 0; i-- {
		if l.patterns[i].matches(relative, base, isFolder) {
			return &l.patterns[i]
		}
	}
	return nil
}

// ignoreRules is the chain of ignore lists that hold in one folder: its own
// file first, then those of the folders above, then the repository's
// info/exclude, then the user's own file.
type ignoreRules struct {
	list   *ignoreList
	parent *ignoreRules
}

func (r *ignoreRules) with(list *ignoreList) *ignoreRules {
	if list == nil || len(list.patterns) == 0 {
		return r
	}
	return &ignoreRules{list: list, parent: r}
}

// ignored reports whether the rules ignore a path whose folder is not ignored
// itself: the first list with a pattern that fits decides.
func (r *ignoreRules) ignored(path string, isFolder bool) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	for ; r != nil; r = r.parent {
		if p := r.list.last(path, base, isFolder); p != nil {
			return !p.negative
		}
	}
	return false
}
