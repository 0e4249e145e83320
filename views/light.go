package views

import (
	"net/http"

	"github.com/exprec/exprec/recorder"
)

// fetchRun gets all of a run of which only what lists need is here, from the
// remote that has it.
func (d *Dashboard) fetchRun(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxNotesForm)
	if err := r.ParseForm(); err != nil {
		return badRequest("The form cannot be read: %v.", err)
	}
	p, run, err := d.run(r)
	if err != nil {
		return d.noSuchRun(w, r, err)
	}
	if err := p.FetchRuns(r.Context(), recorder.ShareOptions{}, run); err != nil && r.Context().Err() == nil {
		return &fault{
			status: http.StatusBadGateway,
			text:   sentence(visible(err.Error())),
			hint:   "What is known of the run is shown as before; try again when " + visible(run.Light()) + " can be reached.",
		}
	}
	return seeRun(w, r, run.ID(), r.PostForm.Get("tab"))
}
