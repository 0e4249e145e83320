package views

import (
	"context"
	"errors"
	"net/url"
	"path"
	"slices"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// runChanges is what changed from another run to this one.
type runChanges struct {
	Since      runChoice
	Because    string
	Verdict    string // said outright where next to nothing changed; else empty
	Metrics    []valueChange
	Lists      []changeList
	Source     diffView
	Problems   []string
	CompareURL string
	difference *recorder.Difference
}

// valueChange is a thing that is another one now.
type valueChange struct {
	Name, From, To   string
	FromFull, ToFull string // where From and To are cut
	Delta            delta
}

// changeList are changes of one kind.
type changeList struct {
	Title   string
	Changes []valueChange
	More    int
}

// The bounds of what is shown beside the run; the compare page has all of it.
const (
	maxListed     = 12
	maxMetrics    = 8
	maxValueWidth = 60
)

// changesSince compares a run with the one it is compared with. It is nil where
// there is none.
func changesSince(ctx context.Context, p *recorder.Project, v *runView) (*runChanges, error) {
	if v.Previous == nil {
		return nil, nil
	}
	d, err := p.Compare(ctx, v.Previous, v.run)
	if err != nil {
		return nil, err
	}
	c := &runChanges{
		Since: runChoice{v.Previous.Address(), v.Previous.Label()}, Because: v.Because, difference: d,
		CompareURL: compareURL(v.Previous.Address(), v.run.Address()),
	}
	c.Metrics = metricChanges(v.run, d)
	c.list("Parameters", d.Params)
	c.list("Inputs", d.Inputs)
	c.list("Packages", d.Packages)
	c.list("Environment", withoutEchoes(d))
	c.Source = newDiffView(d.Source, diffOptions{
		Old: runURL(v.Previous.Address(), "source"), New: runURL(v.run.Address(), "source"), Brief: true, More: c.CompareURL,
	})
	for _, problem := range d.Problems {
		switch {
		case errors.Is(problem, recorder.ErrLight):
			c.Problems = append(c.Problems, "What is not here yet of the two runs is not compared.")
		case !errors.Is(problem, recorder.ErrNoSource):
			c.Problems = append(c.Problems, sentence(problem.Error()))
		}
	}
	c.Problems = slices.Compact(c.Problems)
	c.Verdict = verdictOf(d)
	return c, nil
}

func compareURL(base, run string) string {
	return "/compare?" + url.Values{"run": {short(base), short(run)}}.Encode()
}

func (c *runChanges) list(title string, changes []recorder.Change) {
	if len(changes) == 0 {
		return
	}
	l := changeList{Title: title, More: max(0, len(changes)-maxListed)}
	for _, change := range changes[:min(len(changes), maxListed)] {
		l.Changes = append(l.Changes, changeOf(change))
	}
	c.Lists = append(c.Lists, l)
}

// changeOf shows both sides of a change, a missing one as a dash.
func changeOf(c recorder.Change) valueChange {
	from, to := sideWords(c.A), sideWords(c.B)
	switch c.Kind {
	case recorder.Added:
		from = "–"
	case recorder.Removed:
		to = "–"
	}
	from, to = visible(from), visible(to)
	change := valueChange{Name: visible(c.Name), From: cutMiddle(from, maxValueWidth), To: cutMiddle(to, maxValueWidth), FromFull: from, ToFull: to}
	if c.Name == "git commit" {
		change.From, change.To = short(from), short(to)
	}
	return change
}

func sideWords(v any) string {
	switch v := v.(type) {
	case recorder.Input:
		return path.Base(v.Path) + ", " + size(v.Size) + ", " + v.SHA256[:min(12, len(v.SHA256))]
	case []string:
		return commandLine(v)
	}
	return say.Param(v)
}

// echoes mean nothing where the source is the same: the commit is one of something
// else.
var echoes = []string{"git commit", "git branch", "executable revision"}

// withoutEchoes are the changes of the environment that say something of their
// own.
func withoutEchoes(d *recorder.Difference) []recorder.Change {
	sameSource := len(d.Source.Files) == 0 && d.Source.More == 0
	var kept []recorder.Change
	for _, c := range d.Environment {
		if c.Name == "git dirty" || c.Name == "command" && len(d.Params) > 0 || sameSource && slices.Contains(echoes, c.Name) {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// verdictOf says it where nothing changed, or nothing but the seed.
func verdictOf(d *recorder.Difference) string {
	if len(d.Inputs)+len(d.Packages)+len(d.Source.Files)+d.Source.More+len(withoutEchoes(d))+len(d.Problems) > 0 {
		return ""
	}
	if len(d.Params) == 0 {
		return "Nothing that was recorded changed. What is left is chance, and data that was read without being recorded as an input."
	}
	for _, c := range d.Params {
		if !recorder.IsSeed(c.Name) {
			return ""
		}
	}
	return "Nothing changed but the seed."
}

// metricChanges are the results and scalars that moved, what the run is judged by
// first.
func metricChanges(run *recorder.Run, d *recorder.Difference) []valueChange {
	var changes []valueChange
	add := func(c recorder.ResultChange, moved delta) {
		if c.Kind == recorder.Changed {
			changes = append(changes, valueChange{Name: c.Name, From: number(c.A), To: number(c.B), FromFull: exact(c.A), ToFull: exact(c.B), Delta: moved})
		}
	}
	for _, c := range d.Results {
		add(c, deltaOf(c))
	}
	for _, c := range d.Scalars {
		add(c.ResultChange, scalarDelta(c.Name, d))
	}
	rank := func(c valueChange) int {
		switch {
		case c.Name == run.MainMetric():
			return 0
		case c.Delta.Class != "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(changes, func(a, b valueChange) int { return rank(a) - rank(b) })
	return changes[:min(len(changes), maxMetrics)]
}
