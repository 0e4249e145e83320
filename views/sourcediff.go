package views

import (
	"context"
	"net/url"

	"github.com/exprec/exprec/recorder"
)

// keptChanges is how much of comparisons is kept, in bytes about.
const keptChanges = 64 << 20

// sourceDiff is what changed in the source against something else.
type sourceDiff struct {
	Against  string // in words
	Label    string // of a run
	LabelURL string
	Diff     diffView
	Split    bool
	SplitURL string
	Problem  string
}

// comparedKey names a comparison of sources, which never change.
type comparedKey struct{ run, against string }

// compared compares the source of a run with the user's commit or with another
// run, whose source comes first.
func (d *Dashboard) compared(ctx context.Context, p *recorder.Project, run *recorder.Run, against string, other *recorder.Run) (recorder.SourceChange, error) {
	key := comparedKey{run.Address(), against}
	if c, ok := d.changes.get(key); ok {
		return c, nil
	}
	var c recorder.SourceChange
	var err error
	if other == nil {
		c, err = p.CompareCommit(ctx, run)
	} else {
		c, err = p.CompareSource(ctx, other, run)
	}
	if err != nil {
		return c, err
	}
	cost := int64(1000)
	for _, f := range c.Files {
		cost += int64(len(f.Path)) + 200
		for _, h := range f.Hunks {
			for _, l := range h.Lines {
				cost += int64(len(l.Text)) + 32
			}
		}
	}
	return d.changes.put(key, c, cost), nil
}

// sourceDiff compares the source with the user's commit ("commit"), with the run
// before ("previous"), or with a run by its id.
func (d *Dashboard) sourceDiff(ctx context.Context, p *recorder.Project, rv *runView, against string, split bool, base string) (*sourceDiff, error) {
	s := &sourceDiff{Split: split}
	options := diffOptions{New: base, Split: split}
	var other *recorder.Run
	switch {
	case against == "commit":
		s.Against = "the commit"
		if git := rv.run.Info().Git; git != nil {
			s.Against += " " + git.Commit[:min(7, len(git.Commit))]
		}
	case against == "previous":
		if rv.Previous == nil {
			return nil, notFound("There is no run before this one.")
		}
		other = rv.Previous
	case !isRunID(against):
		return nil, notFound("There is no run %q.", against)
	default:
		var err error
		if other, err = openRun(ctx, p, against); err != nil {
			return nil, err
		}
	}
	if other != nil {
		against = other.ID()
		s.Against, s.Label, s.LabelURL = "the run", other.Label(), runURL(other.ID(), "")
		options.Old = runURL(other.ID(), "source")
	}
	changes, err := d.compared(ctx, p, rv.run, against, other)
	if err != nil {
		s.Problem = sentence(err.Error())
		return s, nil
	}
	s.Diff = newDiffView(changes, options)
	q := url.Values{"diff": {against}}
	if !split {
		q.Set("split", "1")
	}
	s.SplitURL = base + "?" + q.Encode()
	return s, nil
}

// choices are what the source can be compared with.
func (v *sourceView) choices(rv *runView, against string) {
	add := func(title, count, value string) {
		v.Choices = append(v.Choices, tabLink{Title: title, Count: count, URL: v.Base + "?diff=" + value, Here: against == value})
	}
	if v.Commit != "" {
		add("Uncommitted", countWord(v.Changed), "commit")
	}
	if rv.Previous != nil {
		add("Since "+rv.Previous.Label(), "", "previous")
	}
}

// markWords is a mark in words.
func markWords(mark string) string {
	switch mark {
	case "A":
		return "added"
	case "D":
		return "removed"
	case "M":
		return "changed"
	case "R":
		return "moved"
	case "•":
		return "something in it changed"
	}
	return ""
}
