package recorder

import "github.com/exprec/exprec/recorder/internal/record"

// addFacts keeps what one frame found out, over what earlier ones did.
func (f *folded) addFacts(facts record.FactsFrame) {
	if facts.Runtime != "" {
		f.facts.Runtime = facts.Runtime
	}
	if facts.Packages != 0 {
		f.facts.Packages = facts.Packages
	}
	if len(facts.GPUs) > 0 {
		f.facts.GPUs = facts.GPUs
	}
	f.facts.Executable = mergeExecutable(f.facts.Executable, facts.Executable)
}

// describeFacts puts what was found out after the start over what was known
// at it.
func (f *folded) describeFacts(run *record.Run) {
	if f.facts.Runtime != "" {
		run.Runtime = f.facts.Runtime
	}
	if f.facts.Packages != 0 {
		run.Packages = f.facts.Packages
	}
	if len(f.facts.GPUs) > 0 {
		run.Host.GPUs = f.facts.GPUs
	}
	run.Executable = mergeExecutable(run.Executable, f.facts.Executable)
}

// mergeExecutable is base with the fields that over has, in a copy of its own.
func mergeExecutable(base, over *record.Executable) *record.Executable {
	switch {
	case over == nil:
		return base
	case base == nil:
		return over
	}
	merged := *base
	for _, field := range []struct {
		to   *string
		from string
	}{
		{&merged.Path, over.Path}, {&merged.SHA256, over.SHA256}, {&merged.Revision, over.Revision},
		{&merged.SourceMayDiffer, over.SourceMayDiffer},
	} {
		if field.from != "" {
			*field.to = field.from
		}
	}
	if !over.Modified.IsZero() {
		merged.Modified = over.Modified
	}
	merged.Changed = base.Changed || over.Changed
	return &merged
}
