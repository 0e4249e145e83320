package environ

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestExecutableIsWhatRunsInTheEnd(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	plain := write(t, filepath.Join(dir, "plain"), "#!"+sh+"\ntrue\n", 0o755)
	write(t, filepath.Join(dir, "byenv"), "#!/usr/bin/env -S A=1 plain -x\n", 0o755)
	loop := write(t, filepath.Join(dir, "loop"), "#!"+filepath.Join(dir, "loop")+"\n", 0o755)
	for _, c := range []struct {
		args []string
		path string
		want string
	}{
		{[]string{"sh", "-c", "true"}, "", sh},
		{[]string{"plain"}, "", sh},
		{[]string{"byenv", "3"}, "", sh},
		{[]string{"x"}, plain, sh},
		{[]string{"env", "-u", "B", "A=2", "plain"}, "", sh},
		{[]string{"loop"}, "", loop},
		{[]string{"not-there"}, "", ""},
		{nil, "", ""},
		{[]string{"x"}, dir, ""},
	} {
		got := ""
		if exe := Executable(c.args, c.path); exe != nil {
			got = exe.Path
			if exe.Modified.IsZero() {
				t.Errorf("%q has no time", c.args)
			}
		}
		if got != c.want {
			t.Errorf("%q (%s) runs %q, want %q", c.args, c.path, got, c.want)
		}
	}
}

func TestAfterEnv(t *testing.T) {
	for _, c := range [][2][]string{
		{{"-S", "python3", "-u"}, {"python3", "-u"}},
		{{"-Spython3 -u"}, {"python3", "-u"}},
		{{"-i", "A=1", "--", "-x"}, {"-x"}},
		{{"-u"}, nil},
		{{"A=1"}, nil},
	} {
		if got := afterEnv(c[0]); !slices.Equal(got, c[1]) {
			t.Errorf("env %q starts %q, want %q", c[0], got, c[1])
		}
	}
}

func TestCompiled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := write(t, filepath.Join(dir, "train"), "#!/bin/sh\n", 0o755)
	python := write(t, filepath.Join(dir, "python3.11"), "\x7fELF", 0o755)
	rust := write(t, filepath.Join(dir, "trainer"), "\x7fELF", 0o755)
	for path, want := range map[string]bool{self: true, script: false, python: false, rust: true, dir: false, filepath.Join(dir, "no"): false} {
		if Compiled(path) != want {
			t.Errorf("Compiled(%s) = %v, want %v", path, !want, want)
		}
	}
}
