//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A meter runs processes in a folder.
type meter struct {
	dir    string
	weigh  bool  // run processes through weigh, to learn their memory
	memory int64 // bytes, the most that a weighed process had
}

// run starts a process in the meter's folder and gives what it printed.
func (m *meter) run(env []string, input io.Reader, name string, arguments ...string) ([]byte, error) {
	var failure bytes.Buffer
	command := exec.Command(name, arguments...)
	if m.weigh {
		command = exec.Command("/proc/self/exe", append([]string{"-weigh", name}, arguments...)...)
	}
	command.Dir = m.dir
	command.Env = append(os.Environ(), append(env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=bench", "GIT_AUTHOR_EMAIL=bench@localhost",
		"GIT_COMMITTER_NAME=bench", "GIT_COMMITTER_EMAIL=bench@localhost")...)
	command.Stdin = input
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, arguments[0], err, failure.String())
	}
	if m.weigh {
		var bytes int64
		_, err = fmt.Sscan(failure.String(), &bytes)
		m.memory = max(m.memory, bytes)
	}
	return out, err
}

// beside fills in the times of the work and of its baseline, which starts
// processes with m, and the memory that the greatest of those needs.
func (m *meter) beside(rounds int, r row, work, baseline func() error) ([]row, error) {
	took, err := medians(rounds, work, baseline)
	if err != nil {
		return nil, err
	}
	m.weigh = true
	err = baseline()
	r.Took, r.Other, r.OtherRSS = took[0], took[1], m.memory
	return []row{r}, err
}

// commands is beside for work that is a process too: the memory is that
// process's.
func (m *meter) commands(rounds int, r row, work, baseline func() error) ([]row, error) {
	rows, err := m.beside(rounds, r, work, baseline)
	if err != nil {
		return nil, err
	}
	m.memory = 0
	err = work() // weighed, as the baseline was at last
	rows[0].RSS = m.memory
	return rows, err
}

// weigh runs a process and prints its peak memory on stderr. Linux counts the
// memory of the process that starts another into the peak of the other: so a
// small process has to start those that are weighed.
func weigh(arguments []string) error {
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Stdin, command.Stdout = os.Stdin, os.Stdout
	if err := command.Run(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss<<10)
	return nil
}

// git runs git and nothing else.
func (m *meter) git(arguments ...string) error {
	_, err := m.run(nil, nil, "git", arguments...)
	return err
}

// repository makes one with that many committed files of about 900 bytes, a
// hundred in a folder. The files are older than the index, as they are a
// moment after any checkout.
func repository(dir string, files int) (*meter, error) {
	m := &meter{dir: dir}
	random := rand.New(rand.NewPCG(1, 2))
	old := time.Now().Add(-time.Hour)
	for i := range files {
		path := filepath.Join(dir, fmt.Sprintf("folder%03d/file%02d.txt", i/100, i%100))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, text(random, 900), 0o600); err != nil {
			return nil, err
		}
		if err := os.Chtimes(path, old, old); err != nil {
			return nil, err
		}
	}
	for _, arguments := range [][]string{{"init", "-q", "."}, {"add", "-A"}, {"commit", "-q", "-m", "first"}, {"repack", "-adq"}} {
		if err := m.git(arguments...); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// text gives words enough for that many bytes; they compress about as source does.
func text(random *rand.Rand, bytes int) []byte {
	words := []string{"func ", "return ", "value", "index", "if err != nil ", "{\n", "}\n", "(", ")", ".", ", ", " := ", "\n\t"}
	out := []byte{}
	for len(out) < bytes {
		out = append(out, words[random.IntN(len(words))]...)
		if random.IntN(4) == 0 {
			out = fmt.Appendf(out, "%x", random.Uint32())
		}
	}
	return out
}

// addAndWriteTree is how git itself makes a tree of the work tree without
// touching the user's index: on a copy of it.
func (m *meter) addAndWriteTree() error {
	index, err := os.ReadFile(filepath.Join(m.dir, ".git", "index"))
	if err != nil {
		return err
	}
	copied := filepath.Join(m.dir, ".git", "index.bench")
	if err := os.WriteFile(copied, index, 0o600); err != nil {
		return err
	}
	defer os.Remove(copied)
	env := []string{"GIT_INDEX_FILE=" + copied}
	if _, err := m.run(env, nil, "git", "add", "-A"); err != nil {
		return err
	}
	_, err = m.run(env, nil, "git", "write-tree")
	return err
}

// walk looks at every file once, as any snapshot must.
func walk(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" {
			return fs.SkipDir
		}
		_, err = entry.Info()
		return err
	})
}

// fastImport commits the files under a new ref, durably, as a user of git can.
func (m *meter) fastImport(round int, files map[string][]byte) error {
	var script bytes.Buffer
	fmt.Fprintf(&script, "commit refs/bench/%d\ncommitter bench <bench@localhost> 0 +0000\ndata 5\nbench\n", round)
	for name, data := range files {
		fmt.Fprintf(&script, "M 644 inline %s\ndata %d\n%s\n", name, len(data), data)
	}
	_, err := m.run(nil, &script, "git", "-c", "core.fsync=committed", "fast-import", "--quiet")
	return err
}
