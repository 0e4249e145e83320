package gitstore_test

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"pgregory.net/rapid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// How many objects one draw makes: git looks at all of them in one go.
const (
	treeBatch   = 20
	commitBatch = 10
)

// onPurpose is what git fsck --strict calls an error and the store reads: git
// itself lets people commit folders of these names, and they are their data.
var onPurpose = []string{"gitmodulesBlob", "gitattributesBlob"}

// compared is a repository for objects that the store takes; git judges them.
type compared struct {
	dir            string
	store          *gitstore.Store
	taken, refused int
	tried          map[string]string // content by name
}

func newCompared(t *testing.T) *compared {
	dir := gitstoretest.Init(t)
	return &compared{dir: dir, store: open(t, dir), tried: map[string]string{}}
}

// try stores an object as a file and keeps it if the store reads it.
func (c *compared) try(kind plumbing.ObjectType, data []byte, read func(gitstore.Hash) error) {
	h := plumbing.ComputeHash(kind, data)
	file := filepath.Join(c.dir, ".git", "objects", h.String()[:2], h.String()[2:])
	if _, err := os.Stat(file); err == nil {
		return
	}
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	must(z.Write(append([]byte(kind.String()+" "+strconv.Itoa(len(data))+"\x00"), data...)))
	if err := z.Close(); err != nil {
		panic(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		panic(err)
	}
	if read(h) == nil {
		c.taken++
		c.tried[h.String()] = string(data)
		return
	}
	c.refused++
	if err := os.Remove(file); err != nil {
		panic(err)
	}
}

var told = regexp.MustCompile(`^(error|warning) in \w+ ([0-9a-f]{40}): (\w+): `)

// judge asks git about everything that was taken. A warning that is one with
// --strict too is no refusal.
func (c *compared) judge(t *testing.T) {
	t.Helper()
	out, _ := gitstoretest.Run(c.dir, "", "fsck", "--strict", "--full", "--no-dangling", "--no-progress")
	shown := 0
	for line := range strings.Lines(out) {
		found := told.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "notice: "):
		case found == nil:
			t.Errorf("git says: %s", line)
		case found[1] == "warning" || slices.Contains(onPurpose, found[3]):
		case shown < 20:
			shown++
			content := c.tried[found[2]]
			t.Errorf("the store reads what git refuses: %s%q", line, content)
		}
	}
	if c.taken < 50 || c.refused < 50 {
		t.Errorf("too little was compared: %d objects taken, %d refused", c.taken, c.refused)
	}
}

// Names of entries: plain ones that a sort can go wrong with, and those that
// git or a file system takes for something else.
var (
	plainNames = []string{"a", "b", "a.b", "a-b", "a0", "ab", "A", "a\x01", "\xff", "...", "-rf", "\n", "\x1b[31m", "é", "con", "a:b", "x ", "git~2", ".gitignore"}
	weirdNames = []string{
		"a/b", "/a", "a/", "", ".", "..", ".git", ".GIT", ".git ", ".git.", ".git::$INDEX_ALLOCATION", "git~1", "GIT~1",
		".g\u200cit", ".gi\u200dt\ufeff", ".git\xff", "\xff.git", "..\\a", ".git\\a", "a\\.git", "a\\git~1\\b", "\\.git", "a\\b",
		".gitmodules", ".GITMODULES", ".gitmodules ", ".gitmodules:x", ".g\u200citmodules", "gitmod~1", "gitmod~4", "GITMOD~2", "gi7eba~1", "GI7EBA~9", "gi7eb~12",
		".gitattributes", "gitatt~1", ".mailmap", strings.Repeat("n", 5000),
	}
	plainModes = []string{"100644", "100644", "100755", "40000", "40000", "120000", "160000", "100664"}
	weirdModes = []string{"040000", "0100644", "100600", "100666", "644", "0", "", "100645", "100777", "140000", "4000000000040000", "10064a", "+100644", "-1"}
)

type entry struct{ mode, name, target string }

func (e entry) key() string {
	if e.mode == "40000" {
		return e.name + "/"
	}
	return e.name
}

// some draws one of the plain choices, and a weird one once in rarely.
func some(t *rapid.T, rarely int, plain, weird []string) string {
	if rapid.IntRange(1, rarely).Draw(t, "weird") == 1 {
		return rapid.SampledFrom(weird).Draw(t, "weird one")
	}
	return rapid.SampledFrom(plain).Draw(t, "plain one")
}

// drawTree makes the bytes of a tree, often wrong in some way.
func drawTree(t *rapid.T, blob, folder string) []byte {
	entries := make([]entry, rapid.IntRange(0, 5).Draw(t, "entries"))
	for i := range entries {
		e := entry{some(t, 20, plainModes, weirdModes), some(t, 6, plainNames, weirdNames), blob}
		if strings.HasSuffix(e.mode, "40000") {
			e.target = folder
		}
		if rapid.IntRange(1, 40).Draw(t, "null") == 1 {
			e.target = strings.Repeat("0", 40)
		}
		entries[i] = e
	}
	if rapid.IntRange(1, 5).Draw(t, "shuffled") > 1 {
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key(), b.key()) })
	}
	var data []byte
	for _, e := range entries {
		data = append(data, e.mode+" "+e.name+"\x00"...)
		data = append(data, must(hex.DecodeString(e.target))...)
	}
	if rapid.IntRange(1, 12).Draw(t, "cut") == 1 {
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "length")]
	}
	return data
}

