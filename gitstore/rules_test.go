package gitstore

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// ruleWords are what random patterns and paths are made of: few letters, so
// that they meet, and everything with a meaning.
func ruleWords() []string {
	return []string{
		"a", "b", "ab", "ba", "A", "a.b", ".a", "a b", "é", "!a", "#a",
		"*", "**", "?", "a*", "*b", "a*b", "*.b", "[ab]", "[!a]", "[a-b]b", "[^b]", "[]a]", "[[:alpha:]]", "[[:space:]]", "[a", `\a`, `\*`, `a\`, "[[:nope:]]", "[a-]", "a**", "**b", "a?b",
	}
}

func randomPattern(r *rand.Rand) string {
	var p strings.Builder
	if r.IntN(5) == 0 {
		p.WriteString("!")
	}
	if r.IntN(4) == 0 {
		p.WriteString("/")
	}
	words := ruleWords()
	for i := range 1 + r.IntN(3) {
		if i > 0 {
			p.WriteString("/")
		}
		p.WriteString(words[r.IntN(len(words))])
	}
	if r.IntN(4) == 0 {
		p.WriteString("/")
	}
	if r.IntN(8) == 0 {
		p.WriteString([]string{" ", `\ `, "\t", "\r", "  "}[r.IntN(5)])
	}
	return p.String()
}

func randomRules(r *rand.Rand, line func(*rand.Rand) string) string {
	var out strings.Builder
	if r.IntN(10) == 0 {
		out.WriteString("\xef\xbb\xbf")
	}
	for range 1 + r.IntN(5) {
		out.WriteString(line(r))
		out.WriteString("\n")
	}
	return strings.TrimSuffix(out.String(), strings.Repeat("\n", r.IntN(2)))
}

// ruleTree makes folders and files whose names the patterns speak of.
func ruleTree(t testing.TB, dir string) []string {
	t.Helper()
	names := []string{"a", "b", "ab", "A", "a.b", ".a", "a b", "é", "!a", "#a", "a ", "bab"}
	var paths []string
	for _, name := range names {
		paths = append(paths, name+".f", "e/"+name)
		for _, deeper := range []string{"a", "b", "ab"} {
			paths = append(paths, name+"/"+deeper, name+"/ba/"+deeper, "d/ab/"+name+"/"+deeper)
		}
	}
	for _, path := range paths {
		gitstoretest.Write(t, dir, path, "x")
	}
	return paths
}

// The same files are ignored as by git, for random patterns in every place
// that git reads them from.
func TestIgnoreIsGits(t *testing.T) {
	dir := gitstoretest.Init(t)
	ruleTree(t, dir)
	home := os.Getenv("HOME")
	places := []string{
		filepath.Join(dir, ".gitignore"), filepath.Join(dir, "a/.gitignore"), filepath.Join(dir, "d/ab/.gitignore"),
		filepath.Join(dir, ".git/info/exclude"), filepath.Join(home, ".config/git/ignore"), filepath.Join(home, "own"),
	}
	// Some files are tracked, which no pattern can undo.
	gitstoretest.Git(t, dir, "add", "-f", "b/ba/b", "d/ab/ab/a", "b.f")
	store, repo := openStore(t, dir)
	for round := range 250 {
		r := rand.New(rand.NewPCG(7, uint64(round)))
		var rules []string
		for _, place := range places {
			os.Remove(place)
			if r.IntN(2) == 0 {
				text := randomRules(r, randomPattern)
				rules = append(rules, fmt.Sprintf("%s: %q", place, text))
				check(t, os.MkdirAll(filepath.Dir(place), 0o755))
				check(t, os.WriteFile(place, []byte(text), 0o644))
			}
		}
		args := []string{"-c", "core.x=y"}
		repo.Config.entries = slices.DeleteFunc(repo.Config.entries, func(e configEntry) bool {
			return e.key == "core.excludesfile" || e.key == "core.ignorecase"
		})
		if r.IntN(3) == 0 {
			args = append(args, "-c", "core.excludesFile=~/own")
			repo.Config.entries = append(repo.Config.entries, configEntry{key: "core.excludesfile", value: "~/own"})
		}
		if r.IntN(4) == 0 {
			args = append(args, "-c", "core.ignoreCase=true")
			repo.Config.entries = append(repo.Config.entries, configEntry{key: "core.ignorecase", value: "true"})
		}
		out, err := gitstoretest.Run(dir, "", append(args, "ls-files", "-z", "-o", "-c", "--exclude-standard")...)
		check(t, err)
		want := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
		slices.Sort(want)
		s, err := store.Snapshot(t.Context(), repo, dir, SnapshotOptions{compare: true})
		check(t, err)
		found := map[string]*snapshotItem{}
		s.root.files(found)
		if got := sortedPaths(found); !slices.Equal(got, want) {
			t.Fatalf("round %d, %q\n%s\nonly here: %q\nonly git: %q", round, args, strings.Join(rules, "\n"), minus(got, want), minus(want, got))
		}
	}
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func randomAttributes(r *rand.Rand) string {
	pattern := strings.TrimRight(randomPattern(r), " \t\r\\")
	if strings.ContainsAny(pattern, " ") || pattern == "" {
		pattern = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pattern) + `"`
	}
	if r.IntN(6) == 0 {
		pattern = []string{"[attr]mine", "[attr]other", "# note"}[r.IntN(3)]
	}
	words := []string{"text", "-text", "!text", "text=auto", "crlf", "-crlf", "crlf=input", "eol=lf", "eol=crlf", "ident", "-ident", "filter=lfs", "filter=x", "-filter",
		"working-tree-encoding=UTF-16", "binary", "-binary", "!binary", "mine", "other", "-mine", "diff", "export-ignore"}
	line := pattern
	for range 1 + r.IntN(3) {
		line += []string{" ", "\t", "  "}[r.IntN(3)] + words[r.IntN(len(words))]
	}
	return line
}

