package recorder

import (
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// takeRecord folds in a frame that is no scalar. Frames of a kind that a later
// version added are passed over.
func (f *folded) takeRecord(s *source, frame journal.Frame, started time.Time) error {
	switch frame.Kind {
	case journal.Parameter:
		p, err := record.DecodeParameterFrame(frame.Payload)
		if err == nil {
			f.params[p.Name] = p.Value
		}
		return err
	case journal.Result:
		r, err := record.DecodeResultFrame(frame.Payload)
		if err == nil {
			f.setResult(record.Result{Name: r.Name, Value: r.Value})
		}
		return err
	case journal.Goal:
		g, err := record.DecodeGoalFrame(frame.Payload)
		if err == nil {
			f.setGoal(record.NamedGoal{Name: g.Name, Goal: g.Goal})
		}
		return err
	case journal.Image:
		i, err := record.DecodeImageFrame(frame.Payload)
		if err == nil {
			f.images[imageKey{i.Name, i.Step}] = i
		}
		return err
	case journal.Input:
		i, err := record.DecodeInputFrame(frame.Payload)
		if err == nil {
			f.setInput(i.Input)
		}
		return err
	case journal.Parent:
		p, err := record.DecodeParentFrame(frame.Payload)
		if err == nil {
			f.addParent(p)
		}
		return err
	case journal.Meta:
		m, err := record.DecodeMetaFrame(frame.Payload)
		if err == nil {
			f.setMeta(m)
		}
		return err
	case journal.Warning:
		w, err := record.DecodeWarningFrame(frame.Payload)
		if err == nil {
			f.warnings = append(f.warnings, w.Text)
		}
		return err
	case journal.Mark:
		m, err := record.DecodeMarkFrame(frame.Payload)
		if err == nil {
			f.marks = append(f.marks, record.Mark{Time: s.at().Sub(started).Truncate(time.Millisecond), Stream: m.Stream, Offset: m.Offset})
		}
		return err
	case journal.Facts:
		facts, err := record.DecodeFactsFrame(frame.Payload)
		if err == nil {
			f.addFacts(facts)
		}
		return err
	}
	return f.ending.take(s, frame)
}

func (f *folded) setResult(r record.Result) {
	at := slices.IndexFunc(f.results, func(known record.Result) bool { return known.Name == r.Name })
	if at < 0 {
		f.results = append(f.results, r)
		return
	}
	f.results[at] = r
}

func (f *folded) setGoal(g record.NamedGoal) {
	if !slices.ContainsFunc(f.goals, func(known record.NamedGoal) bool { return known.Name == g.Name }) {
		f.goals = append(f.goals, g)
	}
}

// setInput keeps the last frame of a name: the one with the hash.
func (f *folded) setInput(i record.Input) {
	at := slices.IndexFunc(f.inputs, func(known record.Input) bool { return known.Name == i.Name })
	if at < 0 {
		f.inputs = append(f.inputs, i)
		return
	}
	f.inputs[at] = i
}

func (f *folded) addParent(p record.ParentFrame) {
	at := slices.IndexFunc(f.parents, func(known record.Parent) bool { return known.UUID == p.UUID })
	if at < 0 {
		f.parents = append(f.parents, record.Parent{UUID: p.UUID, Files: []string{p.File}})
		return
	}
	if files := &f.parents[at].Files; !slices.Contains(*files, p.File) {
		*files = append(*files, p.File)
	}
}

func (f *folded) setMeta(m record.MetaFrame) {
	if m.Title != "" {
		f.meta.Title = m.Title
	}
	if m.Group != "" {
		f.meta.Group = m.Group
	}
	if m.Steps != 0 {
		f.meta.Steps = m.Steps
	}
	if m.Name != "" && f.meta.Name == "" {
		f.meta.Name = m.Name
	}
	for _, tag := range m.Tags {
		if checkTag(tag) == nil && !slices.Contains(f.meta.Tags, tag) {
			f.meta.Tags = append(f.meta.Tags, tag)
		}
	}
}

// describe completes what was known at the start.
func (f *folded) describe(run *record.Run) {
	f.describeEnd(run)
	f.describeFacts(run)
	run.Results, run.Inputs, run.Parents = f.results, f.inputs, f.parents
	f.addGoals(run)
	run.Journal = f.sums
	run.Warnings = slices.Concat(run.Warnings, f.warnings, f.ending.warnings(), f.damage)
	if f.meta.Title != "" {
		run.Title = f.meta.Title
	}
	if f.meta.Group != "" {
		run.Group = f.meta.Group
	}
	if f.meta.Steps != 0 {
		run.Steps = f.meta.Steps
	}
	if run.Name == "" {
		run.Name = f.meta.Name
	}
	for _, tag := range f.meta.Tags {
		if !slices.Contains(run.Tags, tag) {
			run.Tags = append(slices.Clip(run.Tags), tag)
		}
	}
}

// addGoals adds the goals that were declared to those known at the start.
func (f *folded) addGoals(run *record.Run) {
	for _, goal := range f.goals {
		if !slices.ContainsFunc(run.Goals, func(known record.NamedGoal) bool { return known.Name == goal.Name }) {
			run.Goals = append(slices.Clip(run.Goals), goal)
		}
	}
}
