package gitstore

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

func TestValidNameKnowsTheGitDirectoryInDisguise(t *testing.T) {
	bad := []string{
		"", ".", "..", ".git", ".GIT", ".gIt", "git~1", "GIT~1", ".git.", ".git ", ".git . .", ".git:x", ".git::$INDEX_ALLOCATION", "git~1.",
		"a/b", "/a", "a\x00", ".g\u200cit", "\u200d.git", ".git\ufeff", ".GI\u202aT", "x\\.git", "x\\git~1 ", ".git\\hooks", ".git\xff",
	}
	for _, name := range bad {
		if ValidName(name) == nil {
			t.Errorf("%q is allowed", name)
		}
	}
	for _, name := range []string{".gitignore", ".gitx", "git", "git~2", "...", ". ", "a\\b", "\xff", "-rf", "CON", "\x1b[31m", "\n", ".gi", "x.git", ".github", ".git-blame"} {
		if err := ValidName(name); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
}

// M11: whatever name is allowed, git's own strict check allows too.
func TestValidNameAllowsNothingThatGitRefuses(t *testing.T) {
	dir := gitstoretest.Init(t)
	blob := hostileBlob(t, dir, "x")
	pieces := []string{".git", "git", ".GIT", "~1", "git~1", ".", "..", " ", ":", "$DATA", "\\", "\u200c", "\ufeff", "\u206a", "\xff", "\xe2\x80", "modules", "x", "é", "gitmod", "hooks"}
	r := rand.New(rand.NewPCG(3, 5))
	names := map[string]bool{}
	for range 5000 {
		name := ""
		for range 1 + r.IntN(4) {
			name += pieces[r.IntN(len(pieces))]
		}
		// git reads a file that it takes for .gitmodules, whatever its name is
		// allowed to be; here it is about names.
		if ValidName(name) == nil && validLink(name) == nil {
			names[name] = true
		}
	}
	var entries []TreeEntry
	for name := range names {
		entries = append(entries, TreeEntry{name, filemode.Regular, blob})
	}
	slices.SortFunc(entries, func(a, b TreeEntry) int { return compareTreeNames(a.Name, false, b.Name, false) })
	tree := hostileTree(t, dir, entries...)
	commit := gitstoretest.Git(t, dir, "commit-tree", "-m", "names", tree.String())
	gitstoretest.Git(t, dir, "update-ref", "refs/exprec/names", commit)
	gitstoretest.Fsck(t, dir)
	if len(entries) < 500 {
		t.Errorf("only %d names were allowed", len(entries))
	}
}