// The same attributes hold as for git.
func TestAttributesAreGits(t *testing.T) {
	dir := gitstoretest.Init(t)
	paths := ruleTree(t, dir)
	home := os.Getenv("HOME")
	places := []string{
		filepath.Join(dir, ".gitattributes"), filepath.Join(dir, "a/.gitattributes"), filepath.Join(dir, "d/ab/.gitattributes"),
		filepath.Join(dir, ".git/info/attributes"), filepath.Join(home, ".config/git/attributes"),
	}
	store, repo := openStore(t, dir)
	for round := range 200 {
		r := rand.New(rand.NewPCG(11, uint64(round)))
		var rules []string
		for _, place := range places {
			os.Remove(place)
			if r.IntN(2) == 0 {
				text := randomRules(r, randomAttributes)
				rules = append(rules, fmt.Sprintf("%s: %q", place, text))
				check(t, os.MkdirAll(filepath.Dir(place), 0o755))
				check(t, os.WriteFile(place, []byte(text), 0o644))
			}
		}
		args := append([]string{"check-attr", "--stdin", "-z"}, attrNames()...)
		out := gitstoretest.GitInput(t, dir, strings.Join(paths, "\x00")+"\x00", args...)
		want := strings.Split(out, "\x00")
		w, root, err := store.newWalk(t.Context(), repo, dir, SnapshotOptions{}.withDefaults())
		check(t, err)
		at := 0
		for _, path := range paths {
			values := attributesOf(w, root, path)
			for i, name := range attrNames() {
				if got := readable(values[i]); want[at] != path || want[at+1] != name || want[at+2] != got {
					t.Fatalf("round %d: %s of %q is %q, git says %q\n%s", round, name, path, got, want[at:at+3], strings.Join(rules, "\n"))
				}
				at += 3
			}
		}
	}
}

// attributesOf goes down to a path as the walk does.
func attributesOf(w *walk, f *snapshotFolder, path string) [attrCount]string {
	rules := f.attributes
	for i := range path {
		if path[i] == '/' {
			base := path[:i+1]
			if data := readRuleFile(w.file(base + ".gitattributes")); data != nil {
				rules = rules.with(rules.table.parse(data, base, false))
			}
		}
	}
	return rules.values(path)
}

func readable(value string) string {
	switch value {
	case attrSet:
		return "set"
	case attrUnset:
		return "unset"
	case attrNone, attrUnknown:
		return "unspecified"
	}
	return value
}

// Matching takes bounded time whatever the pattern, and never panics.
func FuzzGlob(f *testing.F) {
	f.Add("a*b**/c[a-z]?", "ab/c")
	f.Add(strings.Repeat("*a", 50), strings.Repeat("a", 300))
	f.Add("**/"+strings.Repeat("**/a/", 30), strings.Repeat("a/", 200))
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 1000 {
			return
		}
		p := parsePathPattern(pattern, len(text)%2 == 0)
		p.matches(text, text[strings.LastIndexByte(text, '/')+1:], true)
	})
}
