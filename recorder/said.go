package recorder

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// A Writer is the clone that words of notes come from. What it is called is its
// own claim, and foreign text.
type Writer struct {
	Clone string // its id
	Name  string // of its people, from git's user.name; empty where nobody said
	Here  bool   // it is this clone
}

// String is the name, else a part of the id.
func (w Writer) String() string {
	switch {
	case w.Name != "":
		return w.Name
	case w.Here:
		return "this clone"
	}
	return fmt.Sprintf("another clone (%.4s)", w.Clone)
}

// A Saying is a word of a run's notes, with who said it and when.
type Saying struct {
	Field   string // title, description, conclusion, archived, or tag
	Text    string // for a tag its name
	Gone    bool   // it says that there is no such word, or tag, any more
	Earlier bool   // it does not count: see [Run.Earlier]
	By      Writer
	Time    time.Time
}

// Said is what people said about the run since it was recorded: of each field
// the word that counts, then the earlier ones that nobody has dismissed, and of
// each tag who added it or took it away.
func (r *Run) Said() []Saying {
	var said []Saying
	add := func(field string, values []record.Stamped, text func(record.Stamped) string) {
		for i, v := range values {
			said = append(said, Saying{
				Field: field, Text: text(v), Gone: v.Absent, Earlier: i > 0,
				By: r.writer(v.Clone), Time: time.UnixMilli(v.Time).UTC(),
			})
		}
	}
	for _, field := range []string{record.Title, record.Description, record.Conclusion, record.Archived} {
		add(field, r.notes.Fields[field].Values, func(v record.Stamped) string { return v.Value })
	}
	for _, tag := range slices.Sorted(maps.Keys(r.notes.Tags)) {
		values := r.notes.Tags[tag].Values
		add("tag", values[:min(1, len(values))], func(record.Stamped) string { return tag })
	}
	return said
}

// writer is the clone of an id.
func (r *Run) writer(clone string) Writer {
	return Writer{Clone: clone, Name: r.notes.Signer(clone), Here: clone != "" && clone == r.project.knownCloneID()}
}
