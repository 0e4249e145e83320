package environ

import (
	"context"
	"os"
	"slices"
	"strings"
)

// packageSet collects packages; the first version of a name counts, as it does
// when a program looks for one.
type packageSet struct {
	ctx      context.Context   // that the search runs under
	versions map[string]string // by name
	names    map[string]bool   // in the form in which names are compared
}

func newPackageSet(ctx context.Context) *packageSet {
	return &packageSet{ctx: ctx, versions: map[string]string{}, names: map[string]bool{}}
}

// full reports whether it is no use to look for more.
func (s *packageSet) full() bool { return len(s.versions) >= maxPackages || s.ctx.Err() != nil }

// add takes a package whose name is compared as Python does.
func (s *packageSet) add(name, version string) {
	if plain := comparable(name); !s.names[plain] && s.addExact(name, version) {
		s.names[plain] = true
	}
}

// addExact takes a package; what cannot be one's name or version is left out.
func (s *packageSet) addExact(name, version string) bool {
	if _, known := s.versions[name]; known || !plainWord(name) || !plainWord(version) || s.full() {
		return false
	}
	s.versions[name] = version
	return true
}

// lines are the packages, "name==version" each, sorted.
func (s *packageSet) lines() []string {
	var lines []string
	for name, version := range s.versions {
		lines = append(lines, name+"=="+version)
	}
	slices.Sort(lines)
	return lines
}

// comparable is the form in which Python compares names.
func comparable(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
}

// plainWord reports whether a text can stand in a line of its own: printable
// ASCII without spaces, and not too long.
func plainWord(text string) bool {
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return text != "" && len(text) <= 200
}

// headerField is the value of "Name: value" among the lines before the first
// empty one.
func headerField(head []byte, name string) string {
	for line := range strings.Lines(string(head)) {
		if strings.TrimSpace(line) == "" {
			break
		}
		if key, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(key, name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// maxEntries bounds how many names of a folder are read.
const maxEntries = 50_000

// folderNames are the names in a folder, sorted, nil where there is none.
func folderNames(dir string) []string {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.IsDir() {
		return nil
	}
	names, _ := f.Readdirnames(maxEntries)
	slices.Sort(names)
	return names
}