// Whatever tree the store reads, git finds in order.
func TestTreesThatAreReadPassFsck(t *testing.T) {
	c := newCompared(t)
	blob := gitstoretest.Object(t, c.dir, "blob", nil)
	folder := gitstoretest.Object(t, c.dir, "tree", nil)
	rapid.Check(t, func(t *rapid.T) {
		for range treeBatch {
			c.try(plumbing.TreeObject, drawTree(t, blob, folder), func(h gitstore.Hash) error {
				_, err := c.store.ReadTree(h)
				return err
			})
		}
	})
	c.judge(t)
}

// drawWho makes the value of an author or committer line.
func drawWho(t *rapid.T) string {
	return some(t, 40, []string{"Ada <ada@example.org>", "A <>", " <a@b>", "é\x1b <\u202e>"},
		[]string{"<a@b>", "Ada<a@b>", "Ada a@b", "Ada <a@b", "Ada a@b>", "A>a <a@b>", "A <<a@b>", "A <a@b>>", "", " ", "A\x00 <a@b>", "A <a\x00@b>"}) +
		some(t, 40, []string{" "}, []string{"", "  ", "\t", "\x00", "> "}) +
		some(t, 40, []string{"1700000000", "0", "1", "9223372036854775807"},
			[]string{"-1", "+1", "01", "00", "", "18446744073709551615", "99999999999999999999", "9223372036854775808", "1.5", "0x1", "1e3", "١"}) +
		some(t, 40, []string{" +0000", " -1234", " +9999"},
			[]string{"", " ", " 0000", " +000", " +00000", "  +0000", " UTC", " +0000 ", " +00:00", " +٠000", "\t+0000", " -0000x"})
}

// drawCommit makes the text of a commit, often wrong in some way.
func drawCommit(t *rapid.T, tree, parent string) []byte {
	badHashes := []string{"", "0", strings.Repeat("0", 40), strings.ToUpper(tree), tree[:39], tree + "0", tree + " ", " " + tree, tree + tree[:24], strings.Repeat("g", 40)}
	lines := []string{"tree " + some(t, 25, []string{tree}, badHashes)}
	for range rapid.IntRange(0, 2).Draw(t, "parents") {
		lines = append(lines, "parent "+some(t, 25, []string{parent}, badHashes))
	}
	lines = append(lines, "author "+drawWho(t), "committer "+drawWho(t))
	extra := []string{
		"encoding latin1", "gpgsig -----BEGIN", " continued", "mergetag object x", "x", "", "tree " + tree, "parent " + parent, "parent x",
		"author A <a@b> 1 +0000", "committer A <a@b> 1 +0000", "author x", "x\x00y", "\r",
	}
	for range rapid.IntRange(0, 2).Draw(t, "extras") {
		at := len(lines)
		if rapid.IntRange(1, 5).Draw(t, "anywhere") == 1 {
			at = rapid.IntRange(0, len(lines)).Draw(t, "place")
		}
		lines = slices.Insert(lines, at, rapid.SampledFrom(extra).Draw(t, "extra"))
	}
	switch n := len(lines); rapid.IntRange(1, 20).Draw(t, "mistake") {
	case 1: // two lines change places
		i, j := rapid.IntRange(0, n-1).Draw(t, "one"), rapid.IntRange(0, n-1).Draw(t, "other")
		lines[i], lines[j] = lines[j], lines[i]
	case 2: // one is there twice
		i := rapid.IntRange(0, n-1).Draw(t, "twice")
		lines = slices.Insert(lines, i, lines[i])
	case 3: // one is missing
		i := rapid.IntRange(0, n-1).Draw(t, "missing")
		lines = slices.Delete(lines, i, i+1)
	case 4: // one has another key
		i := rapid.IntRange(0, n-1).Draw(t, "key")
		lines[i] = some(t, 2, []string{" ", "\t", "x"}, []string{"\n", "\x00"}) + lines[i]
	}
	text := strings.Join(lines, "\n") + some(t, 6, []string{"\n\nmessage\n", "\n\n", "\n\n\n"}, []string{"", "\n", "\n\nnul\x00\n", "\n\r\n", "\r\n\r\n", "\nlast"})
	if rapid.IntRange(1, 12).Draw(t, "cut") == 1 {
		text = text[:rapid.IntRange(0, len(text)).Draw(t, "length")]
	}
	return []byte(text)
}

// Whatever commit the store reads, git finds in order.
func TestCommitsThatAreReadPassFsck(t *testing.T) {
	c := newCompared(t)
	tree := gitstoretest.Object(t, c.dir, "tree", nil)
	parent := gitstoretest.Commit(t, c.dir, tree)
	rapid.Check(t, func(t *rapid.T) {
		for range commitBatch {
			c.try(plumbing.CommitObject, drawCommit(t, tree, parent), func(h gitstore.Hash) error {
				_, err := c.store.ReadCommit(h)
				return err
			})
		}
	})
	c.judge(t)
}
