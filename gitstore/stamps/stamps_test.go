package stamps

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// settled takes stamps until they hold.
func settled(t *testing.T, paths ...string) *Set {
	t.Helper()
	var last *Set
	for began := time.Now(); !last.Hold(); {
		if time.Since(began) > 30*time.Second {
			t.Fatal("the stamps never hold")
		}
		now := New()
		for _, path := range paths {
			now.Add(path)
		}
		now.After(last)
		last = now
	}
	return last
}

func TestWhatChangesTheStamps(t *testing.T) {
	dir := t.TempDir()
	file, absent, sub := filepath.Join(dir, "file"), filepath.Join(dir, "absent"), filepath.Join(dir, "sub")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(file, []byte("one"), 0o600))
	must(os.Mkdir(sub, 0o700))
	for what, change := range map[string]func() error{
		"written in place": func() error { return os.WriteFile(file, []byte("two"), 0o600) },
		"longer, same time": func() error {
			return keepingTime(file, func() error { return os.WriteFile(file, []byte("three"), 0o600) })
		},
		"replaced, same time": func() error {
			return keepingTime(file, func() error {
				if err := os.WriteFile(file+".new", []byte("three"), 0o600); err != nil {
					return err
				}
				return os.Rename(file+".new", file)
			})
		},
		"there now":          func() error { return os.WriteFile(absent, nil, 0o600) },
		"a name in a folder": func() error { return os.WriteFile(filepath.Join(sub, "x"), nil, 0o600) },
		"renamed over":       func() error { return os.Rename(absent, filepath.Join(sub, "x")) },
		"gone":               func() error { return os.Remove(file) },
	} {
		t.Run(what, func(t *testing.T) {
			must(os.RemoveAll(filepath.Join(sub, "x"))) // of the cases before
			must(os.WriteFile(file, []byte("one"), 0o600))
			if what == "renamed over" {
				must(os.WriteFile(absent, nil, 0o600))
			} else if err := os.Remove(absent); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			set := settled(t, file, absent, sub)
			must(change())
			if set.Hold() {
				t.Error("not seen")
			}
		})
	}
}

func keepingTime(file string, change func() error) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return os.Chtimes(file, time.Time{}, info.ModTime())
}

// What was read just after a change may change again without a trace.
func TestNothingHoldsAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first := New()
	first.Add(file)
	second := New()
	second.Add(file)
	second.After(first)
	if first.Hold() || (*Set)(nil).Hold() || second.Hold() && second.read.Sub(first.since) < fine {
		t.Error("it holds too early")
	}
	whole := time.Unix(1_700_000_000, 0)
	if err := os.Chtimes(file, whole, whole); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if settled(t, file); time.Since(began) < coarse {
		t.Error("a file system of whole seconds was believed after", time.Since(began))
	}
}
