package recorder

import (
	"reflect"
	"slices"
)

// everything is what a run may be another thing in once it was sealed, came, or
// was moved by somebody.
var everything = []string{StatusChanged, ScalarsChanged, OutputChanged, ImagesChanged, FilesChanged, NotesChanged}

// compare adds what is another thing in a later catalog.
func (s changeSet) compare(before, now *catalog) {
	if !equalLists(before.listed, now.listed) {
		s.compareLists(before, now)
	}
	for id, r := range now.extra {
		if known, ok := before.extra[id]; ok && known.run != r.run && slices.Equal(known.copies, r.copies) {
			s.compareRuns(known.run, r.run)
		}
	}
}

// compareLists adds runs that came, went, or have another commit.
func (s changeSet) compareLists(before, now *catalog) {
	old, listed := before.listed, now.listed
	for len(old) > 0 || len(listed) > 0 {
		switch {
		case len(listed) == 0 || len(old) > 0 && old[0].uuid < listed[0].uuid:
			s.addIf(true, old[0].uuid, everything...)
			s.addIf(true, "", StatusChanged)
			old = old[1:]
		case len(old) == 0 || listed[0].uuid < old[0].uuid:
			s.addIf(true, listed[0].uuid, everything...)
			s.addIf(true, "", StatusChanged)
			listed = listed[1:]
		default:
			if !slices.Equal(old[0].copies, listed[0].copies) {
				s.compareTips(before, now, old[0].uuid)
			}
			old, listed = old[1:], listed[1:]
		}
	}
}

// compareTips adds what another commit means: of a run that was sealed before,
// and is, only the notes can have changed.
func (s changeSet) compareTips(before, now *catalog, id string) {
	s.addIf(true, "", StatusChanged)
	if before.sealed(id) && now.sealed(id) {
		s.addIf(true, id, NotesChanged)
		return
	}
	s.addIf(true, id, everything...)
}

// sealed reports whether a run is, and whole.
func (c *catalog) sealed(id string) bool {
	r, ok := c.extra[id]
	return !ok || r.keep
}

// compareRuns adds what is another thing in a run that is not sealed.
func (s changeSet) compareRuns(before, now *Run) {
	status := before.status != now.status || before.elsewhere != now.elsewhere || !reflect.DeepEqual(before.started, now.started)
	old, current := before.follows, now.follows
	if old == nil || current == nil {
		s.addIf(status || old != current, now.uuid, everything...)
		s.addIf(status || old != current, "", StatusChanged)
		return
	}
	status = status || old.counts.rest != current.counts.rest || !slices.Equal(old.damage, current.damage) || !reflect.DeepEqual(old.ending, current.ending)
	scalars := old.counts.scalars != current.counts.scalars
	s.addIf(status, now.uuid, StatusChanged)
	s.addIf(scalars, now.uuid, ScalarsChanged)
	s.addIf(old.counts.images != current.counts.images, now.uuid, ImagesChanged)
	s.addIf(old.counts.output != current.counts.output, now.uuid, OutputChanged)
	s.addIf(status, "", StatusChanged)
	s.addIf(scalars, "", ScalarsChanged)
}
