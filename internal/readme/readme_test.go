package readme

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const top = "../.."

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// declared gives the names of all test functions below the top.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	names := map[string]bool{}
	err := fs.WalkDir(os.DirFS(top), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(top, path))
		for _, match := range function.FindAllSubmatch(text, -1) {
			names[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestNamedTestsExist(t *testing.T) {
	names := declared(t)
	found := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)\\w+)`").FindAllStringSubmatch(readme(t), -1)
	if len(found) < 8 {
		t.Errorf("README names %d tests, every one of the eight promises needs one", len(found))
	}
	for _, match := range found {
		if !names[match[1]] {
			t.Errorf("README names %s, which does not exist", match[1])
		}
	}
}

func TestLinkedFilesExist(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllStringSubmatch(readme(t), -1)
	if len(links) == 0 {
		t.Error("README has no link")
	}
	for _, link := range links {
		if _, err := os.Stat(filepath.Join(top, link[1])); err != nil {
			t.Errorf("README links to %s: %v", link[1], err)
		}
	}
}

// TestGoCodeRuns builds every Go program in README and runs it in a repository
// of its own, where it must succeed.
func TestGoCodeRuns(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) == 0 {
		t.Error("README has no Go code")
	}
	for _, block := range blocks {
		dir := t.TempDir()
		source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
		if err := os.WriteFile(source, []byte(block[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, ".", "go", "build", "-o", program, source)
		run(t, dir, "git", "init", "-q")
		run(t, dir, program)
		if runs := run(t, dir, "git", "for-each-ref", "refs/exprec/"); strings.Count(runs, "\n") != 1 {
			t.Errorf("the program recorded %q, want one run", runs)
		}
	}
}

func run(t *testing.T, dir, name string, arguments ...string) string {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir, command.Env = dir, os.Environ()
	if name == "go" {
		command.Env = append(command.Env, "CGO_ENABLED=0") // as other tests build: packages are compiled once
	}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
