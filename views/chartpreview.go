package views

import (
	"fmt"
	"slices"

	"github.com/exprec/exprec/recorder"
)

// previewOf is what can be drawn of a scalar whose points are on a remote: the few
// points that its summary has, which have no times.
func previewOf(run *recorder.Run, name string, shape lineShape) (*lineData, error) {
	own, err := run.Scalars()
	if err != nil {
		return nil, err
	}
	system, err := run.System()
	if err != nil {
		return nil, err
	}
	all := slices.Concat(own, system)
	at := slices.IndexFunc(all, func(s recorder.ScalarSummary) bool { return s.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("%w: %q", recorder.ErrNoScalar, name)
	}
	summary := all[at]
	s := &recorder.Series{Name: name}
	if shape.X == byStep {
		s.Steps, s.Values = summary.PreviewSteps, summary.Preview
	}
	l := newLineData(s, run.Started(), shape)
	l.facts.Last, l.facts.LastStep, l.facts.HasLast = summary.Last, summary.LastStep, summary.Count > 0
	switch few := int64(len(s.Values)); {
	case few == 0 && summary.Count > 0:
		l.facts.Away = "its times are on " + visible(run.Light()) + ", and not here yet"
	case few < summary.Count:
		l.facts.Away = "a few points only: the others are on " + visible(run.Light()) + ", and not here yet"
	}
	return l, nil
}
