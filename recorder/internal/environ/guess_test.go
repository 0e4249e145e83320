package environ

import (
	"path/filepath"
	"testing"
)

func TestGuess(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	python := write(t, filepath.Join(dir, "python3.11"), "\x7fELF", 0o755)
	tool := write(t, filepath.Join(dir, "pytest"), "#!"+python+"\n", 0o755)
	write(t, filepath.Join(dir, "tox"), "#!"+python+"\n", 0o755)
	write(t, filepath.Join(dir, "trainer"), "\x7fELF", 0o755)
	for _, c := range []struct {
		args     []string
		path     string
		language Language
	}{
		{[]string{"python3.11", "train.py"}, "", Python},
		{[]string{"pytest", "-x"}, "", Python},
		{[]string{"x"}, tool, Python},
		{[]string{"trainer"}, "", ""},
		{[]string{"tox", "-x"}, "", ""},
		{[]string{"none"}, "", ""},
		{nil, "", ""},
	} {
		p, ok := Guess(c.args, c.path)
		if ok != (c.language != "") || ok && p.Language != c.language || ok && (p.Exe != python || p.Started() != python) {
			t.Errorf("%q (%s) is taken for %s by %s, want %s", c.args, c.path, p.Language, p.Exe, c.language)
		}
	}
}
