package recorder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// What a run has that its commit has not is what had not been committed; what was
// committed since does not count.
func TestCompareCommit(t *testing.T) {
	dir := gitstoretest.New(t)
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	record := func(o Options) *Run {
		t.Helper()
		o.Dir, o.Quiet, o.NoSystem, o.NoOutput = dir, true, true, true
		e := Start(o)
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
		p, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		r, err := p.Run(t.Context(), e.ID())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "all of it")
	clean := record(Options{})
	write("own.txt", "a\nb\n")
	dirty, bare := record(Options{}), record(Options{NoSource: true})
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-qm", "own")

	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if c, err := p.CompareCommit(t.Context(), clean); err != nil || len(c.Files)+c.More != 0 {
		t.Errorf("a clean run has %v, %v", c.Files, err)
	}
	c, err := p.CompareCommit(t.Context(), dirty)
	if err != nil || len(c.Files) != 1 || c.Files[0].Path != "own.txt" || c.Files[0].Kind != Added || c.Files[0].Added != 2 {
		t.Errorf("a dirty run has %v, %v", c.Files, err)
	}
	if same, err := p.CompareSource(t.Context(), dirty, dirty); err != nil || len(same.Files) != 0 {
		t.Errorf("a run against itself has %v, %v", same.Files, err)
	}
	if _, err := p.CompareCommit(t.Context(), bare); !errors.Is(err, ErrNoSource) {
		t.Errorf("a run without source gives %v", err)
	}
	source, err := dirty.Source()
	if err != nil {
		t.Fatal(err)
	}
	info, err := fs.Stat(source, "own.txt")
	if err != nil {
		t.Fatal(err)
	}
	if want := gitstoretest.Git(t, dir, "rev-parse", "HEAD:own.txt"); HashOf(info)+"\n" != want && HashOf(info) != want {
		t.Errorf("the object is %s, git says %s", HashOf(info), want)
	}
}

func TestCompareCommitWithoutOne(t *testing.T) {
	dir := t.TempDir()
	e := Start(Options{Dir: dir, Quiet: true, NoSystem: true, NoOutput: true})
	e.Finish()
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r, err := p.Run(t.Context(), e.ID())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.CompareCommit(t.Context(), r); !errors.Is(err, ErrNoCommit) {
		t.Errorf("a run without a repository gives %v", err)
	}
}
