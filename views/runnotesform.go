package views

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// The fields of notes that a page edits; title and tags stand in the head.
var noteFields = []string{"title", "tags", "description", "conclusion"}

// notesForm is what of a run's notes is being edited.
type notesForm struct {
	Typed   map[string]string // by field; those fields are shown as forms
	Theirs  map[string]string // by field: what somebody else wrote meanwhile
	Problem string            // why what was typed could not be kept
}

func (f *notesForm) edits(field string) bool {
	_, ok := f.Typed[field]
	return ok
}

// formOf begins to edit a field, or nothing.
func formOf(run *recorder.Run, field string) *notesForm {
	if !slices.Contains(noteFields, field) {
		return &notesForm{}
	}
	return &notesForm{Typed: map[string]string{field: noteText(run, field)}}
}

// noteText is what stands in a field now.
func noteText(run *recorder.Run, field string) string {
	switch field {
	case "title":
		return run.Title()
	case "tags":
		return strings.Join(run.Tags(), " ")
	case "description":
		return run.Description()
	}
	return run.Conclusion()
}

// seen stands for a field as its form showed it, so that nobody's words are
// overwritten unseen.
func seen(run *recorder.Run, field string) string {
	sum := sha256.New()
	sum.Write([]byte(noteText(run, field)))
	for _, e := range run.Earlier() {
		if e.Field == field {
			sum.Write([]byte("\x00" + e.Text))
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// otherMark stands for words that do not count, so that a button can take them.
func otherMark(e recorder.EarlierNote) string {
	sum := sha256.Sum256([]byte(e.Text))
	return e.Field + "-" + hex.EncodeToString(sum[:8])
}

// editOf reads what a form wants to change. Fields that were changed by somebody
// else since the form was shown are in Theirs.
func editOf(run *recorder.Run, r *http.Request) (recorder.Edit, *notesForm) {
	form := &notesForm{Typed: map[string]string{}, Theirs: map[string]string{}}
	var e recorder.Edit
	texts := map[string]**string{"title": &e.Title, "description": &e.Description, "conclusion": &e.Conclusion}
	for field, into := range texts {
		if !r.PostForm.Has(field) {
			continue
		}
		text := strings.ReplaceAll(r.PostForm.Get(field), "\r\n", "\n")
		form.Typed[field] = text
		*into = &text
		if was := r.PostForm.Get("seen-" + field); was != "" && was != seen(run, field) && text != noteText(run, field) {
			form.Theirs[field] = noteText(run, field)
		}
	}
	if into, ok := texts[r.PostForm.Get("dismiss")]; ok {
		now := noteText(run, r.PostForm.Get("dismiss"))
		*into = &now // who writes a field anew has seen what lost against it
	}
	for _, other := range run.Earlier() {
		if r.PostForm.Get("use") == otherMark(other) {
			*texts[other.Field] = &other.Text
		}
	}
	if r.PostForm.Has("tags") {
		form.Typed["tags"] = r.PostForm.Get("tags")
		e.AddTags, e.RemoveTags = tagChanges(r.PostForm.Get("had"), r.PostForm.Get("tags"))
	}
	e.AddTags = append(e.AddTags, tagWords(r.PostForm["add"])...)
	e.RemoveTags = append(e.RemoveTags, tagWords(r.PostForm["remove"])...)
	if r.PostForm.Has("archived") {
		archived := r.PostForm.Get("archived") == "true"
		e.Archived = &archived
	}
	return e, form
}

// tagWords are the tags in what was typed.
func tagWords(typed []string) []string {
	return strings.FieldsFunc(strings.Join(typed, " "), func(c rune) bool { return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r' })
}

// tagChanges says which tags to add and which to take away: others that came
// meanwhile stay.
func tagChanges(before, now string) (add, remove []string) {
	had, has := tagWords([]string{before}), tagWords([]string{now})
	for _, tag := range has {
		if !slices.Contains(had, tag) {
			add = append(add, tag)
		}
	}
	for _, tag := range had {
		if !slices.Contains(has, tag) {
			remove = append(remove, tag)
		}
	}
	return add, remove
}
