package views

import (
	"context"
	"net/url"

	"github.com/exprec/exprec/recorder"
)

// chartLine is one line of a chart.
type chartLine struct {
	Run    *recorder.Run
	Label  string
	Colour string // its class, c0 to c9

	// Earlier says that the run is one that the first line's run went on from:
	// together they are one line in several parts.
	Earlier bool
}

// chartLineOf is the line of a run in the run's own colour.
func chartLineOf(run *recorder.Run) chartLine {
	return chartLine{Run: run, Label: run.Label(), Colour: colour(run.Address())}
}

// oneRun reports whether all lines are parts of one.
func oneRun(lines []chartLine) bool {
	for n, l := range lines {
		if n > 0 && !l.Earlier {
			return false
		}
	}
	return len(lines) > 0
}

// maxParts is of how many runs, each going on from the one before, one line is
// made up at most.
const maxParts = 20

// chainLines are the parts of the line of a run: its own, then those of the runs
// that it went on from.
func chainLines(ctx context.Context, p *recorder.Project, run *recorder.Run) []chartLine {
	lines := []chartLine{chartLineOf(run)}
	seen := map[string]bool{run.Address(): true}
	for before := run.Info().Continues; before != "" && !seen[before] && len(lines) < maxParts; {
		seen[before] = true
		part, err := p.UniqueRun(ctx, before)
		if err != nil {
			break // it may not have been fetched
		}
		part = asItIsNow(p, part)
		lines = append(lines, chartLine{Run: part, Label: part.Label(), Colour: lines[0].Colour, Earlier: true})
		before = part.Info().Continues
	}
	return lines
}

// pointsURL is where charts.js gets the points of a line.
func (c chart) pointsURL(l chartLine) string {
	q := url.Values{"name": {c.Name}}
	if len(c.Lines) > 1 {
		q.Set("among", "1")
	}
	return "/runs/" + l.Run.Address() + "/points?" + q.Encode()
}

// topic is the live topic of a line, empty for a run that has ended.
func (l chartLine) topic() string {
	if sealed(l.Run) {
		return ""
	}
	return "run/" + l.Run.Address() + "/scalars"
}
