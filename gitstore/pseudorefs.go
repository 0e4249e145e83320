package gitstore

import (
	"os"
	"path/filepath"
	"strings"
)

// unfinished are the files in which git keeps, beside refs and logs, what a
// merge, a rebase, a cherry-pick or a fetch is at, or may go back to.
var unfinished = []string{"*_HEAD", "AUTO_MERGE", "rebase-merge/*", "rebase-apply/*", "sequencer/*", "BISECT_*"}

// pseudoRefs are the objects that such files of all work trees name. Git does
// not count them when it lists what is reached.
func (s *Store) pseudoRefs() []Hash {
	dirs := []string{s.dir}
	if linked, err := filepath.Glob(filepath.Join(s.dir, "worktrees", "*")); err == nil {
		dirs = append(dirs, linked...)
	}
	if s.repo != nil && s.repo.GitDir != s.dir {
		dirs = append(dirs, s.repo.GitDir)
	}
	var found []Hash
	for _, dir := range dirs {
		for _, pattern := range unfinished {
			files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
			if err != nil {
				continue
			}
			for _, file := range files {
				found = append(found, s.named(file)...)
			}
		}
	}
	return found
}

// named are the objects of the store that the words of a small file name.
func (s *Store) named(file string) []Hash {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, err := readBounded(file, maxConfigFile)
	if err != nil {
		return nil
	}
	var found []Hash
	for word := range strings.FieldsSeq(string(text)) {
		if h, ok := parseHash(word); ok && s.Has(h) {
			found = append(found, h)
		}
	}
	return found
}
