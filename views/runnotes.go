package views

import (
	"errors"
	"net/http"
	"slices"

	"github.com/exprec/exprec/recorder"
)

// maxNotesForm is how much a form may send, in bytes: three texts of the most that
// notes hold, and what the form's encoding makes of them.
const maxNotesForm = 10 << 20

// editNotes changes a run's notes by what a form sent, and shows the page again.
func (d *Dashboard) editNotes(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxNotesForm)
	if err := r.ParseForm(); err != nil {
		return badRequest("The form cannot be read: %v.", err)
	}
	p, run, err := d.run(r)
	if err != nil {
		return d.noSuchRun(w, r, err)
	}
	edit, form := editOf(run, r)
	if len(form.Theirs) > 0 {
		return d.askAgain(w, r, p, run, http.StatusConflict, form)
	}
	err = p.Edit(r.Context(), run, edit)
	if errors.Is(err, recorder.ErrInvalid) && len(form.Typed) > 0 {
		form.Problem = sentence(err.Error())
		return d.askAgain(w, r, p, run, http.StatusBadRequest, form)
	}
	if err != nil {
		return err
	}
	return seeRun(w, r, run.ID(), r.PostForm.Get("tab"))
}

// seeRun sends the browser back to a page of a run.
func seeRun(w http.ResponseWriter, r *http.Request, id, tab string) error {
	if !slices.ContainsFunc(runTabs(), func(t runTab) bool { return t.Name == tab }) {
		tab = ""
	}
	http.Redirect(w, r, runURL(id, tab), http.StatusSeeOther)
	return nil
}

// askAgain shows the form once more, with all that was typed.
func (d *Dashboard) askAgain(w http.ResponseWriter, r *http.Request, p *recorder.Project, run *recorder.Run, status int, form *notesForm) error {
	v := newRunView(r.Context(), p, run, "")
	v.Form, v.Region = form, regionOf(r)
	if err := v.choosePrevious(r.Context(), p, ""); err != nil {
		return err
	}
	return d.showRun(w, r, status, p, v, d.overview)
}

// deleteRun hides a run. Its page then has a button that brings it back.
func (d *Dashboard) deleteRun(w http.ResponseWriter, r *http.Request) error {
	p, run, err := d.run(r)
	if err != nil {
		return d.noSuchRun(w, r, err)
	}
	if err := p.Delete(r.Context(), run); err != nil {
		return err
	}
	return seeRun(w, r, run.ID(), "")
}

// undeleteRun brings a deleted run back.
func (d *Dashboard) undeleteRun(w http.ResponseWriter, r *http.Request) error {
	p, err := d.project(r.Context())
	if err != nil {
		return err
	}
	ref := r.PathValue("run")
	if !isRunID(ref) {
		return notFound("There is no run %q.", ref)
	}
	run, err := p.DeletedRun(r.Context(), ref)
	if errors.Is(err, recorder.ErrNoRun) {
		// Somebody else was quicker, perhaps: then there is a run to show.
		return seeRun(w, r, ref, "")
	}
	if err != nil {
		return err
	}
	if err := p.Undelete(r.Context(), run); err != nil {
		return err
	}
	return seeRun(w, r, run.ID(), "")
}
