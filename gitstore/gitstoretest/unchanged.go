package gitstoretest

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ours are the refs that may change, and the folders where files may come and
// go; .exprec is the one at the top of the work tree.
const (
	ourRefs   = "refs/exprec"
	ourFolder = "exprec"
	ourMirror = ".exprec"
)

// Unchanged takes down the state of a repository and gives a function that
// fails the test where anything of it has changed since: HEAD, index, every ref
// that is not exprec's, stash, logs, config, hooks, and every file of the work
// tree with its mode and its time. Use it as
//
//	defer gitstoretest.Unchanged(t, dir)()
func Unchanged(t testing.TB, dir string) func() {
	t.Helper()
	before := state(t, dir)
	return func() {
		t.Helper()
		Compare(t, before, state(t, dir))
	}
}

// Compare fails the test for every difference between two states.
func Compare(t testing.TB, before, after map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(before)) {
		now, ok := after[name]
		switch {
		case !ok:
			t.Errorf("%s is gone", name)
		case now != before[name]:
			t.Errorf("%s changed from\n%s\nto\n%s", name, before[name], now)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[name]; !ok {
			t.Errorf("%s is new", name)
		}
	}
}

// state describes everything that must not change.
func state(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	gitDir := Git(t, dir, "rev-parse", "--absolute-git-dir")
	common := Git(t, dir, "rev-parse", "--git-common-dir")
	if !filepath.IsAbs(common) {
		common = filepath.Join(dir, common)
	}
	for _, root := range slices.Compact([]string{gitDir, filepath.Clean(common)}) {
		walk(t, "git directory ", root, found, func(path string) bool {
			return path == "objects" || path == ourFolder || path == "lfs" || path == "refs" || path == "packed-refs"
		})
	}
	refs, err := Run(dir, "", "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
	check(t, err)
	for line := range strings.Lines(refs) {
		name, value, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(name, ourRefs+"/") && !strings.HasPrefix(name, ourRefs+"-") {
			found["the ref "+name] = value
		}
	}
	if top, err := Run(dir, "", "rev-parse", "--show-toplevel"); err == nil {
		walk(t, "work tree ", strings.TrimSpace(top), found, func(path string) bool { return path == ".git" || path == ourMirror })
	}
	return found
}

// walk describes every file below root but those skipped.
func walk(t testing.TB, label, root string, found map[string]string, skip func(string) bool) {
	t.Helper()
	check(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, err := filepath.Rel(root, file)
		if err != nil || path == "." {
			return err
		}
		if skip(filepath.ToSlash(path)) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		found[label+path], err = describe(file, d)
		return err
	}))
}

func describe(file string, d fs.DirEntry) (string, error) {
	info, err := d.Info()
	if err != nil {
		return "", err
	}
	switch {
	case d.IsDir():
		return info.Mode().String(), nil
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(file)
		return "link to " + target, err
	case !info.Mode().IsRegular():
		return info.Mode().String(), nil
	}
	data, err := os.ReadFile(file)
	when := info.ModTime().UTC().String()
	if strings.HasPrefix(d.Name(), "sharedindex.") {
		when = "any time" // git itself gives it a new one whenever it reads it
	}
	return fmt.Sprintf("%s %d bytes of %s %x", info.Mode(), len(data), when, sha256.Sum256(data)), err
}
