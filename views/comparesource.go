package views

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// compareSourceView is the source of one run against the base's, ready to be
// shown.
type compareSourceView struct {
	Base, Other string
	Others      []tabLink // the runs that the base can be compared with
	Diff        diffView
	Same        bool
	Away        bool   // it is on a remote, and not here yet
	SplitURL    string // the other way to show it
	Split       bool
}

// source compares the source of the base with that of another run, or with the
// work tree.
func (v *compareView) source(ctx context.Context, p *recorder.Project, runs []*recorder.Run) (templ.Component, error) {
	s := compareSourceView{Base: v.Runs[0].Label, Other: "the work tree as it is now", Split: v.State.Split}
	options := diffOptions{Old: runURL(runs[0].ID(), "source"), Split: v.State.Split}
	var other *recorder.Run
	if !v.State.Work {
		at := v.chosen(runs)
		other, s.Other = runs[at], v.Runs[at].Label
		options.New = runURL(other.ID(), "source")
		for i, run := range v.Runs[1:] {
			with := v.State.with(func(s *compareState) {
				if s.With = run.Short; i == 0 {
					s.With = ""
				}
			})
			s.Others = append(s.Others, tabLink{Title: run.Label, Count: run.Colour, URL: with.URL(), Here: i+1 == at})
		}
	}
	d, err := p.Compare(ctx, runs[0], other)
	if err != nil {
		return nil, err
	}
	v.problems(d)
	s.Diff = newDiffView(d.Source, options)
	s.Same = s.Diff.Count == 0 && len(d.Problems) == 0
	s.Away = slices.ContainsFunc(d.Problems, func(err error) bool { return errors.Is(err, recorder.ErrLight) })
	s.SplitURL = v.State.with(func(s *compareState) { s.Split = !s.Split }).URL()
	return compareSource(s), nil
}

// chosen is the place of the run that the base's source is compared with.
func (v *compareView) chosen(runs []*recorder.Run) int {
	if v.State.With != "" {
		at := slices.IndexFunc(runs[1:], func(r *recorder.Run) bool { return strings.HasPrefix(r.ID(), v.State.With) })
		if at >= 0 {
			return at + 1
		}
	}
	return 1
}

// problems takes over what could not be compared.
func (v *compareView) problems(d *recorder.Difference) {
	for _, err := range d.Problems {
		if errors.Is(err, recorder.ErrLight) {
			continue // the head of the page says what is not here
		}
		v.Problems = append(v.Problems, compareProblem{v.Title(), sentence(visible(err.Error()))})
	}
}
