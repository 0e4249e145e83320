package record

import (
	"fmt"
	"maps"
	"slices"
)

const (
	maxStamp = 7_258_118_400_000 // ms since 1970: the year 2200
	maxClone = 64                // bytes of a clone's id
)

// notesFile is notes.msgpack.
type notesFile struct {
	Format       int
	Fields, Tags []namedRegister
	unknown      map[string][]byte
}

type namedRegister struct {
	name string
	Register
}

// EncodeNotes gives the bytes of notes.msgpack: equal notes, equal bytes.
func EncodeNotes(n Notes) []byte {
	f := &notesFile{Format: Format, Fields: registerList(n.Fields), Tags: registerList(n.Tags), unknown: n.unknown}
	return writeStruct(f, notesFields)
}

// DecodeNotes reads notes.msgpack. Of a later major version it gives what is
// still understood, and [ErrNewer]: such notes must not be joined or edited.
func DecodeNotes(data []byte) (Notes, error) {
	f := &notesFile{}
	newer, err := readVersioned(data, &f.Format, f, notesFields)
	n := Notes{unknown: f.unknown}
	if err == nil {
		n.Fields, err = registerMap(f.Fields)
	}
	if err == nil {
		n.Tags, err = registerMap(f.Tags)
	}
	if newer && err == nil {
		err = ErrNewer
	}
	if err != nil {
		return n, fmt.Errorf("notes.msgpack: %w", err)
	}
	return n, nil
}

func registerList(m map[string]Register) []namedRegister {
	list := make([]namedRegister, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, namedRegister{name, m[name]})
	}
	return list
}

// registerMap brings what was read into its one form.
func registerMap(list []namedRegister) (map[string]Register, error) {
	if len(list) == 0 {
		return nil, nil
	}
	m := make(map[string]Register, len(list))
	for _, r := range list {
		if _, twice := m[r.name]; twice {
			return nil, corrupt("the field %.300q comes twice", r.name)
		}
		m[r.name] = r.tidy()
	}
	return m, nil
}

func notesFields(c *coder, f *notesFile) {
	c.format(&f.Format)
	structs(c, "fields", &f.Fields, registerFields)
	structs(c, "tags", &f.Tags, registerFields)
	c.unknownMap(&f.unknown)
}

func registerFields(c *coder, r *namedRegister) {
	c.text("name", &r.name)
	structs(c, "values", &r.Values, stampedFields)
	structs(c, "replaced", &r.Replaced, stampFields)
	c.unknown(&r.unknown)
}

func stampedFields(c *coder, s *Stamped) {
	stampFields(c, &s.Stamp)
	c.string("value", &s.Value)
	c.bool("absent", &s.Absent)
	c.unknown(&s.unknown)
}

func stampFields(c *coder, s *Stamp) {
	c.text("clone", &s.Clone)
	c.int64("time", &s.Time)
	if s.Time < 0 || s.Time > maxStamp {
		c.check("time", corrupt("%d ms is beyond the year 2200 or before 1970", s.Time))
	}
	if len(s.Clone) > maxClone {
		c.check("clone", corrupt("the id of a clone has %d bytes, at most %d are allowed", len(s.Clone), maxClone))
	}
}
