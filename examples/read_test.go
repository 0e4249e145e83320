// Package examples holds the test of the example that is not written in Go.
package examples

import (
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// A run can be read with plain git and msgpack alone: read.py does.
func TestReadWithoutExprec(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	exp := recorder.Start(recorder.Options{Dir: dir, Quiet: true, NoOutput: true, NoSystem: true})
	exp.SetParameter("lr", 0.1)
	exp.SetParameter("optimizer", map[string]any{"name": "adam", "betas": []float64{0.9, 0.999}})
	const n = 1000
	for i := range n {
		exp.AddScalar("train/loss", math.Sqrt(float64(i)), 10*i) // laid out as shuf
		exp.AddScalar("seen", float64(i%2), i)                   // laid out as raw
	}
	exp.AddScalar("odd", math.NaN(), math.MaxInt64)
	exp.AddScalar("odd", math.Inf(-1), math.MinInt64)
	exp.SetResult("accuracy", 0.9725)
	exp.Finish()
	if err := exp.Err(); err != nil {
		t.Fatal(err)
	}

	script, err := filepath.Abs("read.py")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "python3", script, exp.ID()[:8])
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("read.py: %v\n%s", err, out)
	}
	want := `lr = 0.1
optimizer = {'betas': [0.9, 0.999], 'name': 'adam'}
accuracy: 0.9725
train/loss: 1000 points, the last: 31.5753 at step 9970, 31.5911 at step 9980, 31.607 at step 9990
seen: 1000 points, the last: 1 at step 997, 0 at step 998, 1 at step 999
odd: 2 points, the last: nan at step 9223372036854775807, -inf at step -9223372036854775808
`
	if got := string(out); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("read.py prints\n%s\nwant\n%s", got, want)
	}

	command = exec.CommandContext(t.Context(), "python3", script, "ffffffff")
	command.Dir = dir
	if out, err := command.CombinedOutput(); err == nil || string(out) != "no such run\n" {
		t.Errorf("an unknown run: %v, %q", err, out)
	}
}
