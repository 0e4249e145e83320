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
	case journal.Error:
		e, err := record.DecodeFailureFrame(frame.Payload)
		if err == nil && f.failure == nil {
			f.failure = &e.Failure
		}
		return err
	case journal.End:
		e, err := record.DecodeEndFrame(frame.Payload)
		if err == nil {
			f.ends, s.ended = append(f.ends, e), true
		}
		return err
	}
	return nil
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
}

// outcome is how the run ended: lost where any of its processes died without a
// word, else the worst that one of them said.
func (f *folded) outcome() (status record.Status, end record.EndFrame) {
	rank := map[record.Status]int{record.Succeeded: 1, record.Stopped: 2, record.Failed: 3}
	for _, e := range f.ends {
		if rank[e.Status] > rank[status] {
			status, end = e.Status, e
		}
	}
	if f.silent > 0 || status == "" {
		return record.Lost, record.EndFrame{}
	}
	return status, end
}

// describe completes what was known at the start.
func (f *folded) describe(run *record.Run) {
	var end record.EndFrame
	run.Status, end = f.outcome()
	run.Recovered = f.silent > 0
	run.ExitCode, run.Signal = end.ExitCode, end.Signal
	run.Error = f.failure
	run.Ended = f.ended(run)
	run.Results, run.Goals, run.Inputs, run.Parents = f.results, f.goals, f.inputs, f.parents
	run.Journal = f.sums
	run.Warnings = append(f.warnings, f.damage...)
	if f.meta.Title != "" {
		run.Title = f.meta.Title
	}
	if f.meta.Group != "" {
		run.Group = f.meta.Group
	}
	if f.meta.Steps != 0 {
		run.Steps = f.meta.Steps
	}
	for _, e := range f.ends {
		run.Dropped += e.Dropped
	}
}

// ended is when the last process said so, else when the last was heard.
func (f *folded) ended(run *record.Run) (at time.Time) {
	at = f.last
	if f.silent == 0 {
		for _, e := range f.ends {
			if e.Time.After(at) {
				at = e.Time
			}
		}
	}
	if at.Before(run.Started) {
		at = run.Started
	}
	return at.UTC()
}
