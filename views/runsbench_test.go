package views

import (
	"bytes"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/recordertest"
)

// manyRuns is a bench with n runs of recordertest.Many.
func manyRuns(t testing.TB, n int) *bench {
	t.Helper()
	b := newBench(t)
	var stream bytes.Buffer
	if err := recordertest.Many(&stream, n); err != nil {
		t.Fatal(err)
	}
	if out, err := gitstoretest.Run(b.dir, stream.String(), "fast-import", "--quiet"); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	return b
}
