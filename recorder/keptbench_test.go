package recorder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// BenchmarkRowsKept lists 10,000 runs again that have not changed, as a page
// does that somebody looks at; all are in packed-refs, in files of their own,
// or have folders beside git as well.
func BenchmarkRowsKept(b *testing.B) {
	dir := repository(b)
	manyRuns(b, dir, 10_000)
	ids := strings.Fields(gitstoretest.Git(b, dir, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/exprec"))
	runs := filepath.Join(dir, ".git", "exprec", "runs")
	b.Run("packed", func(b *testing.B) { listAgain(b, dir) })
	for i := 0; i < len(ids); i += 2 {
		if err := os.MkdirAll(filepath.Join(runs, ids[i]), 0o700); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("with folders", func(b *testing.B) { listAgain(b, dir) })
	for i := 0; i < len(ids); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, ".git", "refs", "exprec", ids[i]), []byte(ids[i+1]+"\n"), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("loose", func(b *testing.B) { listAgain(b, dir) })
}

func listAgain(b *testing.B, dir string) {
	p := open(b, dir)
	list := func() {
		rows, err := p.Rows(b.Context(), "lr<0.05 status=succeeded")
		if err != nil || rows.Len() < 1000 {
			b.Fatal(rows.Len(), err)
		}
	}
	// What changed just now might change again without a trace.
	for began := time.Now(); time.Since(began) < 3*time.Second; {
		list()
	}
	for b.Loop() {
		list()
	}
}
