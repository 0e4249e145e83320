package record

import "slices"

// Snapshot is the builder as it is now. It does not change when points are added
// to the builder, and shares what is there with it: it costs no time for points,
// and little for scalars that have none since the last snapshot. It may be read
// by several goroutines, and nothing may be added to it or taken by EachChunk.
func (b *Builder) Snapshot() *Builder {
	s := &Builder{series: make([]*Series, len(b.series)), byName: make(map[string]*Series, len(b.series))}
	for i, series := range b.series {
		if series.still == nil {
			series.still = series.copy()
		}
		s.series[i] = series.still
		s.byName[series.summary.Name] = series.still
	}
	return s
}

// copy shares the bytes of the points: those that follow are written behind
// them, or elsewhere.
func (s *Series) copy() *Series {
	c := &Series{summary: s.summary, preview: s.preview, pieces: slices.Clone(s.pieces)}
	c.preview.steps, c.preview.values = slices.Clone(s.preview.steps), slices.Clone(s.preview.values)
	if s.open != nil {
		last := *s.open
		last.steps, last.times, last.values = slices.Clip(last.steps), slices.Clip(last.times), slices.Clip(last.values)
		c.open = &last
		c.pieces[len(c.pieces)-1] = &last
	}
	return c
}
