package environ

import (
	"os"
	"path/filepath"
	"testing"
)

// Nothing of the working folder is run or taken for the program, whatever PATH
// says.
func TestNothingOfTheWorkingFolderIsRun(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"nvidia-smi", "python3", "train"} {
		write(t, filepath.Join(dir, name), "#!/bin/sh\ntouch "+dir+"/CANARY\n", 0o755)
		write(t, filepath.Join(dir, "bin", name), "#!/bin/sh\ntouch "+dir+"/CANARY\n", 0o755)
	}
	for _, path := range []string{".", "", "bin", ".:bin"} {
		t.Setenv("PATH", path)
		if got := GPUs(t.Context(), "a", nil); len(got) > 0 {
			t.Errorf("with PATH=%q found %v", path, got)
		}
		if exe := Executable([]string{"train"}, ""); exe != nil {
			t.Errorf("with PATH=%q %s is taken for the program", path, exe.Path)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "CANARY")); err == nil {
		t.Error("a program of the working folder was run")
	}
}
