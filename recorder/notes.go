package recorder

import (
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// notes is what people said about a run after it was recorded.
type notes = record.Notes

// Label is how the run is called everywhere: its title, else its name, else
// its alias.
func (r *Run) Label() string {
	if title := r.Title(); title != "" {
		return title
	}
	return r.started.Label()
}

// Title is the line for people: as edited last, else as recorded.
func (r *Run) Title() string {
	if title, _ := r.notes.Get(record.Title); title != "" {
		return title
	}
	return r.started.Title
}

// Description is what people wrote about the run. It is Markdown.
func (r *Run) Description() string {
	text, _ := r.notes.Get(record.Description)
	return text
}

// Conclusion is what people learned from the run. It is Markdown.
func (r *Run) Conclusion() string {
	text, _ := r.notes.Get(record.Conclusion)
	return text
}

// Tags are those of the record with what was added and taken away since,
// sorted.
func (r *Run) Tags() []string { return r.notes.AllTags(r.started.Tags) }

// Archived reports whether lists leave the run out unless asked.
func (r *Run) Archived() bool { return r.notes.Flag(record.Archived) }

// An EarlierNote is what somebody wrote at the same time as somebody else, and
// that does not count because the other's came a little later.
type EarlierNote struct {
	Field string // title, description or conclusion
	Text  string
	Time  time.Time
	By    Writer
}

// Earlier are the words that no edit has dismissed yet, newest first within
// each field.
func (r *Run) Earlier() []EarlierNote {
	var earlier []EarlierNote
	for _, field := range []string{record.Title, record.Description, record.Conclusion} {
		for _, lost := range r.notes.Earlier(field) {
			earlier = append(earlier, EarlierNote{Field: field, Text: lost.Value, Time: time.UnixMilli(lost.Time).UTC(), By: r.writer(lost.Clone)})
		}
	}
	return earlier
}

// Purged reports whether the run's content was removed for good.
func (r *Run) Purged() bool { return r.purged }

// Deleted reports whether a note hides the run.
func (r *Run) Deleted() bool { return r.deleted() }

// deleted reports whether a note hides the run everywhere.
func (r *Run) deleted() bool { return r.notes.Flag(record.Deleted) }

// readNotes reads notes.msgpack, where there is one.
func (r *Run) readNotes(hash gitstore.Hash) error {
	if hash.IsZero() {
		return nil
	}
	n, err := decodeNotes(r.store, hash)
	r.notes = n
	return err
}

func decodeNotes(store *gitstore.Store, hash gitstore.Hash) (notes, error) {
	data, err := store.ReadBlob(hash, maxNotesFile)
	if err != nil {
		return notes{}, err
	}
	return record.DecodeNotes(data)
}
