package recorder

import (
	"context"
	"fmt"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Kind says in which way something differs.
type Kind string

// The kinds of a change from the first run to the second.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Moved   Kind = "moved" // a file, with the same content
)

// Change is something that two runs do not have alike.
type Change struct {
	Name string // parameters that are nested have dotted names
	Kind Kind
	A, B any // nil where the run has none, or has nil
}

// ResultChange is a result that differs.
type ResultChange struct {
	Name   string
	Kind   Kind
	A, B   float64 // NaN where the run has none
	Goal   Goal
	Better int // 1 where B is better than A, -1 where it is worse, 0 where nobody can tell
}

// ScalarChange is a scalar whose compared values differ.
type ScalarChange struct {
	ResultChange       // the last values; at a common step where one of the runs goes on
	AStep, BStep int64 // where they were logged
	SameStep     bool  // a run that goes on is compared at its own last step
}

// Difference is what changed from run A to run B.
type Difference struct {
	A, B        *Run // B is nil for the work tree as it is now
	Params      []Change
	Results     []ResultChange
	Scalars     []ScalarChange
	Source      SourceChange
	Packages    []Change // by name; A and B are versions
	Inputs      []Change // by name; A and B are Inputs
	Environment []Change // git commit, runtime, host, command, …
	Problems    []error  // parts that could not be compared, and why
}

// Same reports whether nothing differs, as far as it could be compared.
func (d *Difference) Same() bool {
	return len(d.Params)+len(d.Results)+len(d.Scalars)+len(d.Packages)+len(d.Inputs)+len(d.Environment)+
		len(d.Problems)+len(d.Source.Files)+d.Source.More == 0
}

// Compare says what changed from run a to run b, or to the work tree as it is
// now where b is nil: then only the source and the git commit are compared.
// What cannot be compared is named in Problems and does not stop the rest; the
// error is that of ctx only.
func (p *Project) Compare(ctx context.Context, a, b *Run) (*Difference, error) {
	d := &Difference{A: a, B: b}
	if b == nil {
		d.Environment = p.compareHead(a)
	} else {
		d.compareContent(a, b)
	}
	var err error
	if d.Source, err = p.compareSource(ctx, a, b); err != nil {
		d.problem("source", err)
	}
	return d, ctx.Err()
}

// CompareContent is [Project.Compare] of two runs without their source: cheap
// enough to compare many.
func CompareContent(a, b *Run) *Difference {
	d := &Difference{A: a, B: b}
	d.compareContent(a, b)
	return d
}

func (d *Difference) problem(what string, err error) {
	if err != nil {
		d.Problems = append(d.Problems, fmt.Errorf("compare the %s: %w", what, err))
	}
}

// compareContent compares all but the source.
func (d *Difference) compareContent(a, b *Run) {
	x, err := a.Params()
	d.problem("parameters", err)
	y, err := b.Params()
	d.problem("parameters", err)
	d.Params = changes(flatten(x), flatten(y), equalValues)
	d.Results = compareResults(a, b)
	d.compareScalars(a, b)
	d.comparePackages(a, b)
	d.Inputs = changes(inputsOf(a), inputsOf(b), sameInput)
	d.Environment = compareEnvironments(a.Info(), b.Info())
}

func (d *Difference) comparePackages(a, b *Run) {
	x, err := a.Packages()
	d.problem("packages", err)
	y, err := b.Packages()
	d.problem("packages", err)
	d.Packages = changes(packageVersions(x), packageVersions(y), equalValues)
}

func inputsOf(r *Run) named {
	all := named{}
	for _, input := range r.Info().Inputs {
		all.set(input.Name, input)
	}
	return all
}

// sameInput compares what was read, not where it lay.
func sameInput(a, b any) bool {
	x, y := a.(record.Input), b.(record.Input)
	return x.Size == y.Size && x.SHA256 == y.SHA256
}
