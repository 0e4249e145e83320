package recorder_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/recordertest"
)

// manyRuns fills a repository with so many runs.
func manyRuns(t testing.TB, dir string, n int) {
	t.Helper()
	load := exec.Command("git", "fast-import", "--quiet")
	load.Dir, load.Stderr = dir, os.Stderr
	in, err := load.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := load.Start(); err != nil {
		t.Fatal(err)
	}
	if err := recordertest.Many(in, n); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := load.Wait(); err != nil {
		t.Fatal(err)
	}
	gitstoretest.Git(t, dir, "pack-refs", "--all")
}

// More runs than are read at once are listed whole, anew and from the cache,
// also where some of them have gone or are new.
func TestManyRuns(t *testing.T) {
	dir := repository(t)
	const n = 2500
	manyRuns(t, dir, n)
	defer gitstoretest.Unchanged(t, dir)()
	cache := filepath.Join(dir, ".git", "exprec", "cache")
	count := func(query string) string {
		p := open(t, dir)
		rows, err := p.Rows(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows.Len() {
			if r := rows.At(i); r.Err() != nil || i > 0 && r.Started().After(rows.At(i-1).Started()) {
				t.Fatal(r.ID(), r.Started(), r.Err())
			}
		}
		return fmt.Sprint(rows.Len())
	}
	check := func(what string) {
		t.Helper()
		for query, expected := range map[string]string{"": "2500", "status=failed": "250", "seed=100..199": "100", "group=sweep-3 model.depth=2": "17", "command:--seed=2499": "1"} {
			if got := count(query); got != expected {
				t.Errorf("%s: %q finds %s runs, want %s", what, query, got, expected)
			}
		}
	}
	check("anew, then from the cache")
	refs := gitstoretest.Git(t, dir, "for-each-ref", "--count=1200", "--format=%(refname) %(objectname)", "refs/exprec")
	change := func(form string) {
		var all string
		for line := range strings.Lines(refs) {
			name, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
			all += fmt.Sprintf(form, name, hash)
		}
		gitstoretest.GitInput(t, dir, all, "update-ref", "--stdin")
	}
	change("delete %s %s\n")
	if got := count(""); got != "1300" {
		t.Error("without 1,200 runs there are", got)
	}
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	count("")
	change("create %s %s\n")
	check("with 1,200 new ones")
}
