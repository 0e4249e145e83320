// Package recordertest records experiments in tests: each one in a folder of
// its own that goes with the test.
package recordertest

import (
	"testing"

	"github.com/exprec/exprec/recorder"
)

// New starts an experiment in t.TempDir, without output on stderr and without
// a snapshot of the source. It is finished when the test ends, and the test
// fails where recording did.
func New(t testing.TB) *recorder.Experiment {
	t.Helper()
	e := recorder.Start(recorder.Options{Dir: t.TempDir(), Quiet: true, NoSource: true, NoOutput: true, NoSystem: true})
	t.Cleanup(func() {
		e.Finish()
		if err := e.Err(); err != nil {
			t.Errorf("recording failed: %v", err)
		}
	})
	return e
}

// Read finishes an experiment and reads its run back.
func Read(t testing.TB, e *recorder.Experiment) *recorder.Run {
	t.Helper()
	e.Finish()
	p, err := recorder.Open(e.Dir())
	if err != nil {
		t.Fatalf("open the project of the test's run: %v", err)
	}
	t.Cleanup(func() { p.Close() })
	run, err := p.Run(t.Context(), e.ID())
	if err != nil {
		t.Fatalf("read the test's run: %v", err)
	}
	return run
}
