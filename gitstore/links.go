package gitstore

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

const (
	maxLinkHops = 40 // as many links as Linux follows
)

// linkMap is the symbolic links of a tree, by path.
type linkMap map[string]string

func (l linkMap) paths() []string { return slices.Sorted(maps.Keys(l)) }

// inside reports whether following a link stays below the top, whatever other
// links it passes. Looking at the text alone would not do: behind a link to
// the folder above, `..` leads further up than it says.
func (l linkMap) inside(path string) bool {
	hops := 0
	_, ok := l.follow(parentParts(path), l[path], &hops)
	return ok
}

func parentParts(path string) []string {
	parts := strings.Split(path, "/")
	return parts[:len(parts)-1]
}

// follow walks from a folder, given as its names below the top, along a
// target. It says where that ends, and whether it never left the top.
func (l linkMap) follow(at []string, target string, hops *int) ([]string, bool) {
	if target == "" || target[0] == '/' || strings.ContainsRune(target, 0) || filepath.IsAbs(target) || filepath.VolumeName(target) != "" {
		return nil, false
	}
	at = slices.Clone(at)
	for name := range strings.SplitSeq(filepath.ToSlash(target), "/") {
		switch name {
		case "", ".":
			continue
		case "..":
			if len(at) == 0 {
				return nil, false
			}
			at = at[:len(at)-1]
			continue
		}
		next, isLink := l[strings.Join(append(at, name), "/")]
		if !isLink {
			at = append(at, name)
			continue
		}
		if *hops++; *hops > maxLinkHops {
			return nil, false
		}
		var ok bool
		if at, ok = l.follow(at, next, hops); !ok {
			return nil, false
		}
	}
	return at, true
}
