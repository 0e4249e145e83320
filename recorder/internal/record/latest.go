package record

// Latest is the scalar with the newest point among those that a name is taken
// of, and the step of that point. Of several as new it is the one that began
// first.
func (b *Builder) Latest(taken func(name string) bool) (name string, step int64, ok bool) {
	var newest int64
	for _, s := range b.series {
		if s.open == nil || !taken(s.summary.Name) || ok && s.open.ms <= newest {
			continue
		}
		name, step, newest, ok = s.summary.Name, s.summary.LastStep, s.open.ms, true
	}
	return name, step, ok
}

// Last is the newest value of a scalar.
func (b *Builder) Last(name string) (value float64, ok bool) {
	s := b.byName[name]
	if s == nil || s.summary.Count == 0 {
		return 0, false
	}
	return s.summary.Last, true
}
