package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run writes a module with the given test file, runs go test on it and reads
// the events, so that the test sees what today's go really prints.
func run(t *testing.T, source string) (*report, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module sample\n\ngo 1.26\n", "sample_test.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", "test", "-json", "./...")
	command.Dir = dir
	events, err := command.Output() // its exit code is not ours: the events say it
	if len(events) == 0 {
		t.Fatalf("go test printed nothing: %v", err)
	}
	var out strings.Builder
	r, err := read(strings.NewReader(string(events)), &out)
	if err != nil {
		t.Fatal(err)
	}
	r.summary(&out)
	return r, out.String()
}

func TestReport(t *testing.T) {
	const head = "package sample\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar _ = os.Args\n\n"
	for name, c := range map[string]struct {
		source string
		good   bool
		want   []string
	}{
		"passes": {
			head + `func TestA(t *testing.T) { t.Run("b", func(t *testing.T) {}) }`, true,
			[]string{"ok  \tsample", "\n2 passed, 0 failed, 0 skipped\n"},
		},
		"skips": {
			head + "func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { t.Skip(\"no such tool\") }", false,
			[]string{"no such tool", "SKIP sample TestB", "\n1 passed, 0 failed, 1 skipped\n"},
		},
		"fails": {
			head + "func TestA(t *testing.T) { t.Error(\"wrong sum\") }", false,
			[]string{"wrong sum", "FAIL sample", "\n0 passed, 1 failed, 0 skipped\n"},
		},
		"does not build": {
			head + "func TestA(t *testing.T) { missing() }", false,
			[]string{"undefined: missing", "FAIL sample", "no test ran"},
		},
		"dies": {
			head + "func TestA(t *testing.T) { println(\"last words\"); os.Exit(3) }", false,
			[]string{"last words", "FAIL sample", "0 passed, 1 failed"},
		},
		"has none": {
			head, false, []string{"no test ran", "\n0 passed, 0 failed, 0 skipped\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, out := run(t, c.source)
			if r.good() != c.good {
				t.Errorf("good is %v, want %v", r.good(), c.good)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is missing in:\n%s", want, out)
				}
			}
		})
	}
}
