package views

import (
	"io/fs"
	"net/http"

	"github.com/exprec/exprec/recorder"
)

// fetchFile gets the content of a large file that is not here, from a remote that
// has the run, and shows it.
func (d *Dashboard) fetchFile(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("path")
	if !fs.ValidPath(name) {
		return notFound("There is no file %s.", visible(name))
	}
	p, run, err := d.run(r)
	if err != nil {
		return d.noSuchRun(w, r, err)
	}
	if _, err := p.FetchLarge(r.Context(), recorder.ShareOptions{}, run, "files/"+name); err != nil && r.Context().Err() == nil {
		return &fault{
			status: http.StatusBadGateway,
			text:   sentence(visible(err.Error())),
			hint:   "Nothing has changed here; try again when the remote can be reached.",
		}
	}
	http.Redirect(w, r, fileURL(runURL(run.ID(), "files"), name), http.StatusSeeOther)
	return nil
}

// offerFetch has the page of a large file whose content is not here offer to get
// it. What was pruned was given up on purpose.
func (v *filesView) offerFetch(name string) {
	if v.File.Kind == "missing" && v.Pruned == "" {
		v.Fetch, v.File.Note = fileURL(v.Base, name), ""
	}
}
