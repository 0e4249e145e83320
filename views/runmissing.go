package views

import (
	"errors"
	"net/http"

	"github.com/exprec/exprec/recorder"
)

// noSuchRun answers where the request's {run} means no run that can be shown: one
// that was deleted, several, or none. Any other error is given back.
func (d *Dashboard) noSuchRun(w http.ResponseWriter, r *http.Request, err error) error {
	ref := r.PathValue("run")
	var ambiguous *recorder.AmbiguousError
	if errors.As(err, &ambiguous) {
		return d.ambiguous(w, r, ref, ambiguous.Candidates)
	}
	if !errors.Is(err, recorder.ErrNoRun) {
		return err
	}
	p, projectErr := d.project(r.Context())
	if projectErr != nil {
		return projectErr
	}
	deleted, deletedErr := p.DeletedRun(r.Context(), ref)
	switch {
	case errors.As(deletedErr, &ambiguous):
		return d.ambiguous(w, r, ref, ambiguous.Candidates)
	case errors.Is(deletedErr, recorder.ErrNoRun):
		return &fault{status: http.StatusNotFound, text: "There is no run whose id begins with " + ref + ".",
			hint: "It may not have been fetched yet, or another project recorded it."}
	case deletedErr != nil:
		return deletedErr
	case deleted.Purged():
		return d.render(w, r, http.StatusGone, head{Title: "Purged run", Section: "runs"}, purgedPage(deleted.ID()))
	}
	return d.render(w, r, http.StatusGone, head{Title: "Deleted run", Section: "runs"}, deletedPage(deleted))
}

// ambiguous offers the runs that a beginning of an id means.
func (d *Dashboard) ambiguous(w http.ResponseWriter, r *http.Request, ref string, runs []*recorder.Run) error {
	return d.render(w, r, http.StatusMultipleChoices, head{Title: "Several runs", Section: "runs"}, ambiguousPage(ref, runs))
}
