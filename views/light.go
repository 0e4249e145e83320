package views

import (
	"context"
	"net/http"
	"slices"
	"strings"

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
	if err := fetchWhole(r.Context(), p, run); err != nil {
		return err
	}
	return seeRun(w, r, run.ID(), r.PostForm.Get("tab"))
}

// fetchWhole gets all of those runs that are not here in full.
func fetchWhole(ctx context.Context, p *recorder.Project, runs ...*recorder.Run) error {
	err := p.FetchRuns(ctx, recorder.ShareOptions{}, runs...)
	if err == nil || ctx.Err() != nil {
		return nil // who asked has gone
	}
	var remotes []string
	for _, run := range runs {
		if remote := visible(run.Light()); remote != "" && !slices.Contains(remotes, remote) {
			remotes = append(remotes, remote)
		}
	}
	return &fault{
		status: http.StatusBadGateway,
		text:   sentence(visible(err.Error())),
		hint:   "What is known is shown as before; try again when " + strings.Join(remotes, ", ") + " can be reached.",
	}
}
